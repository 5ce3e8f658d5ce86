/** The last lines that a process wrote to its error stream: what goes into a crash report. */
export class StderrTail {
  readonly #maxLength: number;
  #text = '';

  /** @param maxLength Characters kept; older ones are dropped by whole lines. */
  constructor(maxLength = 16_384) {
    this.#maxLength = maxLength;
  }

  push(chunk: string): void {
    this.#text += chunk;
    if (this.#text.length <= this.#maxLength) return;
    const kept = this.#text.slice(-this.#maxLength);
    const lineEnd = kept.indexOf('\n');
    this.#text = lineEnd < 0 ? kept : kept.slice(lineEnd + 1);
  }

  get text(): string {
    return this.#text;
  }
}
