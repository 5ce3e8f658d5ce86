import { expect, it } from 'vitest';

import { words as en } from '../i18n/en/words.ts';
import { words as zh } from '../i18n/zh/words.ts';
import { commands } from './commands.ts';
import { keysOf, shownKeys } from './keys.ts';

it('every command has a name in every language, and an id of its own', () => {
  for (const words of [en, zh]) {
    expect(commands.filter(({ id }) => !Object.hasOwn(words.commands, id))).toEqual([]);
  }
  expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length);
});

it('no two commands have the same keys', () => {
  const taken = commands.flatMap(({ keys }) => keys);
  expect(taken.filter((key, index) => taken.indexOf(key) !== index)).toEqual([]);
});

it('keys a person has chosen take the place of the own ones; none takes them away', () => {
  const undo = commands.find(({ id }) => id === 'undo')!;
  expect(keysOf(undo, { shortcuts: {} })).toEqual(['$mod+z']);
  expect(keysOf(undo, { shortcuts: { undo: 'u' } })).toEqual(['u']);
  expect(keysOf(undo, { shortcuts: { undo: '' } })).toEqual([]);
});

it('writes keys as each system does', () => {
  expect(shownKeys('$mod+Shift+z', true)).toBe('⌘⇧Z');
  expect(shownKeys('$mod+Shift+z', false)).toBe('Ctrl+Shift+Z');
});
