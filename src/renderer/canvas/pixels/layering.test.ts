import { describe, expect, it } from 'vitest';

import { compose, identity, scaling, translation } from '#shared/document/geometry';
import { firstDifference, noiseBlock, placed } from '#testing/surfaces';
import { liftPixels, paintSurface, transformSurface } from './layering.ts';
import { rectMask } from './polygon.ts';
import { contentBounds, emptySurface, readBlock, surfaceOf, type Block, type Surface } from './surface.ts';

const bounds = { x: 0, y: 0, width: 500, height: 300 };
const opaque = (block: Block): Block => ({ ...block, data: block.data.map((byte, i) => (i % 4 === 3 ? 255 : byte)) });
const picture = surfaceOf(opaque(noiseBlock(0, 0, 500, 300)));
const same = (one: Surface, other: Surface): boolean =>
  firstDifference(readBlock(one, bounds).data, readBlock(other, bounds).data) === -1;
const pixel = (surface: Surface, x: number, y: number): number[] => [
  ...readBlock(surface, { x, y, width: 1, height: 1 }).data,
];

describe('lifting selected pixels', () => {
  const mask = rectMask({ x: 200, y: 100, width: 100, height: 60 }, bounds);

  it('leaves a hole, and the piece fills it again', () => {
    const { rest, floating } = liftPixels(picture, placed(mask));
    expect(contentBounds(floating)).toEqual({ x: 200, y: 100, width: 100, height: 60 });
    expect(pixel(rest, 200, 100)).toEqual([0, 0, 0, 0]);
    expect(pixel(rest, 199, 100)).toEqual(pixel(picture, 199, 100));
    expect(same(paintSurface(rest, placed(floating)), picture)).toBe(true);
  });

  it('takes half of what is half selected', () => {
    const half = surfaceOf({ x: 10, y: 10, width: 1, height: 1, channels: 1, data: Uint8Array.of(128) });
    const { rest, floating } = liftPixels(picture, placed(half));
    expect([pixel(rest, 10, 10)[3], pixel(floating, 10, 10)[3]]).toEqual([127, 128]);
    expect(pixel(floating, 10, 10).slice(0, 3)).toEqual(pixel(picture, 10, 10).slice(0, 3));
  });

  it('finds a selection that lies moved', () => {
    const { floating } = liftPixels(picture, placed(mask, translation(-150, 20)));
    expect(contentBounds(floating)).toEqual({ x: 50, y: 120, width: 100, height: 60 });
  });
});

describe('painting one surface over another', () => {
  it('moves by whole pixels without touching a byte', () => {
    const moved = paintSurface(emptySurface(4), placed(picture, translation(33, -7)));
    expect(firstDifference(readBlock(moved, { ...bounds, x: 33, y: -7 }).data, readBlock(picture, bounds).data)).toBe(
      -1,
    );
  });

  it('makes a transform permanent', () => {
    const larger = transformSurface(placed(picture, compose(translation(10, 0), scaling(2, 2))));
    const { x, width, height } = contentBounds(larger);
    expect({ x, width, height }).toEqual({ x: 8, width: 1004, height: 604 });
    expect(same(transformSurface(placed(picture, identity)), picture)).toBe(true);
  });
});
