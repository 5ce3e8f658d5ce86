import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { largestDifference } from '#testing/largest-difference';
import { clipPatch, maskOfPatch, pastePatch } from './patch.ts';
import { type Raster } from './raster.ts';

const anyRaster = (channels: 1 | 3 | 4, width: number, height: number): fc.Arbitrary<Raster> =>
  fc
    .uint8Array({ minLength: width * height * channels, maxLength: width * height * channels })
    .map((data) => ({ width, height, channels, data }));
const rgba = (...data: number[]): Raster => ({
  width: data.length / 4,
  height: 1,
  channels: 4,
  data: Uint8Array.from(data),
});

test('bytes are copied where alpha is 0 or 255, and nothing else is touched', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(3 as const, 4 as const).chain((channels) => anyRaster(channels, 7, 5)),
      anyRaster(4, 3, 2),
      (picture, raster) => {
        const before = Uint8Array.from(picture.data);
        const pasted = pastePatch(picture, { x: 2, y: 1, raster });
        const mask = maskOfPatch({ x: 2, y: 1, raster }, picture);
        expect(picture.data).toEqual(before);
        expect(pasted.channels).toBe(picture.channels);
        const pixelOf = (i: number) => Math.floor(i / picture.channels);
        expect(largestDifference(pasted.data, before, (i) => mask.data[pixelOf(i)] === 0)).toBe(0);
        const isColour = (i: number) => i % picture.channels < 3;
        const overwritten = pasted.data.map((_, i) => {
          const inPatch = (Math.floor(pixelOf(i) / 7) - 1) * 3 + (pixelOf(i) % 7) - 2;
          return raster.data[inPatch * 4 + (i % picture.channels)] ?? 0;
        });
        const isOpaque = (i: number) => mask.data[pixelOf(i)] === 255;
        expect(largestDifference(pasted.data, overwritten, (i) => isOpaque(i) && isColour(i))).toBe(0);
      },
    ),
  );
});

test('half white over black is half the light, not half the byte', () => {
  const black: Raster = { width: 1, height: 1, channels: 3, data: Uint8Array.of(0, 0, 0) };
  const result = pastePatch(black, { x: 0, y: 0, raster: rgba(255, 255, 255, 128) });
  expect([...result.data]).toEqual([188, 188, 188]);
});

test('a transparent pixel lends no colour, and becomes as opaque as the patch', () => {
  const hiddenRed = rgba(255, 0, 0, 0);
  expect([...pastePatch(hiddenRed, { x: 0, y: 0, raster: rgba(0, 200, 90, 100) }).data]).toEqual([0, 200, 90, 100]);
  const veil = rgba(10, 10, 10, 128);
  const both = pastePatch(veil, { x: 0, y: 0, raster: rgba(10, 10, 10, 128) });
  expect([...both.data]).toEqual([10, 10, 10, 192]);
});

test('a grey picture becomes RGB with its own values', () => {
  const grey: Raster = { width: 2, height: 1, channels: 1, data: Uint8Array.of(9, 200) };
  const result = pastePatch(grey, { x: 1, y: 0, raster: rgba(1, 2, 3, 255) });
  expect(result).toEqual({ width: 2, height: 1, channels: 3, data: Uint8Array.of(9, 9, 9, 1, 2, 3) });
});

test('a picture that keeps its transparency takes colours only', () => {
  const picture: Raster = {
    width: 3,
    height: 1,
    channels: 4,
    data: Uint8Array.of(10, 10, 10, 128, 9, 8, 7, 0, 0, 0, 0, 255),
  };
  const patch = { x: 0, y: 0, raster: rgba(200, 0, 0, 255, 200, 0, 0, 255, 255, 255, 255, 128) };
  expect([...pastePatch(picture, patch, { transparency: 'kept' }).data]).toEqual([
    200, 0, 0, 128, 9, 8, 7, 0, 188, 188, 188, 255,
  ]);
  expect([...clipPatch(patch, picture).raster.data].filter((_, i) => i % 4 === 3)).toEqual([128, 0, 128]);
});
