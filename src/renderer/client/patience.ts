import { throwIfCancelled } from '#base/abort';
import { toAppError, type AppError } from '#base/app-error';
import type { ErrorCode } from '#base/error-codes';
import { createStore, type StoreApi } from 'zustand/vanilla';

/** Does what must not be lost, however long it takes. */
export interface Patience {
  /** What is in the way now; null while nothing is. */
  readonly hindrance: StoreApi<AppError | null>;
  /**
   * Does the work, again and again while what fails is something that passes.
   * @throws whatever does not pass; `cancelled`
   */
  until<Result>(work: () => Promise<Result>, options?: { readonly signal?: AbortSignal }): Promise<Result>;
  /** Tries again at once what waits. */
  tryNow(): void;
}

/** What goes away by itself or by a person's doing: then the same work succeeds. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'network-unreachable',
  'disk-full',
  'disk-space-short',
  'folder-read-only',
  'permission-denied',
  'journal-failed',
]);
/** What passes only when somebody does something about the disk. */
const slow: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['journal-failed']);

export function createPatience({ firstMs = 400, longestMs = 5000, slowMs = 60_000 } = {}): Patience {
  const hindrance = createStore<AppError | null>(() => null);
  const waiting = new Set<() => void>();
  let hindered = 0;

  async function until<Result>(
    work: () => Promise<Result>,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Result> {
    for (let failures = 0; ; failures += 1) {
      try {
        throwIfCancelled(signal);
        const result = await work();
        if (failures > 0) letGo();
        return result;
      } catch (thrown) {
        const error = toAppError(thrown);
        if (!passing.has(error.code)) {
          if (failures > 0) letGo();
          throw thrown;
        }
        if (failures === 0) hindered += 1;
        hindrance.setState(error, true);
        await pause(Math.min(slow.has(error.code) ? slowMs : longestMs, firstMs * 2 ** failures), signal);
      }
    }
  }

  function letGo(): void {
    hindered -= 1;
    if (hindered === 0) hindrance.setState(null, true);
    // What hindered one has hindered the others.
    else tryNow();
  }

  /** Until the time is over, somebody wants to try now, or the work is given up. */
  function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(timer);
        waiting.delete(go);
        signal?.removeEventListener('abort', go);
        resolve();
      };
      const timer = setTimeout(go, ms);
      waiting.add(go);
      signal?.addEventListener('abort', go);
    });
  }

  function tryNow(): void {
    for (const go of waiting) go();
  }

  return { hindrance, until, tryNow };
}
