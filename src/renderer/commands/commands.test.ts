import { describe, expect, it } from 'vitest';

import { words as en } from '../i18n/en/words.ts';
import { words as zh } from '../i18n/zh/words.ts';
import { commands } from './commands.ts';
import { keysOf, putKeys, shownKeyOf, shownKeys, staysInField } from './keys.ts';

it('every command has a name in every language, and an id of its own', () => {
  for (const words of [en, zh]) {
    expect(commands.filter(({ id }) => !Object.hasOwn(words.commands, id))).toEqual([]);
  }
  expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length);
});

it('no two commands have the same keys', () => {
  const taken = commands.flatMap(({ keys, fixedKeys }) => [...keys, ...(fixedKeys ? [fixedKeys] : [])]);
  expect(taken.filter((key, index) => taken.indexOf(key) !== index)).toEqual([]);
});

it('keys a person has chosen take the place of the own ones; none takes them away', () => {
  const undo = commands.find(({ id }) => id === 'undo')!;
  expect(keysOf(undo, { shortcuts: {} })).toEqual(['$mod+z']);
  expect(keysOf(undo, { shortcuts: { undo: 'u' } })).toEqual(['u']);
  expect(keysOf(undo, { shortcuts: { undo: '' } })).toEqual([]);
});

describe('keys that are put on a command', () => {
  const command = (id: string) => commands.find((each) => each.id === id)!;
  const put = (id: string, keys: string | null, shortcuts: Record<string, string> = {}) =>
    putKeys(command(id), keys, commands, { shortcuts });

  it('are taken from the one that had them, which keeps its others', () => {
    expect(put('new-layer', 'n')).toEqual({ shortcuts: { 'new-layer': 'n' }, losers: [] });
    expect(put('flatten', 'b')).toEqual({
      shortcuts: { flatten: 'b', 'tool-brush': '' },
      losers: [command('tool-brush')],
    });
    expect(put('flatten', '$mod+Shift+z')).toMatchObject({ shortcuts: { redo: '$mod+y' }, losers: [command('redo')] });
    expect(put('flatten', 'u', { undo: 'u' })).toMatchObject({ shortcuts: { flatten: 'u', undo: '' } });
  });

  it('come back to the command whose own they are', () => {
    const taken = { flatten: 'b', 'tool-brush': '' };
    expect(put('tool-brush', null, taken)).toEqual({ shortcuts: { flatten: '' }, losers: [command('flatten')] });
    expect(put('flatten', '', { flatten: 'f' })).toEqual({ shortcuts: { flatten: '' }, losers: [] });
  });

  it('are not those by which the system calls another', () => {
    expect(put('flatten', '$mod+v')).toEqual({ heldBy: command('paste') });
    expect(shownKeyOf(command('paste'), { shortcuts: {} })).toBe('$mod+v');
  });
});

it('writes keys as each system does', () => {
  expect(shownKeys('$mod+Shift+z', true)).toBe('⌘⇧Z');
  expect(shownKeys('$mod+Shift+z', false)).toBe('Ctrl+Shift+Z');
});

describe('keys pressed in a field', () => {
  const stays = (field: 'text' | 'other' | null, keys: string): boolean => {
    const [key, modifier] = keys.split('+').toReversed();
    return staysInField({ key: key!, ctrlKey: modifier === 'Ctrl', metaKey: modifier === 'Meta' }, field);
  };
  const staying = (field: 'text' | 'other' | null): string[] =>
    ['b', 'Delete', 'Backspace', 'Ctrl+a', 'Meta+x', 'Ctrl+e', 'Ctrl+z', 'Ctrl+Y', 'Ctrl+j', 'F6', 'Escape'].filter(
      (keys) => stays(field, keys),
    );

  it('stay where words are typed, but for commands that mean nothing to words', () => {
    const left = new Set(['Ctrl+j', 'F6']);
    expect(staying('text').some((keys) => left.has(keys))).toBe(false);
    expect(staying('text')).toHaveLength(9);
  });

  it('edit no pixels from a slider, and undo all the same', () => {
    expect(staying('other')).toEqual(['Delete', 'Backspace', 'Ctrl+a', 'Meta+x', 'Ctrl+e']);
  });

  it('are for commands and the canvas elsewhere', () => {
    expect(staying(null)).toEqual([]);
  });
});
