import type { Settings } from '#shared/library/settings';
import type { StoreApi } from 'zustand/vanilla';

import { systemMotion, type MotionWish } from '../../canvas/view/motion-wish.ts';

/** Motion as it is set, or as the system has it where that is left to it. */
export function motionSetting(
  settings: StoreApi<Pick<Settings, 'motion'>>,
  system: MotionWish = systemMotion(),
): MotionWish {
  return {
    isWanted: () => {
      const { motion } = settings.getState();
      return motion === 'system' ? system.isWanted() : motion === 'full';
    },
    subscribe: (listener) => {
      const stops = [system.subscribe(listener), settings.subscribe(listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}
