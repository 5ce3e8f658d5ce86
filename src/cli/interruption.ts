import type { Dispose } from '#base/disposable';

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ctrl-C as an abort signal: what runs may come to a clean end. A second one ends the process at once.
 *
 * @param onFirst Told once, to say that it is being stopped.
 */
export function interruption(onFirst: () => void): { signal: AbortSignal; dispose: Dispose } {
  const abort = new AbortController();
  const onSignal = () => {
    if (abort.signal.aborted) process.exit(130);
    abort.abort();
    onFirst();
  };
  for (const name of stopSignals) process.on(name, onSignal);
  return {
    signal: abort.signal,
    dispose: () => {
      for (const name of stopSignals) process.off(name, onSignal);
    },
  };
}
