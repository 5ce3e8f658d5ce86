/**
 * Measures how fast bytes arrive, over the last few seconds: long enough not to jump, short enough to follow a network
 * that changes. Says nothing before it has seen enough.
 */
export class Throughput {
  static readonly #windowMs = 10_000;
  static readonly #leastMs = 1_000;
  #arrivals: { readonly atMs: number; readonly bytes: number }[] = [];
  #startedMs: number | undefined;

  add(bytes: number, nowMs: number): void {
    this.#startedMs ??= nowMs;
    this.#arrivals.push({ atMs: nowMs, bytes });
    // Pieces are small and many: those of the same tenth of a second are one.
    const [previous, last] = this.#arrivals.slice(-2);
    if (previous && last && last.atMs - previous.atMs < 100)
      this.#arrivals.splice(-2, 2, { atMs: previous.atMs, bytes: previous.bytes + last.bytes });
    this.#forget(nowMs);
  }

  /** Undefined until there is a second's worth. */
  bytesPerSecond(nowMs: number): number | undefined {
    if (this.#startedMs === undefined || nowMs - this.#startedMs < Throughput.#leastMs) return undefined;
    this.#forget(nowMs);
    const bytes = this.#arrivals.reduce((sum, arrival) => sum + arrival.bytes, 0);
    return (bytes * 1000) / Math.min(nowMs - this.#startedMs, Throughput.#windowMs);
  }

  /** Undefined until it can be told; infinite while nothing arrives. */
  timeLeftMs(remainingBytes: number, nowMs: number): number | undefined {
    const rate = this.bytesPerSecond(nowMs);
    return rate === undefined ? undefined : (remainingBytes * 1000) / rate;
  }

  #forget(nowMs: number): void {
    const kept = this.#arrivals.findIndex(({ atMs }) => nowMs - atMs <= Throughput.#windowMs);
    if (kept !== 0) this.#arrivals = kept < 0 ? [] : this.#arrivals.slice(kept);
  }
}
