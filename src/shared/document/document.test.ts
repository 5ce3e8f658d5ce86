import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { zBlobName } from '#shared/contract/job-request';
import { resizeCanvas, scaleDocument, setParameters } from './document-operations.ts';
import { createDocument, documentReferences, parseDocument, type Document } from './document.ts';
import { apply, compose, identity, invert, transformedBounds, translation } from './geometry.ts';
import { zLayerId, type LayerId } from './ids.ts';
import {
  addLayer,
  duplicateLayers,
  groupLayers,
  mergeLayers,
  moveLayers,
  removeLayers,
  renameLayer,
  setLayerPixels,
  setLayerProperties,
  ungroup,
} from './layer-operations.ts';
import { childrenOf, documentTransform, layerOf, paintOrder } from './layer-tree.ts';
import { createLayer } from './layer.ts';

const id = (text: string): LayerId => zLayerId.parse(text);
const blob = (digit: string) => zBlobName.parse(digit.repeat(64));
const raster = (name: string) => createLayer('raster', id(name), name);
const group = (name: string) => createLayer('group', id(name), name);
const onTop = { parent: null, index: Infinity };

/** A document with rasters of these names, bottom first. */
function stack(...names: string[]): Document {
  return names.reduce(
    (document, name) => addLayer(document, raster(name), onTop),
    createDocument({ width: 100, height: 80 }),
  );
}

/** The layers as nested names: `a [b c] d`. */
function outline(document: Document, parent: LayerId | null = null): string {
  return childrenOf(document, parent)
    .map((child) => (layerOf(document, child).kind === 'group' ? `[${outline(document, child)}]` : child))
    .join(' ');
}

describe('the layers of a document', () => {
  it('are added where they are told, moved, grouped, merged and removed', () => {
    const four = stack('a', 'b', 'c', 'd');
    const grouped = groupLayers(four, [id('b'), id('d')], group('g'));
    expect(outline(grouped)).toBe('a c [b d]');

    expect(outline(moveLayers(grouped, [id('a')], { parent: id('g'), index: 1 }))).toBe('c [b a d]');
    expect(outline(moveLayers(grouped, [id('b'), id('g')], { parent: null, index: 0 }))).toBe('[b d] a c');
    expect(outline(ungroup(grouped, id('g')))).toBe('a c b d');
    expect(outline(removeLayers(grouped, [id('g'), id('d')]))).toBe('a c');
    expect(Object.keys(removeLayers(grouped, [id('g')]).layers)).toEqual(['a', 'c']);
    expect(outline(mergeLayers(grouped, [id('a'), id('g')], raster('m')))).toBe('c m');
    expect(outline(mergeLayers(grouped, [id('b'), id('d')], raster('m')))).toBe('a c [m]');
    expect(outline(mergeLayers(grouped, [id('a'), id('b')], raster('m')))).toBe('c [d] m');
    expect(paintOrder(grouped).map((layer) => layer.id)).toEqual(['a', 'c', 'b', 'd', 'g']);
  });

  it('stay where they are when they are moved to their own place', () => {
    const four = stack('a', 'b', 'c', 'd');
    expect(outline(moveLayers(four, [id('b')], { parent: null, index: 1 }))).toBe('a b c d');
    expect(outline(moveLayers(four, [id('b')], { parent: null, index: 3 }))).toBe('a c b d');
  });

  it('do not go into themselves', () => {
    const grouped = groupLayers(stack('a', 'b'), [id('a')], group('g'));
    expect(() => moveLayers(grouped, [id('g')], { parent: id('g'), index: 0 })).toThrow('into itself');
  });

  it('are copied with all they hold, above the original', () => {
    const grouped = groupLayers(stack('a', 'b', 'c'), [id('a'), id('b')], group('g'));
    const copied = duplicateLayers(grouped, [id('g'), id('a')], (original) => id(`${original}-copy`));
    expect(outline(copied)).toBe('[a b] [a-copy b-copy] c');
    expect(parseDocument(copied)).toEqual(copied);
  });

  it('keep their place on the canvas when their group is taken away', () => {
    const moved = setLayerProperties(stack('a', 'b'), [id('a')], { transform: translation(3, 4) });
    const grouped = groupLayers(moved, [id('a')], {
      ...group('g'),
      transform: { ...identity, a: 2, d: 2, e: 10 },
    });
    const before = documentTransform(grouped, id('a'));
    expect(before).toEqual({ ...identity, a: 2, d: 2, e: 16, f: 8 });
    expect(documentTransform(ungroup(grouped, id('g')), id('a'))).toEqual(before);
  });
});

