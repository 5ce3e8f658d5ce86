import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createDocument, type Document } from '#shared/document/document';
import { translation, type Transform } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import { createLayer, type Layer } from '#shared/document/layer';
import { addLayer, changeLayer, setLayerProperties } from '#shared/document/layer-operations';
import { noPixels } from '#shared/document/pixels';
import { firstDifference, noiseBlock } from '#testing/surfaces';
import { paintScene } from './compose.ts';
import { Composer } from './composer.ts';
import { rectMask } from './polygon.ts';
import { sceneDifference, sceneOf, type Scene } from './scene.ts';
import { createBlock, surfaceOf, writeBlock, type Surface } from './surface.ts';

const id = (name: string): LayerId => name as LayerId;
const rect = { x: 0, y: 0, width: 320, height: 300 };

/** Five layers, two of them in a group, with the modes and masks that make shortcuts wrong. */
function example(): { document: Document; surfaces: Map<string, Surface> } {
  const surfaces = new Map<string, Surface>();
  let document = createDocument({ width: 320, height: 300 });
  const add = (layer: Layer, parent: LayerId | null, surface?: Surface): void => {
    if (surface) surfaces.set(layer.id, surface);
    document = addLayer(document, layer, { parent, index: Infinity });
  };
  const noise = (seed: number): Surface => surfaceOf(noiseBlock(seed, 2 * seed, 280 - seed, 270));
  add(createLayer('raster', id('sky'), 'sky'), null, noise(0));
  add(createLayer('raster', id('light'), 'light', { blend: 'screen', opacity: 0.7 }), null, noise(5));
  const mask = { pixels: noPixels, enabled: true };
  surfaces.set('group/mask', rectMask({ x: 20, y: 20, width: 200, height: 200 }, rect));
  add(createLayer('group', id('group'), 'group', { mask, opacity: 0.8 }), null);
  add(createLayer('raster', id('tree'), 'tree', { transform: translation(3.5, 7.25) }), id('group'), noise(11));
  add(createLayer('raster', id('leaf'), 'leaf', { blend: 'multiply' }), id('group'), noise(40));
  add(createLayer('raster', id('dust'), 'dust', { opacity: 0.4 }), null, noise(60));
  add(createLayer('raster', id('grain'), 'grain', { opacity: 0.6 }), null, noise(70));
  return { document, surfaces };
}

const scene = (document: Document, surfaces: Map<string, Surface>): Scene =>
  sceneOf(document, ['raster'], (layer, part) => surfaces.get(part === 'mask' ? `${layer.id}/mask` : layer.id)!);

function painted(scene: Scene, level: number): Uint8Array {
  const block = createBlock({ ...rect, width: 320 >> level, height: 300 >> level }, 4);
  paintScene(block, scene, { level });
  return block.data;
}

/** Flattening first rounds twice. */
const largestDifference = (one: Uint8Array, other: Uint8Array): number =>
  one.reduce((largest, byte, i) => {
    const alpha = Math.min(one[i | 3]!, other[i | 3]!) / 255;
    return Math.max(largest, Math.abs(byte - other[i]!) * (i % 4 === 3 ? 1 : alpha));
  }, 0);

const active = fc.constantFrom(null, ...['sky', 'light', 'tree', 'leaf', 'dust', 'grain', 'group'].map(id));
const isolated = fc.boolean();
const level = fc.constantFrom(0, 1, 2);

describe('the composer', () => {
  it('paints what painting every layer gives, whichever is active', () => {
    const { document, surfaces } = example();
    fc.assert(
      fc.property(active, isolated, level, (active, isolated, level) => {
        const now = scene(changeLayer(document, id('group'), 'group', { isolated }), surfaces);
        const composer = new Composer({});
        composer.update(now, { active, changes: [] });
        const block = composer.block(level, { ...rect, width: 320 >> level, height: 300 >> level });
        expect(largestDifference(block.data, painted(now, level))).toBeLessThanOrEqual(2);
      }),
      { numRuns: 40 },
    );
  });

  it('shows every change of pixels, in the active layer and in others', () => {
    const { document, surfaces } = example();
    fc.assert(
      fc.property(active, active, level, (active, changed, level) => {
        fc.pre(changed !== null && changed !== 'group');
        const composer = new Composer({});
        const before = scene(document, surfaces);
        composer.update(before, { active, changes: [] });
        const view = { ...rect, width: 320 >> level, height: 300 >> level };
        composer.block(level, view);
        const surface = writeBlock(surfaces.get(changed)!, noiseBlock(200, 190, 70, 80));
        const after = scene(document, new Map([...surfaces, [changed, surface]]));
        composer.update(after, { active, changes: sceneDifference(before, after) });
        expect(largestDifference(composer.block(level, view).data, painted(after, level))).toBeLessThanOrEqual(2);
        expect(firstDifference(painted(before, level), painted(after, level))).toBeGreaterThan(-1);
      }),
      { numRuns: 40 },
    );
  });

  it('gives any part of the picture as the whole has it', () => {
    const { document, surfaces } = example();
    const composer = new Composer({});
    composer.update(scene(document, surfaces), { active: id('leaf'), changes: [] });
    const whole = composer.block(0, rect);
    const part = composer.block(0, { x: 250, y: 251, width: 13, height: 9 });
    for (let y = 0; y < 9; y++) {
      const at = ((251 + y) * 320 + 250) * 4;
      expect(part.data.subarray(y * 52, y * 52 + 52)).toEqual(whole.data.subarray(at, at + 52));
    }
  });
});

describe('the difference of two scenes', () => {
  const { document, surfaces } = example();
  const before = scene(document, surfaces);
  const difference = (changed: Document) => sceneDifference(before, scene(changed, surfaces));

  it('is nothing for a document that looks the same', () => {
    expect(difference(setLayerProperties(document, [id('tree')], { name: 'oak', locked: true }))).toEqual([]);
  });

  it('is the pixels that changed', () => {
    const surface = writeBlock(surfaces.get('sky')!, noiseBlock(260, 3, 4, 4));
    const after = scene(document, new Map([...surfaces, ['sky', surface]]));
    expect(sceneDifference(before, after)).toEqual([{ id: 'sky', rect: { x: 260, y: 3, width: 4, height: 4 } }]);
  });

  it('is all that a layer covers, before and after, when it moves, fades or is hidden', () => {
    const moved = (transform: Transform): Document => setLayerProperties(document, [id('dust')], { transform });
    expect(difference(moved(translation(1000, 0))).map(({ rect }) => rect.x)).toEqual([0, 1000]);
    expect(difference(setLayerProperties(document, [id('dust')], { opacity: 0.3 }))).toHaveLength(2);
    // What lay on the hidden layer now lies on another one.
    expect(difference(setLayerProperties(document, [id('dust')], { visible: false })).length).toBeGreaterThan(0);
  });
});
