/** @file Streams of events for whoever watches: what is subscribed to becomes an async iterator that can be left. */
import { createDeferred, type Deferred } from '#base/deferred';
import type { Dispose } from '#base/disposable';

type Watch = { readonly signal?: AbortSignal | undefined };

/**
 * Makes a stream of a generator that waits for things. Ending it, by the reader or by the signal, aborts the generator's
 * own signal first, so that it does not go on waiting for what nobody wants any more.
 */
export function leavable<T>(
  generate: (signal: AbortSignal) => AsyncGenerator<T, void, void>,
  { signal }: Watch = {},
): AsyncGenerator<T, void, void> {
  const left = new AbortController();
  const generator = generate(signal ? AbortSignal.any([signal, left.signal]) : left.signal);
  const leave = generator.return.bind(generator);
  generator.return = (value) => {
    left.abort();
    return leave(value);
  };
  return generator;
}

/** The value now, and again after each change. Whoever reads slowly gets the latest and not all in between. */
export function latest<T>(
  current: () => T | Promise<T>,
  subscribe: (onChange: () => void) => Dispose,
  options: Watch = {},
): AsyncGenerator<T, void, void> {
  return leavable(async function* (signal) {
    const bell = new Bell(signal);
    const dispose = subscribe(() => bell.ring());
    try {
      do yield await current();
      while (await bell.rung());
    } finally {
      dispose();
    }
  }, options);
}

/** Every value that comes from now on, in order, behind those in `first`. */
export function queued<T>(
  subscribe: (onValue: (value: T) => void) => Dispose,
  { first = () => [], ...options }: Watch & { readonly first?: () => readonly T[] } = {},
): AsyncGenerator<T, void, void> {
  return leavable(async function* (signal) {
    const waiting = [...first()];
    const bell = new Bell(signal);
    const dispose = subscribe((value) => {
      waiting.push(value);
      bell.ring();
    });
    try {
      do yield* waiting.splice(0);
      while (await bell.rung());
    } finally {
      dispose();
    }
  }, options);
}

/** Wakes one who waits; a ring that nobody waited for is not lost. */
export class Bell {
  readonly #signal: AbortSignal;
  #next: Deferred<boolean> = createDeferred();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    if (signal.aborted) this.ring();
    else signal.addEventListener('abort', () => this.ring(), { once: true });
  }

  ring(): void {
    this.#next.resolve(true);
  }

  /** Waits for the next ring; false when the signal has aborted. */
  async rung(): Promise<boolean> {
    if (this.#signal.aborted) return false;
    await this.#next.promise;
    this.#next = createDeferred();
    return !this.#signal.aborted;
  }
}