describe('a document', () => {
  it('shares with its predecessor whatever a change did not touch, and is frozen to the bottom', () => {
    const before = stack('a', 'b');
    const after = renameLayer(before, id('a'), 'sky');
    expect(after.layers[id('b')]).toBe(before.layers[id('b')]);
    expect(before.layers[id('a')]?.name).toBe('a');
    expect(() => Object.assign(after.layers[id('a')]!, { name: 'x' })).toThrow('read only');
    expect(() => Object.assign(after.layers[id('a')]!.transform, { a: 2 })).toThrow('read only');
  });

  it('moves everything with the frame when the canvas grows to the left, and scales everything with it', () => {
    const document = { ...stack('a'), extendFrame: { x: -10, y: 0, width: 110, height: 80 } };
    const wider = resizeCanvas(document, { width: 120, height: 80 }, { x: 20, y: 0 });
    expect(wider).toMatchObject({ width: 120, extendFrame: { x: 10, width: 110 } });
    expect(documentTransform(wider, id('a'))).toEqual(translation(20, 0));
    const half = scaleDocument(wider, { width: 60, height: 40 });
    expect(half).toMatchObject({ width: 60, height: 40, extendFrame: { x: 5, y: 0, width: 55, height: 40 } });
    expect(documentTransform(half, id('a'))).toEqual({ ...identity, a: 0.5, d: 0.5, e: 10 });
  });

  it('names every blob it holds on to', () => {
    const painted = setLayerPixels(stack('a', 'b'), id('a'), {
      kind: 'tiles',
      index: blob('1'),
      bounds: { x: 0, y: 0, width: 256, height: 256 },
    });
    const masked = setLayerProperties(painted, [id('b')], {
      mask: { enabled: true, pixels: { kind: 'picture', blob: blob('2'), width: 1, height: 1 } },
    });
    const selected = {
      ...masked,
      selection: { transform: identity, pixels: { kind: 'picture', blob: blob('3'), width: 1, height: 1 } as const },
    };
    expect(documentReferences(selected)).toEqual([
      { blob: blob('1'), as: 'tile-index' },
      { blob: blob('2'), as: 'file' },
      { blob: blob('3'), as: 'file' },
    ]);
  });

  it('comes back from JSON as it was', () => {
    const document = setParameters(groupLayers(stack('a', 'b'), [id('b')], group('g')), { steps: 7 });
    expect(parseDocument(JSON.parse(JSON.stringify(document)))).toEqual(document);
  });

  it.each([
    ['a layer listed twice', { order: ['a', 'a'] }, 'listed twice'],
    ['a layer in no list', { order: [] }, 'in no list'],
    ['a listed layer that is missing', { order: ['a', 'z'] }, 'missing'],
    ['no version', { version: undefined }, 'version'],
    ['a side of nothing', { width: 0 }, 'width'],
    ['an unknown field', { colour: 'red' }, 'colour'],
  ])('is refused with %s', (_, damage, problem) => {
    const attempt = () => parseDocument({ ...stack('a'), ...damage });
    expect(attempt).toThrow(expect.objectContaining({ code: 'stored-value-invalid' }));
    expect(attempt).toThrow(problem);
  });

  it('keeps its layers when a setting of its prompt bar is not known any more, and the other settings too', () => {
    const document = setParameters(stack('a'), { steps: 7 });
    const { prompt } = document;
    const stored = {
      ...document,
      prompt: { ...prompt, parameters: { ...prompt.parameters, solver: 'ancient', steps: 7 } },
    };
    expect(parseDocument(JSON.parse(JSON.stringify(stored)))).toEqual(document);
    expect(parseDocument({ ...document, prompt: 5 }).order).toEqual(['a']);
  });

  it('of a newer studio is refused with the advice to update', () => {
    expect(() => parseDocument({ ...stack('a'), version: 2 })).toThrow(
      expect.objectContaining({ code: 'version-too-new' }),
    );
  });

  it('stays a tree whatever is done to it', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const step = fc.record({
      what: fc.constantFrom('move', 'group', 'ungroup', 'copy', 'remove'),
      at: fc.nat(20),
      to: fc.nat(20),
      index: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let next = 0;
        let document = stack(...names);
        for (const { what, at, to, index } of steps) {
          const layers = paintOrder(document);
          if (layers.length === 0) break;
          const one = layers[at % layers.length]!;
          const other = layers[to % layers.length]!;
          next += 1;
          if (what === 'copy') {
            let copy = 0;
            document = duplicateLayers(document, [one.id], () => id(`n${next}-${(copy += 1)}`));
          } else if (what === 'group') document = groupLayers(document, [one.id, other.id], group(`n${next}`));
          else if (what === 'ungroup' && one.kind === 'group') document = ungroup(document, one.id);
          else if (what === 'remove') document = removeLayers(document, [one.id]);
          else if (other.kind === 'group' && !isInside(document, one.id, other.id))
            document = moveLayers(document, [one.id], { parent: other.id, index });
          expect(parseDocument(document)).toEqual(document);
        }
      }),
    );
  });
});

function isInside(document: Document, outer: LayerId, inner: LayerId): boolean {
  return paintOrder(document, [outer]).some((layer) => layer.id === inner);
}

it('transforms undo what they did', () => {
  const turn = { a: 0.6, b: 0.8, c: -0.8, d: 0.6, e: 12, f: -7 };
  const back = compose(invert(turn)!, turn);
  expect(apply(back, { x: 5, y: 9 }).x).toBeCloseTo(5, 12);
  expect(apply(back, { x: 5, y: 9 }).y).toBeCloseTo(9, 12);
  expect(invert({ ...turn, c: 0.6, d: 0.8 })).toBeNull();
  expect(transformedBounds(turn, { x: 0, y: 0, width: 10, height: 0 })).toMatchObject({ width: 0 });
  expect(transformedBounds({ ...turn, e: 0, f: 0 }, { x: 0, y: 0, width: 10, height: 10 })).toEqual({
    x: -8,
    y: 0,
    width: 14,
    height: 14,
  });
});
