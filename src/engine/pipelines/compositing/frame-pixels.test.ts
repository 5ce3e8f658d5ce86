import { expect, test } from 'vitest';
import { type Raster } from '#raster/raster';
import { maskWhere, pictures, withAlpha } from '#testing/pictures';
import { defaultLimits } from '#shared/contract/model-limits';
import { type ContextFrame, planWholeFrame } from './context-frame.ts';
import { maskInFrame, pictureInFrame } from './frame-pixels.ts';

const frameOf = (x: number, y: number, width: number, height: number, scale = 1): ContextFrame => ({
  x,
  y,
  width,
  height,
  scale,
  modelWidth: width * scale,
  modelHeight: height * scale,
});
const pixel = (raster: Raster, x: number, y: number) => [
  ...raster.data.subarray((y * raster.width + x) * 3, (y * raster.width + x) * 3 + 3),
];

test('a frame within the picture is a plain crop; one that hangs over mirrors it', () => {
  const picture = pictures.foliage({ width: 50, height: 40 });
  const inside = pictureInFrame(picture, frameOf(10, 5, 32, 32));
  expect(pixel(inside, 0, 0)).toEqual(pixel(picture, 10, 5));
  expect(pixel(inside, 31, 31)).toEqual(pixel(picture, 41, 36));
  const over = pictureInFrame(picture, frameOf(-7, -12, 64, 64));
  expect(pixel(over, 7, 12)).toEqual(pixel(picture, 0, 0));
  expect(pixel(over, 6, 11)).toEqual(pixel(picture, 0, 0));
  expect(pixel(over, 0, 0)).toEqual(pixel(picture, 6, 11));
  expect(pixel(over, 63, 63)).toEqual(pixel(picture, 43, 28));
});

test('even a picture of one pixel fills a frame', () => {
  const dot: Raster = { width: 1, height: 1, channels: 3, data: Uint8Array.of(9, 8, 7) };
  const seen = pictureInFrame(dot, planWholeFrame(dot, defaultLimits));
  expect([seen.width, seen.height]).toEqual([512, 512]);
  expect(pixel(seen, 300, 5)).toEqual([9, 8, 7]);
});

test('what is hidden under transparency is not seen', () => {
  const picture = withAlpha(pictures['flat grey']({ width: 64, height: 64 }), (x) => (x < 32 ? 255 : 0));
  const grey = picture.data[0]!;
  for (let i = 0; i < picture.data.length; i += 4) if (picture.data[i + 3] === 0) picture.data.set([255, 0, 255], i);
  const seen = pictureInFrame(picture, frameOf(0, 0, 64, 64));
  expect(new Set(seen.data)).toEqual(new Set([grey]));
  const nothing = pictureInFrame(
    withAlpha(picture, () => 0),
    frameOf(0, 0, 64, 64),
  );
  expect(new Set(nothing.data)).toEqual(new Set([128]));
});

test('a grey picture is seen in RGB', () => {
  const seen = pictureInFrame(
    maskWhere(32, 32, (x) => x / 32),
    frameOf(0, 0, 32, 32),
  );
  expect(seen.channels).toBe(3);
  expect(pixel(seen, 31, 0)).toEqual([251, 251, 251]);
});

test('reducing keeps the thinnest stroke of a mask, enlarging keeps its pixels', () => {
  const stroke = maskWhere(128, 128, (x) => (x === 50.5 ? 200 / 255 : 0));
  const reduced = maskInFrame(stroke, frameOf(0, 0, 128, 128, 0.25));
  expect(
    [...reduced.data.subarray(0, 32)].map((value) => Math.round(value * 255)).filter((value) => value > 0),
  ).toEqual([200]);
  const enlarged = maskInFrame(stroke, frameOf(0, 0, 128, 128, 2));
  expect([...enlarged.data.subarray(98, 104)].map((value) => value > 0)).toEqual([
    false,
    false,
    true,
    true,
    false,
    false,
  ]);
});
