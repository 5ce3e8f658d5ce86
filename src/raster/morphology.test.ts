import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '#testing/random';
import { withoutSmallBlobs } from './blobs.ts';
import { distanceTo } from './distance.ts';
import { close, dilate, erode } from './morphology.ts';
import { type Plane, createPlane, mapPlane } from './plane.ts';

function sparsePlane(width: number, height: number, seed: number): Plane {
  const { uniform } = createRandom(seed);
  return mapPlane(createPlane(width, height), () => (uniform() < 0.06 ? Math.fround(uniform()) : 0));
}

/** The definition, pixel by pixel. */
function largestWithin({ width, data }: Plane, radius: number): Float32Array {
  return data.map((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    let largest = 0;
    for (let j = 0; j < data.length; j++) {
      const [dx, dy] = [(j % width) - x, Math.floor(j / width) - y];
      if (dx * dx + dy * dy <= radius * radius && data[j]! > largest) largest = data[j]!;
    }
    return largest;
  });
}

const anyPlane = fc.tuple(fc.integer({ min: 1, max: 23 }), fc.integer({ min: 1, max: 17 }), fc.nat());

test('dilation takes the largest grey of a disc', () => {
  fc.assert(
    fc.property(anyPlane, fc.double({ min: 0, max: 12, noNaN: true }), ([width, height, seed], radius) => {
      const plane = sparsePlane(width, height, seed);
      expect(dilate(plane, radius).data).toEqual(largestWithin(plane, radius));
    }),
    { numRuns: 60 },
  );
});

test('erosion undoes dilation around a shape, and spares the border', () => {
  const square = mapPlane(createPlane(30, 30), (_, i) => (i % 30 < 12 && i < 30 * 12 ? 1 : 0));
  expect(erode(square, 3).data[0]).toBe(1);
  expect(erode(square, 3).data[30 * 11 + 11]).toBe(0);
  expect(erode(createPlane(5, 5, 1), 2).data).toEqual(createPlane(5, 5, 1).data);
});

test('closing fills a narrow gap and leaves a wide one', () => {
  const row = (gap: number) => ({
    width: 40,
    height: 1,
    data: Float32Array.from({ length: 40 }, (_, x) => (x >= 15 && x < 15 + gap ? 0 : 1)),
  });
  expect(Math.min(...close(row(4), 2).data)).toBe(1);
  expect(Math.min(...close(row(12), 2).data)).toBe(0);
});

describe('the distance field', () => {
  test('is the distance to the nearest seed, and names it', () => {
    fc.assert(
      fc.property(anyPlane, ([width, height, seed]) => {
        const seeds = sparsePlane(width, height, seed);
        const field = distanceTo(seeds);
        for (let i = 0; i < seeds.data.length; i++) {
          let nearest = Infinity;
          for (let j = 0; j < seeds.data.length; j++) {
            if (seeds.data[j] === 0) continue;
            nearest = Math.min(
              nearest,
              Math.hypot((i % width) - (j % width), Math.floor(i / width) - Math.floor(j / width)),
            );
          }
          expect(field.data[i]).toBe(Math.fround(nearest));
          const named = field.nearest[i]!;
          expect(nearest === Infinity ? named === -1 : seeds.data[named]! > 0).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('of a single seed is exact across a large plane', () => {
    const seeds = createPlane(700, 500);
    seeds.data[123 * 700 + 456] = 1;
    const field = distanceTo(seeds);
    expect(field.data[0]).toBeCloseTo(Math.hypot(456, 123), 4);
    expect(field.data[499 * 700 + 699]).toBeCloseTo(Math.hypot(243, 376), 4);
  });
});

test('small islands go, large ones keep their greys, touching corners connect', () => {
  const plane = {
    width: 5,
    height: 4,
    data: Float32Array.of(0.5, 0, 0, 0, 1, 0, 0.5, 0, 0, 0, 0, 0, 0.7, 0, 0, 1, 0, 0, 0, 0),
  };
  const kept = withoutSmallBlobs(plane, 3).data;
  expect([...kept].filter((value) => value > 0)).toEqual([0.5, 0.5, Math.fround(0.7)]);
  expect(withoutSmallBlobs(plane, 4).data).toEqual(createPlane(5, 4).data);
});
