import { expect, it } from 'vitest';

import { createDocument } from '#shared/document/document';
import type { LayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { addLayer, groupLayers } from '#shared/document/layer-operations';
import { rowsOf } from './layer-rows.ts';
import { rowAction } from './row-keys.ts';

const id = (name: string) => name as LayerId;
const flat = ['a', 'b', 'c', 'd'].reduce(
  (document, name) => addLayer(document, createLayer('raster', id(name), name), { parent: null, index: Infinity }),
  createDocument({ width: 8, height: 8 }),
);
const document = groupLayers(flat, [id('b'), id('c')], createLayer('group', id('group'), 'group'));

/** What a key does on a row of: d, group, c and b in it, a. */
function press(keys: string, row: string, folded: readonly string[] = []) {
  const rows = rowsOf(document, new Set(folded.map(id)));
  const [key = '', ...modifiers] = keys.split('+').toReversed();
  const isHeld = (modifier: string) => modifiers.includes(modifier);
  const event = { altKey: isHeld('Alt'), shiftKey: isHeld('Shift'), ctrlKey: isHeld('Ctrl'), metaKey: isHeld('Meta') };
  const at = rows.findIndex(({ layer }) => layer.id === row);
  return rowAction({ key, ...event }, rows, at);
}
const go = (to: string, chooses = 'it') => ({ kind: 'go', to, chooses });

it('the arrows take the choice along, with Shift a longer one; with Ctrl the keys alone go', () => {
  expect(press('ArrowDown', 'd')).toEqual(go('group'));
  expect(press('ArrowUp', 'a')).toEqual(go('b'));
  expect(press('Shift+ArrowUp', 'a')).toEqual(go('b', 'up-to'));
  expect(press('ArrowDown', 'group', ['group'])).toEqual(go('a'));
  expect([press('ArrowUp', 'd'), press('ArrowDown', 'a')]).toEqual([null, null]);
  expect([press('Home', 'b'), press('Shift+End', 'd')]).toEqual([go('d'), go('a', 'up-to')]);
  expect([press('Ctrl+ArrowUp', 'a'), press('Ctrl+Home', 'a')]).toEqual([go('b', 'nothing'), go('d', 'nothing')]);
  expect(press('Ctrl+Alt+ArrowUp', 'a')).toBeNull();
});

it('a group is opened and entered to the right, left and folded to the left', () => {
  expect(press('ArrowRight', 'group', ['group'])).toEqual({ kind: 'fold', isFolded: false });
  expect(press('ArrowRight', 'group')).toEqual(go('c'));
  expect(press('ArrowLeft', 'b')).toEqual(go('group'));
  expect(press('ArrowLeft', 'group')).toEqual({ kind: 'fold', isFolded: true });
  expect([press('ArrowRight', 'c'), press('ArrowLeft', 'a')]).toEqual([null, null]);
});

it('Space chooses more, Enter one; Alt moves layers; all other keys are for somebody else', () => {
  expect([press(' ', 'a'), press('Ctrl+ ', 'a'), press('Enter', 'a')].map((action) => action?.kind)).toEqual([
    'toggle',
    'toggle',
    'take',
  ]);
  expect(press('Alt+ArrowUp', 'a')).toEqual({ kind: 'move', direction: 'up' });
  expect(['b', 'Ctrl+ArrowRight', 'Meta+ ', 'Alt+Enter', 'Shift+Delete'].map((keys) => press(keys, 'a'))).toEqual(
    Array.from({ length: 5 }, () => null),
  );
});

it('takes all layers, and deletes', () => {
  expect([press('Ctrl+a', 'b'), press('Meta+a', 'b')]).toEqual([{ kind: 'take-all' }, { kind: 'take-all' }]);
  expect([press('Delete', 'b'), press('Backspace', 'b')]).toEqual([{ kind: 'delete' }, { kind: 'delete' }]);
});
