import { expect, test } from 'vitest';
import { createPlane } from '#raster/plane';
import { pictures } from '#testing/pictures';
import { displaced } from '#testing/regression-engine';
import { alignResult } from './align-result.ts';

const size = { width: 256, height: 192 };
const picture = pictures.foliage(size);
const everywhere = createPlane(size.width, size.height, 1);

test('a small displacement is not worth a resampling: the bytes stay', () => {
  const moved = displaced(picture, { scale: 1, dx: 0.3, dy: -0.2 });
  const { picture: result, alignment } = alignResult(picture, moved, everywhere);
  expect(result).toBe(moved);
  expect(alignment.outcome).toBe('kept');
  expect(alignment.displacementPx).toBeCloseTo(Math.hypot(0.3, 0.2), 1);
});

test('a larger one is undone, and measured at the corner it moves most', () => {
  const { picture: result, alignment } = alignResult(
    picture,
    displaced(picture, { scale: 1.015, dx: 2, dy: 1 }),
    everywhere,
  );
  expect(alignment.outcome).toBe('corrected');
  expect(alignment.displacementPx).toBeCloseTo(Math.hypot(2 + 0.0075 * 256, 1 + 0.0075 * 192), 0);
  expect(alignResult(picture, result, everywhere).alignment.displacementPx).toBeLessThan(0.3);
});

test('two different pictures are not forced onto each other', () => {
  const other = pictures.foliage({ ...size, seed: 99 });
  const { picture: result, alignment } = alignResult(picture, other, everywhere);
  expect(result).toBe(other);
  expect(alignment.outcome).not.toBe('corrected');
});

test('a result of another size is our own mistake', () => {
  expect(() => alignResult(picture, pictures.foliage({ width: 250, height: 192 }), everywhere)).toThrow('256×192');
});
