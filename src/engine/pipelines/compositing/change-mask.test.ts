import { expect, test } from 'vitest';
import { gaussianBlur } from '#raster/gaussian-blur';
import { mapPlanes, planesOfRaster, rasterOfPlanes } from '#raster/plane';
import { type Raster } from '#raster/raster';
import { pictures } from '#testing/pictures';
import { createRandom } from '#testing/random';
import { changedPixels, softChange } from './change-mask.ts';

const size = { width: 200, height: 160 };
const picture = pictures.skin(size);
const painted = (colour: readonly number[], where: (x: number, y: number) => boolean): Raster => ({
  ...picture,
  data: picture.data.map((value, i) => {
    const pixel = Math.floor(i / 3);
    return where(pixel % size.width, Math.floor(pixel / size.width)) ? colour[i % 3]! : value;
  }),
});
const count = (plane: { data: Float32Array }) => plane.data.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);

test('nothing changed is nothing', () => {
  expect(count(changedPixels(picture, picture))).toBe(0);
});

test('noise and the softness of another decoding do not count', () => {
  const { normal } = createRandom(3);
  const noisy = {
    ...picture,
    data: picture.data.map((value) => Math.min(255, Math.max(0, Math.round(value + 4 * normal())))),
  };
  expect(count(changedPixels(picture, noisy))).toBe(0);
  const soft = rasterOfPlanes(mapPlanes(planesOfRaster(picture), (plane) => gaussianBlur(plane, 0.7)));
  expect(count(changedPixels(picture, soft))).toBe(0);
});

test('a new object counts, a speck does not, and a thin gap is closed', () => {
  const square = (x: number, y: number) => x >= 60 && x < 120 && y >= 50 && y < 90;
  const object = count(changedPixels(picture, painted([20, 40, 200], square)));
  expect(object).toBeGreaterThan(60 * 40);
  expect(object).toBeLessThan(64 * 44 + 40);
  expect(
    count(
      changedPixels(
        picture,
        painted([20, 40, 200], (x, y) => x >= 10 && x < 14 && y >= 10 && y < 14),
      ),
    ),
  ).toBe(0);
  const split = count(
    changedPixels(
      picture,
      painted([20, 40, 200], (x, y) => square(x, y) && x % 60 > 3),
    ),
  );
  expect(split).toBeGreaterThan(56 * 40);
  const changed = changedPixels(
    picture,
    painted([20, 40, 200], (x, y) => square(x, y) && (x < 88 || x > 91)),
  );
  expect(changed.data[70 * size.width + 90]).toBe(1);
});

test('the soft mask covers every changed pixel fully and fades out around it', () => {
  const changed = changedPixels(
    picture,
    painted([20, 40, 200], (x, y) => x >= 80 && x < 110 && y >= 60 && y < 90),
  );
  const soft = softChange(changed);
  const row = soft.data.subarray(75 * size.width, 76 * size.width);
  expect(row[95]).toBe(1);
  expect(row[79]).toBe(1);
  expect(row[40]).toBe(0);
  for (let x = 41; x < 80; x++) expect(row[x]! - row[x - 1]!).toBeLessThan(0.1);
});
