import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskOfPlane, planeOfMask, planesOfRaster, rasterOfPlanes } from './plane.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

test('masks and pictures survive the way to planes and back', () => {
  fc.assert(
    fc.property(bytes(4 * 3), (data) => {
      const mask = { width: 4, height: 3, channels: 1 as const, data };
      expect(maskOfPlane(planeOfMask(mask))).toEqual(mask);
    }),
  );
  fc.assert(
    fc.property(bytes(2 * 3 * 3), (data) => {
      const picture = { width: 2, height: 3, channels: 3 as const, data };
      expect(rasterOfPlanes(planesOfRaster(picture))).toEqual(picture);
    }),
  );
});

test('a grey picture has three equal channels, and alpha is not one of them', () => {
  const grey = planesOfRaster({ width: 1, height: 1, channels: 1, data: Uint8Array.of(7) });
  expect(grey.map((plane) => plane.data[0])).toEqual([7, 7, 7]);
  const rgba = planesOfRaster({ width: 1, height: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 4) });
  expect(rgba.map((plane) => plane.data[0])).toEqual([1, 2, 3]);
});
