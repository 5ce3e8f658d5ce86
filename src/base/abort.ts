import { AppError } from './app-error.ts';

/** A pause that ends early, by throwing the signal's reason, when the signal aborts. */
export function delay(ms: number, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = () => {
      clearTimeout(timer);
      reject(cancelled());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The one error that says "the user asked for this to stop": an outcome, not a fault. */
export function cancelled(): AppError {
  return new AppError('cancelled', 'The task was cancelled.');
}

export function isCancelled(error: unknown): boolean {
  return (
    (error instanceof AppError && error.code === 'cancelled') || (error instanceof Error && error.name === 'AbortError')
  );
}

/** Throws `cancelled` when the signal has aborted; call it between steps of a long task. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled();
}

/**
 * The result of `work`, or `cancelled` as soon as the signal aborts. For work that cannot be stopped from outside: it
 * then goes on unobserved, and its result is dropped.
 */
export function orCancelled<T>(work: Promise<T>, { signal }: { signal?: AbortSignal | undefined }): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(cancelled());
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
