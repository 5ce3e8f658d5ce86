import { describe, expect, test } from 'vitest';
import { distanceTo } from '#raster/distance';
import { mapPlane, planeOfMask } from '#raster/plane';
import { discMask, maskWhere } from '#testing/pictures';
import { largestDifference } from '#testing/largest-difference';
import { buildRegionMasks } from './region-masks.ts';

const size = 320;

describe('the three masks of a disc', () => {
  const user = planeOfMask(discMask(size, size, { x: 160, y: 160, diameter: 120 }));
  const { touched, blend } = buildRegionMasks(user);
  const outside = distanceTo(user);
  const depth = distanceTo(mapPlane(user, (value) => (value > 0 ? 0 : 1)));

  test('show nothing outside of what was painted, and all of the result a few pixels within', () => {
    expect(largestDifference(blend.data, 0, (i) => user.data[i] === 0)).toBe(0);
    expect(largestDifference(blend.data, 1, (i) => depth.data[i]! > 6)).toBe(0);
  });

  test('tell a latent cell around it that the model may have touched', () => {
    expect(largestDifference(touched.data, 0, (i) => outside.data[i]! > 8)).toBe(0);
    expect(largestDifference(touched.data, 1, (i) => outside.data[i]! <= 7)).toBeLessThan(1);
  });

  test('fade without a step', () => {
    const row = blend.data.subarray(160 * size + 160, 161 * size);
    for (let x = 1; x < 160; x++) {
      expect(row[x]!).toBeLessThanOrEqual(row[x - 1]!);
      expect(row[x - 1]! - row[x]!).toBeLessThan(0.35);
    }
  });
});

test('the fade is as wide as the picture is large', () => {
  const faded = (side: number) => {
    const { blend } = buildRegionMasks(planeOfMask(maskWhere(side, side, (x) => (x < side / 2 ? 1 : 0))));
    return blend.data.subarray(0, side).filter((value) => value > 0 && value < 1).length;
  };
  expect([faded(128), faded(512)]).toEqual([2, 8]);
});

test('what is thin is seen: a line, a single pixel, a thin stroke beside a large blot', () => {
  const side = 256;
  const seen = (value: (x: number, y: number) => number) => {
    const { data } = buildRegionMasks(planeOfMask(maskWhere(side, side, value))).blend;
    return (x: number, y: number): number => data[y * side + x]!;
  };
  expect(seen((x, y) => (x === 100.5 && y === 100.5 ? 1 : 0))(100, 100)).toBe(1);
  expect(seen((_, y) => (Math.abs(y - 100.5) < 2 ? 1 : 0))(40, 100)).toBe(1);
  const blotWithStroke = seen((x, y) =>
    Math.hypot(x - 80, y - 80) < 40 || (x > 80 && Math.abs(y - 80.5) < 2) ? 1 : 0,
  );
  for (let x = 80; x < side; x++) expect(blotWithStroke(x, 80)).toBeGreaterThan(0.6);
});

test('greys stay grey: no more of the result than was painted, and no threshold', () => {
  const ramp = planeOfMask(maskWhere(512, 64, (x) => x / 512));
  const { blend } = buildRegionMasks(ramp);
  const row = blend.data.subarray(32 * 512, 33 * 512);
  let steepest = 0;
  for (let x = 1; x < 512; x++) {
    expect(row[x]!).toBeGreaterThanOrEqual(row[x - 1]!);
    steepest = Math.max(steepest, row[x]! - row[x - 1]!);
  }
  expect(steepest).toBeLessThan(0.012);
  const faint = buildRegionMasks(planeOfMask(maskWhere(256, 256, () => 1 / 255)));
  expect(faint.blend.data[0]).toBeCloseTo(1 / 255, 6);
});

test('a full mask has no inside to fade along', () => {
  const full = buildRegionMasks(planeOfMask(maskWhere(64, 64, () => 1)));
  expect(largestDifference(full.blend.data, 1)).toBe(0);
});
