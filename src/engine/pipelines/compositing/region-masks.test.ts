import { describe, expect, test } from 'vitest';
import { planeOfMask } from '#raster/plane';
import { distanceTo } from '#raster/distance';
import { defaultLimits } from '#shared/contract/model-limits';
import { discMask, maskWhere } from '#testing/pictures';
import { largestDifference } from '#testing/largest-difference';
import { buildRegionMasks, featherPxOf } from './region-masks.ts';

const size = 320;
const lengths = { growPx: 4, featherPx: 36 };

describe('the three masks of a disc', () => {
  const user = planeOfMask(discMask(size, size, { x: 160, y: 160, diameter: 120 }));
  const { denoise, blend } = buildRegionMasks(user, lengths);
  const distance = distanceTo(user);

  test('are full within what was painted', () => {
    const painted = (i: number) => user.data[i] === 1;
    expect(largestDifference(denoise.data, 1, painted)).toBe(0);
    expect(largestDifference(blend.data, 1, painted)).toBe(0);
  });

  test('are exactly 0 beyond the reach of growing and feathering', () => {
    // The blur's square reaches √2 times as far into its corners.
    const beyond = (i: number) => distance.data[i]! > 4 + 18 + 18 * Math.SQRT2;
    expect(largestDifference(denoise.data, 0, beyond)).toBe(0);
    expect(denoise.data[160 * size + 225]).toBeGreaterThan(0.8);
    expect(denoise.data[160 * size + 255]).toBeGreaterThan(0);
  });

  test('fade without a step, and the blend only where something may change', () => {
    const row = (plane: typeof blend) => plane.data.subarray(160 * size + 160, 161 * size);
    for (const plane of [denoise, blend]) {
      for (let x = 1; x < 160; x++) {
        expect(row(plane)[x]!).toBeLessThanOrEqual(row(plane)[x - 1]!);
        expect(row(plane)[x - 1]! - row(plane)[x]!).toBeLessThan(0.1);
      }
    }
    expect(largestDifference(blend.data, 0, (i) => denoise.data[i] === 0)).toBe(0);
    // Wholly new well beyond the user's edge; the fade lies at the rim.
    expect(row(blend)[60 + 12]).toBe(1);
    expect(row(blend)[60 + 32]!).toBeLessThan(0.5);
  });
});

test('greys stay grey: less freedom, less of the result, no threshold', () => {
  const ramp = planeOfMask(maskWhere(512, 64, (x) => x / 512));
  const { denoise, blend } = buildRegionMasks(ramp, lengths);
  for (const plane of [denoise, blend]) {
    const row = plane.data.subarray(32 * 512, 33 * 512);
    let steepest = 0;
    for (let x = 1; x < 512; x++) {
      expect(row[x]!).toBeGreaterThanOrEqual(row[x - 1]!);
      steepest = Math.max(steepest, row[x]! - row[x - 1]!);
    }
    expect(steepest).toBeLessThan(0.012);
  }
  const faint = buildRegionMasks(planeOfMask(maskWhere(256, 256, () => 1 / 255)), lengths);
  expect(faint.blend.data[0]).toBeGreaterThan(0);
  expect(faint.blend.data[0]).toBeLessThan(0.01);
});

test('a single pixel and a full mask are regions too', () => {
  const point = planeOfMask(maskWhere(200, 200, (x, y) => (x === 100.5 && y === 100.5 ? 1 : 0)));
  const { denoise, blend } = buildRegionMasks(point, lengths);
  expect([denoise.data[100 * 200 + 100], blend.data[100 * 200 + 100]]).toEqual([1, 1]);
  const full = buildRegionMasks(planeOfMask(maskWhere(64, 64, () => 1)), lengths);
  expect(largestDifference(full.blend.data, 1)).toBe(0);
});

const small = { x: 0, y: 0, width: 50, height: 50 };
const large = { x: 0, y: 0, width: 600, height: 800 };

test('softness grows with the region and with the strength; a background is cut sharply', () => {
  expect(featherPxOf(small, 1, 'fill', defaultLimits)).toBe(32);
  expect(featherPxOf(large, 0.5, 'fill', defaultLimits)).toBe(50);
  expect(featherPxOf(small, 0.1, 'fill', defaultLimits)).toBe(16);
  expect(featherPxOf(large, 1, 'fill', defaultLimits)).toBe(100);
  expect(featherPxOf(large, 1, 'background', defaultLimits)).toBe(10);
});

test('a model for small pictures changes less around a mask', () => {
  const limits = { ...defaultLimits, minSide: 128, maxArea: 256 * 256 };
  expect(featherPxOf(small, 1, 'fill', limits)).toBe(16);
  expect(featherPxOf(large, 1, 'fill', limits)).toBe(100);
});
