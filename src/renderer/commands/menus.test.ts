import { expect, it } from 'vitest';

import { acceleratorOf } from './menus.ts';

it('keys are shown in menus as Electron spells them, apart from those that belong to text', () => {
  const shown = (keys: string, isMac = false) => acceleratorOf(keys, { isMac });
  expect(shown('$mod+Shift+z')).toBe('CmdOrCtrl+Shift+Z');
  expect(shown('$mod+Enter')).toBe('CmdOrCtrl+Return');
  expect(shown('$mod+Alt+ArrowRight')).toBe('CmdOrCtrl+Alt+Right');
  expect(shown('F8')).toBe('F8');
  expect(['b', '/', 'Shift+?', 'Alt+Enter', ''].map((keys) => shown(keys))).toEqual([null, null, null, null, null]);
  expect(['$mod+z', '$mod+Shift+z', '$mod+v'].map((keys) => shown(keys, true))).toEqual([null, null, null]);
  expect(shown('$mod+k', true)).toBe('CmdOrCtrl+K');
});
