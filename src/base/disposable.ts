/** Something that is released by calling it. Whatever subscribes, opens, forks or allocates returns one. */
export type Dispose = () => void;

/** Collects what must be released, and releases it in reverse order, once. A store that is already disposed releases at once. */
export class DisposableStore {
  #disposers: Dispose[] = [];
  #disposed = false;

  add(dispose: Dispose): void {
    if (this.#disposed) dispose();
    else this.#disposers.push(dispose);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const errors: unknown[] = [];
    for (const dispose of this.#disposers.reverse()) {
      try {
        dispose();
      } catch (error) {
        errors.push(error);
      }
    }
    this.#disposers = [];
    if (errors.length > 0) throw new AggregateError(errors, 'Some resources could not be released');
  }
}
