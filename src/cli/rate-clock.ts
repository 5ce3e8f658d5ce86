/** How much of the past counts, in milliseconds. */
const windowMs = 10_000;
/** Less than this much measured time says nothing. */
const warmUpMs = 1_000;

/** Time left of something that goes on at a measured, changing rate, such as a download. */
export class RateClock {
  readonly #now: () => number;
  #samples: { readonly atMs: number; readonly done: number }[] = [];

  /** @param now Milliseconds on a clock that only goes forward. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes how much is done; milliseconds for the rest, or null while too little was measured. */
  timeLeftMs(done: number, total: number): number | null {
    const atMs = this.#now();
    const recent = this.#samples.filter((sample) => atMs - sample.atMs <= windowMs);
    const newest = recent.at(-1);
    // Ten samples a second are enough.
    this.#samples = newest && atMs - newest.atMs < 100 ? recent : [...recent, { atMs, done }];
    const oldest = this.#samples[0]!;
    const durationMs = atMs - oldest.atMs;
    if (durationMs < warmUpMs || done <= oldest.done) return null;
    return ((total - done) * durationMs) / (done - oldest.done);
  }
}
