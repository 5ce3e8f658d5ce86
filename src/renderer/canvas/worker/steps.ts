import { throwIfCancelled } from '#base/abort';

/** Lets messages that have arrived in the meantime be handled. */
export type Pause = () => Promise<void>;

/** How long work goes on without letting anything else in: less than half a frame. */
const sliceMs = 6;

/**
 * Runs work that yields in small steps, and pauses between them now and then.
 * @throws AppError `cancelled` as soon as the signal has aborted
 */
export async function runSteps<Result>(
  steps: Generator<void, Result>,
  { pause, signal }: { readonly pause: Pause; readonly signal?: AbortSignal | undefined },
): Promise<Result> {
  let since = performance.now();
  for (;;) {
    throwIfCancelled(signal);
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - since < sliceMs) continue;
    await pause();
    since = performance.now();
  }
}

/** A pause that lasts no longer than the messages which are waiting. */
export function createPause(): Pause {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.addEventListener('message', () => waiting.shift()?.());
  port1.start();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
}
