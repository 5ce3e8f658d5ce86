import { expect, it } from 'vitest';

import { createDocument, type Document } from '#shared/document/document';
import { newLayerId, type LayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { addLayer } from '#shared/document/layer-operations';
import { childrenOf } from '#shared/document/layer-tree';
import { draggedLayer, dropPlace, movedTo, movedToBottom } from './layer-drag.ts';

const id = (name: string) => name as LayerId;

/** Bottom first: a, then a group with b and c, then d. */
function sample(): Document {
  const add = (document: Document, name: string, parent: LayerId | null = null, kind: 'raster' | 'group' = 'raster') =>
    addLayer(document, createLayer(kind, id(name), name), { parent, index: Infinity });
  let document = add(createDocument({ width: 8, height: 8 }), 'a');
  document = add(document, 'group', null, 'group');
  document = add(add(document, 'b', id('group')), 'c', id('group'));
  return add(document, 'd');
}

it('a layer goes above, below and into others, and to the very bottom', () => {
  const document = sample();
  expect(movedTo(document, [id('d')], id('a'), 'below').order).toEqual(['d', 'a', 'group']);
  expect(movedTo(document, [id('a')], id('d'), 'above').order).toEqual(['group', 'd', 'a']);
  expect(childrenOf(movedTo(document, [id('d')], id('b'), 'below'), id('group'))).toEqual(['d', 'b', 'c']);
  expect(childrenOf(movedTo(document, [id('a')], id('group'), 'into'), id('group'))).toEqual(['b', 'c', 'a']);
  const bottom = movedToBottom(document, [id('c')]);
  expect([bottom.order, childrenOf(bottom, id('group'))]).toEqual([['c', 'a', 'group', 'd'], ['b']]);
});

it('a group does not go into itself', () => {
  const document = sample();
  expect(movedTo(document, [id('group')], id('b'), 'below')).toBe(document);
  expect(movedTo(document, [id('group')], id('group'), 'into')).toBe(document);
});

it('every row takes a layer above and below it, apart from an open group, below which are its own layers', () => {
  const places = (row: { isGroup: boolean; isOpen: boolean }) => [0.1, 0.4, 0.6, 0.9].map((at) => dropPlace(at, row));
  expect(places({ isGroup: false, isOpen: false })).toEqual(['above', 'above', 'below', 'below']);
  expect(places({ isGroup: true, isOpen: false })).toEqual(['above', 'into', 'into', 'below']);
  expect(places({ isGroup: true, isOpen: true })).toEqual(['above', 'into', 'into', 'into']);
});

it('takes only what can be the id of a layer', () => {
  const carrying = (text: string): DataTransfer => ({ getData: () => text }) as Partial<DataTransfer> as DataTransfer;
  const made = newLayerId((count) => crypto.getRandomValues(new Uint8Array(count)));
  expect(draggedLayer(carrying(made))).toBe(made);
  expect(draggedLayer(carrying(''))).toBeNull();
  expect(draggedLayer(carrying('<script>'))).toBeNull();
});
