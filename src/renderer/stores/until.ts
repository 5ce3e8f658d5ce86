import type { StoreApi } from 'zustand/vanilla';

/** Resolves as soon as something holds. */
export function until<State>(store: StoreApi<State>, holds: (state: State) => boolean): Promise<void> {
  if (holds(store.getState())) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = store.subscribe((state) => {
      if (!holds(state)) return;
      stop();
      resolve();
    });
  });
}
