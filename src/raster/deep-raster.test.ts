import { expect, it } from 'vitest';

import { toDeepRaster, toRaster } from './deep-raster.ts';

it('rounds every 16-bit value to the nearest 8-bit one', () => {
  const data = Uint16Array.from({ length: 65_536 }, (_, value) => value);
  const narrow = toRaster({ width: 65_536, height: 1, channels: 1, data });
  const wrong = data.filter((value) => narrow.data[value] !== Math.round(value / 257));
  expect([...wrong]).toEqual([]);
});

it('gets 8-bit values back unchanged after widening them', () => {
  const raster = { width: 256, height: 1, channels: 1 as const, data: Uint8Array.from({ length: 256 }, (_, v) => v) };
  expect(toDeepRaster(raster).data[255]).toBe(65_535);
  expect(toRaster(toDeepRaster(raster))).toEqual(raster);
});
