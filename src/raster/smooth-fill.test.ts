import { expect, test } from 'vitest';
import { largestDifference } from '#testing/largest-difference';
import { extendEdges } from './edge-extend.ts';
import { type Planes, createPlane, mapPlane } from './plane.ts';
import { smoothFill } from './smooth-fill.ts';

const width = 97;
const height = 61;
const ramp = mapPlane(createPlane(width, height), (_, i) => i % width);
/** Everything is known but a box in the middle, under which the picture lies. */
const known = mapPlane(ramp, (_, i) => {
  const [x, y] = [i % width, Math.floor(i / width)];
  return x >= 30 && x < 60 && y >= 15 && y < 45 ? 0 : 1;
});
const hidden = mapPlane(ramp, (value, i) => (known.data[i] === 1 ? value : 1e6));
const isKnown = (i: number) => known.data[i] === 1;
const three = (plane: typeof ramp): Planes => [plane, plane, plane];

test('the smooth fill spans a hole like a membrane', () => {
  const [filled] = smoothFill(three(hidden), known);
  expect(largestDifference(filled.data, ramp.data, isKnown)).toBe(0);
  // A ramp goes on through the hole, between the values at its two sides.
  expect(largestDifference(filled.data, ramp.data)).toBeLessThan(14);
  const row = filled.data.subarray(30 * width, 31 * width);
  for (let x = 1; x < width; x++) expect(row[x]! - row[x - 1]!).toBeLessThan(6);
});

test('a fraction of knowledge mixes, and nothing known gives 0', () => {
  const [half] = smoothFill(
    three(createPlane(8, 8, 10)),
    mapPlane(createPlane(8, 8), (_, i) => (i === 0 ? 0.5 : 1)),
  );
  expect(half.data[0]).toBeCloseTo(10, 4);
  expect(smoothFill(three(createPlane(3, 5, 7)), createPlane(3, 5))[0].data).toEqual(createPlane(3, 5).data);
});

test('edges are extended outwards without a seam, and no hidden colour shows', () => {
  const [extended] = extendEdges(three(hidden), known, 20);
  expect(largestDifference(extended.data, ramp.data, isKnown)).toBe(0);
  expect(Math.max(...extended.data)).toBeLessThan(width);
  // Just inside the hole the colour is that of its edge.
  expect(Math.abs(extended.data[30 * width + 30]! - 29)).toBeLessThan(1.5);
  expect(extendEdges(three(ramp), createPlane(width, height), 20)[0]).toBe(ramp);
});
