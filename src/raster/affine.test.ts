import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { transformRaster, type AffineMap } from './affine.ts';
import type { Raster } from './raster.ts';

const same: AffineMap = { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };

const rgba = (width: number, height: number, pixel: (x: number, y: number) => readonly number[]): Raster => ({
  width,
  height,
  channels: 4,
  data: Uint8Array.from(
    Array.from({ length: width * height }, (_, index) => pixel(index % width, Math.floor(index / width))).flat(),
  ),
});

const at = ({ raster }: { raster: Raster }, x: number, y: number) => [
  ...raster.data.subarray((y * raster.width + x) * 4, (y * raster.width + x) * 4 + 4),
];

describe('transformRaster', () => {
  const noise = rgba(5, 4, (x, y) => [x * 50, y * 60, x * y * 9, 255 - x * 30]);

  it('keeps every byte when it moves by whole pixels', () => {
    const moved = transformRaster({ raster: noise, x: 2, y: -3 }, { ...same, e: -7, f: 4 });
    expect(moved).toEqual({ raster: noise, x: -5, y: 1 });
  });

  it('turns by a quarter exactly, four times round', () => {
    let placed = { raster: noise, x: 0, y: 0 };
    const quarter: AffineMap = { a: 0, b: 1, c: -1, d: 0, e: 0, f: 0 };
    const first = transformRaster(placed, quarter)!;
    expect(first).toMatchObject({ x: -4, y: 0, raster: { width: 4, height: 5 } });
    expect(at(first, 3, 1)).toEqual(at({ raster: noise }, 1, 0));
    for (let turn = 0; turn < 4; turn += 1) placed = transformRaster(placed, quarter)!;
    expect(placed).toEqual({ raster: noise, x: 0, y: 0 });
  });

  it('mirrors exactly', () => {
    const mirrored = transformRaster({ raster: noise, x: 0, y: 0 }, { ...same, a: -1 })!;
    expect(mirrored.x).toBe(-5);
    expect(at(mirrored, 0, 2)).toEqual(at({ raster: noise }, 4, 2));
  });

  it('shares a pixel between two when it moves by half, without letting transparent colours bleed', () => {
    const red = rgba(1, 1, () => [200, 10, 20, 255]);
    const moved = transformRaster({ raster: red, x: 0, y: 0 }, { ...same, e: 0.5 })!;
    expect(moved.raster).toMatchObject({ width: 2, height: 1 });
    expect([at(moved, 0, 0), at(moved, 1, 0)]).toEqual([
      [200, 10, 20, 128],
      [200, 10, 20, 128],
    ]);
  });

  it('averages when it shrinks, instead of skipping pixels', () => {
    const checks = rgba(64, 64, (x, y) => ((x + y) % 2 === 0 ? [0, 0, 0, 255] : [255, 255, 255, 255]));
    const small = transformRaster({ raster: checks, x: 0, y: 0 }, { ...same, a: 0.25, d: 0.25 })!;
    expect(small.raster).toMatchObject({ width: 16, height: 16 });
    const inside = Array.from({ length: 14 }, (_, index) => at(small, index + 1, 7)[0]!);
    expect(Math.min(...inside)).toBeGreaterThan(100);
    expect(Math.max(...inside)).toBeLessThan(155);
  });

  it('keeps a plain colour plain in whatever way it is turned', () => {
    const plain = rgba(9, 7, () => [12, 130, 250, 255]);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 6.3, noNaN: true }),
        fc.double({ min: 0.3, max: 3, noNaN: true }),
        (turn, size) => {
          const [cos, sin] = [Math.cos(turn) * size, Math.sin(turn) * size];
          const turned = transformRaster(
            { raster: plain, x: 3, y: 4 },
            { a: cos, b: sin, c: -sin, d: cos, e: 1, f: 2 },
          )!;
          const pixels = Array.from({ length: turned.raster.data.length / 4 }, (_, index) => at(turned, index, 0));
          const seen = pixels.filter((pixel) => pixel[3]! > 0).map((pixel) => pixel.slice(0, 3).join());
          expect([...new Set(seen)]).toEqual(['12,130,250']);
        },
      ),
    );
  });

  it('has nothing to show of what is flattened', () => {
    expect(transformRaster({ raster: noise, x: 0, y: 0 }, { ...same, a: 0 })).toBeNull();
  });
});
