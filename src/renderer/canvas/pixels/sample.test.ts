import { describe, expect, it } from 'vitest';

import { compose, identity, invert, scaling, translation, type Transform } from '#shared/document/geometry';
import { sampleSurface, type Interpolation } from './sample.ts';
import { readBlock, surfaceOf, type Block } from './surface.ts';
import { noiseBlock } from '#testing/surfaces';

const rotation = (degrees: number): Transform => {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return { a: cos, b: sin, c: -sin, d: cos, e: 0, f: 0 };
};
/** A smooth opaque ramp: red grows to the right by 2 a pixel, green downwards. */
const ramp: Block = {
  x: 0,
  y: 0,
  width: 100,
  height: 100,
  channels: 4,
  data: Uint8Array.from(
    { length: 40_000 },
    (_, i) => [((i >> 2) % 100) * 2, Math.floor((i >> 2) / 100) * 2, 7, 255][i % 4]!,
  ),
};

describe('sampling through a map', () => {
  it('copies bytes for whole-pixel moves, across tiles', () => {
    const surface = surfaceOf(noiseBlock(0, 0, 300, 300));
    const moved = sampleSurface(surface, translation(-7, 13), { x: 200, y: 100, width: 80, height: 80 });
    expect(moved.data).toEqual(readBlock(surface, { x: 193, y: 113, width: 80, height: 80 }).data);
    expect(moved.x).toBe(200);
  });

  it.each(['bilinear', 'bicubic'] as const)('%s finds the values in between', (interpolation: Interpolation) => {
    const surface = surfaceOf(ramp);
    for (const map of [rotation(30), scaling(0.37, 0.61), compose(rotation(-17), scaling(1.3, 0.8))]) {
      const toSource = compose(translation(50, 50), map);
      const block = sampleSurface(surface, toSource, { x: -20, y: -20, width: 40, height: 40 }, { interpolation });
      for (const [dx, dy] of [
        [-9, 4],
        [0, 0],
        [11, -13],
      ] as const) {
        const at = ((dy + 20) * 40 + dx + 20) * 4;
        const u = toSource.a * (dx + 0.5) + toSource.c * (dy + 0.5) + toSource.e;
        const v = toSource.b * (dx + 0.5) + toSource.d * (dy + 0.5) + toSource.f;
        expect(Math.abs(block.data[at]! - (u - 0.5) * 2)).toBeLessThanOrEqual(1);
        expect(Math.abs(block.data[at + 1]! - (v - 0.5) * 2)).toBeLessThanOrEqual(1);
        expect(block.data[at + 3]).toBe(255);
      }
    }
  });

  it('flips exactly', () => {
    const surface = surfaceOf(ramp);
    const flipped = sampleSurface(surface, { ...identity, a: -1, e: 100 }, { x: 0, y: 0, width: 100, height: 100 });
    expect([...flipped.data.subarray(0, 4)]).toEqual([198, 0, 7, 255]);
    const twice = sampleSurface(surfaceOf(flipped), { ...identity, a: -1, e: 100 }, flipped);
    expect(twice.data).toEqual(ramp.data);
  });

  it('averages what it shrinks instead of skipping it', () => {
    // Columns of black and white: every fourth pixel alone would be one or the other.
    const data = Uint8Array.from({ length: 64 * 64 * 4 }, (_, i) => (i % 4 === 3 ? 255 : ((i >> 2) % 2) * 255));
    const surface = surfaceOf({ x: 0, y: 0, width: 64, height: 64, channels: 4, data });
    const small = sampleSurface(surface, scaling(4, 4), { x: 2, y: 2, width: 10, height: 10 });
    expect(new Set(small.data)).toEqual(new Set([128, 255]));
  });

  it('shrinks one way without blurring the other', () => {
    // Rows of black and white, which must stay rows, while columns are averaged.
    const data = Uint8Array.from({ length: 64 * 64 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (((i >> 2) >> 6) % 2) * 255));
    const surface = surfaceOf({ x: 0, y: 0, width: 64, height: 64, channels: 4, data });
    const narrow = sampleSurface(surface, scaling(3, 1), { x: 2, y: 2, width: 10, height: 10 });
    expect([narrow.x, narrow.width]).toEqual([2, 10]);
    expect(Array.from({ length: 10 }, (_, y) => narrow.data[y * 40])).toEqual([0, 255, 0, 255, 0, 255, 0, 255, 0, 255]);
    const flat = sampleSurface(surface, scaling(1, 2), { x: 2, y: 2, width: 10, height: 10 });
    expect(new Set(flat.data)).toEqual(new Set([128, 255]));
  });

  it('is transparent beyond the pixels, with no dark fringe', () => {
    const white = surfaceOf({ x: 0, y: 0, width: 8, height: 8, channels: 4, data: new Uint8Array(256).fill(255) });
    const block = sampleSurface(white, translation(0.5, 0), { x: -4, y: 0, width: 16, height: 1 });
    const alphas = Array.from({ length: 16 }, (_, x) => block.data[x * 4 + 3]);
    expect(alphas).toEqual([0, 0, 0, 128, 255, 255, 255, 255, 255, 255, 255, 128, 0, 0, 0, 0]);
    expect(block.data[3 * 4]).toBe(255);
  });

  it('turns and turns back without losing more than interpolation does', () => {
    const map = compose(translation(50, 50), compose(rotation(20), translation(-50, -50)));
    const turned = sampleSurface(
      surfaceOf(ramp),
      invert(map)!,
      { x: -30, y: -30, width: 160, height: 160 },
      { interpolation: 'bicubic' },
    );
    const back = sampleSurface(
      surfaceOf(turned),
      map,
      { x: 30, y: 30, width: 40, height: 40 },
      { interpolation: 'bicubic' },
    );
    const expected = readBlock(surfaceOf(ramp), back);
    expect(Math.max(...back.data.map((byte, i) => Math.abs(byte - expected.data[i]!)))).toBeLessThanOrEqual(2);
  });
});
