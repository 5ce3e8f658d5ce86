import { expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';

import type { Settings } from '#shared/library/settings';
import { motionSetting } from './motion-setting.ts';

it('what is set comes before what the system wants, and every change is told', () => {
  const settings = createStore<Pick<Settings, 'motion'>>(() => ({ motion: 'system' }));
  const system = createStore(() => false);
  const motion = motionSetting(settings, { isWanted: system.getState, subscribe: system.subscribe });
  const told: boolean[] = [];
  const stop = motion.subscribe(() => told.push(motion.isWanted()));
  system.setState(true, true);
  settings.setState({ motion: 'reduced' });
  system.setState(false, true);
  settings.setState({ motion: 'full' });
  expect(told).toEqual([true, false, false, true]);
  stop();
  settings.setState({ motion: 'reduced' });
  system.setState(true, true);
  expect(told.length).toBe(4);
});
