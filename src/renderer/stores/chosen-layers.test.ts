import { expect, it } from 'vitest';

import { createDocument } from '#shared/document/document';
import type { LayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { addLayer, groupLayers } from '#shared/document/layer-operations';
import { chosenLayers, rangeTo, withToggled } from './chosen-layers.ts';
import { createViewStore } from './view.ts';

const id = (name: string) => name as LayerId;

/** Bottom first: a, then a group with b and c, then d. */
const flat = ['a', 'b', 'c', 'd'].reduce(
  (document, name) => addLayer(document, createLayer('raster', id(name), name), { parent: null, index: Infinity }),
  createDocument({ width: 8, height: 8 }),
);
const document = groupLayers(flat, [id('b'), id('c')], createLayer('group', id('group'), 'group'));
const rows = ['d', 'group', 'c', 'b', 'a'].map(id);

function work(active: string) {
  const view = createViewStore();
  view.setState({ active: { layer: id(active), part: 'pixels' } });
  return {
    view,
    toggle: (layer: string) => view.setState((state) => withToggled(state, document, id(layer))),
    extend: (layer: string) => view.setState((state) => rangeTo(state, rows, id(layer))),
    chosen: () => chosenLayers(view.getState(), document),
  };
}

it('layers are chosen one by one and in rows; a group brings what is in it', () => {
  const { toggle, extend, chosen, view } = work('a');
  expect(chosen()).toEqual(['a']);
  toggle('d');
  expect(chosen()).toEqual(['a', 'd']);
  toggle('a');
  expect(chosen()).toEqual(['d']);
  toggle('d');
  expect(chosen()).toEqual(['d']);
  extend('b');
  expect(chosen()).toEqual(['group', 'd']);
  extend('group');
  expect(chosen()).toEqual(['group', 'd']);
  expect(view.getState().active?.layer).toBe('d');
});

it('the choice ends as soon as one works on another layer', () => {
  const { toggle, chosen, view } = work('a');
  toggle('d');
  view.setState({ active: { layer: id('b'), part: 'pixels' } });
  expect(chosen()).toEqual(['b']);
  view.setState({ active: { layer: id('gone'), part: 'pixels' } });
  expect(chosen()).toEqual([]);
});
