import { describe, expect, test } from 'vitest';
import { largestDifference } from '#testing/largest-difference';
import { createRandom } from '#testing/random';
import { boxBlur, gaussianBlur, normalisedBlur } from './gaussian-blur.ts';
import { createPlane, mapPlane } from './plane.ts';

function impulse(side: number) {
  const plane = createPlane(side, side);
  plane.data[(side * side - 1) / 2] = 1;
  return plane;
}

function spreadOf(plane: { width: number; height: number; data: Float32Array }) {
  const centre = (plane.width - 1) / 2;
  let [total, x2, y2] = [0, 0, 0];
  plane.data.forEach((value, i) => {
    total += value;
    x2 += value * ((i % plane.width) - centre) ** 2;
    y2 += value * (Math.floor(i / plane.width) - centre) ** 2;
  });
  return { total, sigmaX: Math.sqrt(x2 / total), sigmaY: Math.sqrt(y2 / total) };
}

describe('the Gaussian blur', () => {
  test.each([0.6, 1.5, 3.9, 4, 6.3, 12, 21.7])('spreads a point by σ = %s and loses nothing', (sigma) => {
    const { total, sigmaX, sigmaY } = spreadOf(gaussianBlur(impulse(161), sigma));
    expect(total).toBeCloseTo(1, 4);
    // The direct kernel is cut at 3 σ, the boxes have whole widths.
    expect(sigmaX / sigma).toBeGreaterThan(0.95);
    expect(sigmaX / sigma).toBeLessThan(1.02);
    expect(sigmaY).toBeCloseTo(sigmaX, 4);
  });

  test('leaves a flat plane flat, up to its borders', () => {
    const flat = createPlane(9, 5, 0.25);
    for (const sigma of [0, 1, 30]) {
      expect(largestDifference(gaussianBlur(flat, sigma).data, 0.25)).toBeLessThan(1e-6);
    }
  });

  test('works on planes smaller than its reach', () => {
    const line = { width: 3, height: 1, data: Float32Array.of(0, 1, 0) };
    const blurred = gaussianBlur(line, 8).data;
    expect(Math.max(...blurred) - Math.min(...blurred)).toBeLessThan(0.05);
  });
});

test('the box blur is the mean of its square, last pixels repeated', () => {
  const { uniform } = createRandom(5);
  const plane = mapPlane(createPlane(13, 9), uniform);
  const at = (x: number, y: number) => plane.data[Math.min(8, Math.max(0, y)) * 13 + Math.min(12, Math.max(0, x))]!;
  for (const radius of [1, 3, 20]) {
    const blurred = boxBlur(plane, radius);
    for (const [x, y] of [
      [0, 0],
      [12, 8],
      [6, 4],
      [1, 7],
    ] as const) {
      let sum = 0;
      for (let dy = -radius; dy <= radius; dy++) for (let dx = -radius; dx <= radius; dx++) sum += at(x + dx, y + dy);
      expect(blurred.data[y * 13 + x]).toBeCloseTo(sum / (2 * radius + 1) ** 2, 5);
    }
  }
});

test('the normalised blur knows nothing of what is hidden', () => {
  const known = mapPlane(createPlane(40, 40), (_, i) => (i % 40 < 20 ? 1 : 0));
  const picture = mapPlane(known, (weight) => (weight === 1 ? 5 : 1000));
  const [blurred] = normalisedBlur([picture, picture, picture], known, 6);
  const reached = (i: number) => blurred.data[i] !== 0;
  expect(largestDifference(blurred.data, 5, reached)).toBeLessThan(1e-3);
  expect(reached(25)).toBe(true);
  expect(reached(39)).toBe(false);
});
