import { expect, test } from 'vitest';
import { pictures } from '#testing/pictures';
import { cannyEdges } from './canny.ts';
import { lineMap } from './line-map.ts';
import { type Raster } from './raster.ts';

/** White, with a grey square from 20 to 44 and a black line three pixels wide at x = 70. */
const drawing: Raster = {
  width: 90,
  height: 64,
  channels: 1,
  data: Uint8Array.from({ length: 90 * 64 }, (_, i) => {
    const [x, y] = [i % 90, Math.floor(i / 90)];
    if (x >= 69 && x <= 71) return 0;
    return x >= 20 && x < 44 && y >= 20 && y < 44 ? 90 : 255;
  }),
};
const row = (map: Raster, y: number) => [...map.data.subarray(y * 90, (y + 1) * 90)];
const whites = (values: number[]) => values.flatMap((value, x) => (value === 255 ? [x] : []));

test('Canny draws each side of a shape once, one pixel wide', () => {
  const edges = cannyEdges(drawing);
  expect(new Set(edges.data)).toEqual(new Set([0, 255]));
  const found = whites(row(edges, 32));
  expect(found).toHaveLength(4);
  for (const [i, x] of [19.5, 43.5, 68.5, 71.5].entries()) expect(Math.abs(found[i]! - x)).toBeLessThanOrEqual(1);
});

test('faint edges live only as the continuation of strong ones', () => {
  const edges = (contrast: (y: number) => number) =>
    cannyEdges({
      width: 40,
      height: 60,
      channels: 1,
      data: Uint8Array.from({ length: 2400 }, (_, i) => 128 + (i % 40 < 20 ? 0 : contrast(Math.floor(i / 40)))),
    }).data.filter((value) => value > 0).length;
  expect(edges(() => 20)).toBe(0);
  expect(edges((y) => (y < 30 ? 120 : 20))).toBeGreaterThan(40);
});

test('the line map draws a drawn line as one stroke', () => {
  const lines = row(lineMap(drawing), 32);
  expect(lines[70]).toBeGreaterThan(200);
  expect(lines[5]).toBe(0);
  expect(whites(lines.map((value, x) => (x > 60 && value > 128 ? 255 : 0))).length).toBeLessThanOrEqual(5);
});

test('both maps have the picture’s size and find more in line art than in a flat grey', () => {
  for (const map of [cannyEdges, lineMap]) {
    const ink = (name: 'flat grey' | 'line art') => {
      const result = map(pictures[name]({ width: 101, height: 77 }));
      expect([result.width, result.height, result.channels]).toEqual([101, 77, 1]);
      return result.data.reduce((sum, value) => sum + value, 0);
    };
    expect(ink('flat grey')).toBe(0);
    expect(ink('line art')).toBeGreaterThan(255 * 200);
  }
});
