/** How many of the last steps count: enough to be steady, few enough to follow a machine that slows down. */
const remembered = 8;

/** Time left, from measured steps and nothing else. */
export class StepClock {
  readonly #now: () => number;
  #durations: number[] = [];
  #lastMs: number;

  /** Starts measuring. @param now Milliseconds on a clock that only goes forward. */
  constructor(now: () => number) {
    this.#now = now;
    this.#lastMs = now();
  }

  /** Notes that `step` of `steps` is done; milliseconds for the rest, or null before two steps were measured. */
  stepDone(step: number, steps: number): number | null {
    const atMs = this.#now();
    this.#durations = [...this.#durations, atMs - this.#lastMs].slice(-remembered);
    this.#lastMs = atMs;
    return this.#durations.length < 2 ? null : median(this.#durations) * (steps - step);
  }
}

/** The first step warms up and a busy machine stalls some: neither should move the estimate much. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
