import type { Dispose } from '#base/disposable';

/** Whether things may move by themselves: ants, glides, fades. */
export interface MotionWish {
  isWanted(): boolean;
  subscribe(listener: () => void): Dispose;
}

/** As the system has it. */
export function systemMotion(): MotionWish {
  const reduced = matchMedia('(prefers-reduced-motion: reduce)');
  return {
    isWanted: () => !reduced.matches,
    subscribe: (listener) => {
      reduced.addEventListener('change', listener);
      return () => reduced.removeEventListener('change', listener);
    },
  };
}
