import { describe, expect, it } from 'vitest';

import { firstDifference } from '#testing/surfaces';
import { flood, type FloodOptions } from './flood.ts';
import { readBlock, surfaceOf, type Surface } from './surface.ts';

const bounds = { x: 0, y: 0, width: 700, height: 520 };

/** A picture drawn by a function from position to grey. */
function picture(grey: (x: number, y: number) => number): Surface {
  const { width, height } = bounds;
  const data = new Uint8Array(width * height * 4).map((_, i) =>
    i % 4 === 3 ? 255 : grey((i >> 2) % width, Math.floor((i >> 2) / width)),
  );
  return surfaceOf({ ...bounds, channels: 4, data });
}

function run(surface: Surface, options: Partial<FloodOptions>): Uint8Array {
  const steps = flood((key) => surface.tiles.get(key), {
    at: { x: 1, y: 1 },
    tolerance: 0,
    contiguous: true,
    bounds,
    ...options,
  });
  for (;;) {
    const step = steps.next();
    if (step.done) return readBlock(step.value, bounds).data;
  }
}
const count = (mask: Uint8Array): number => mask.reduce((sum, value) => sum + (value === 255 ? 1 : 0), 0);

describe('flooding', () => {
  it('fills to a wall and around its ends, across tiles', () => {
    const wall = picture((x, y) => (x === 300 && y < 500 ? 255 : 0));
    expect(count(run(wall, {}))).toBe(700 * 520 - 500);
    const closed = picture((x) => (x === 300 ? 255 : 0));
    expect(count(run(closed, {}))).toBe(300 * 520);
    expect(count(run(closed, { contiguous: false }))).toBe(699 * 520);
  });

  it('finds every corner of a maze as a plain search does', () => {
    const maze = picture((x, y) => ((x * 7 + y * 13 + ((x * y) % 11)) % 3 === 0 ? 255 : 0));
    const { data } = readBlock(maze, bounds);
    const { width, height } = bounds;
    const seen = new Uint8Array(width * height);
    const stack = [width + 1];
    while (stack.length > 0) {
      const i = stack.pop()!;
      if (seen[i] !== 0 || data[i * 4] !== data[(width + 1) * 4]) continue;
      seen[i] = 255;
      if (i % width > 0) stack.push(i - 1);
      if (i % width < width - 1) stack.push(i + 1);
      if (i >= width) stack.push(i - width);
      if (i < width * (height - 1)) stack.push(i + width);
    }
    expect(firstDifference(run(maze, {}), seen)).toBe(-1);
  });

  it('takes what is within tolerance of the start, not of its neighbour', () => {
    const ramp = picture((x) => Math.floor(x / 4));
    expect(count(run(ramp, { tolerance: 10 }))).toBe(44 * 520);
    expect(count(run(ramp, { tolerance: 255 }))).toBe(700 * 520);
  });

  it('takes transparent pixels for one colour, and stays in the document', () => {
    const block = { x: 100, y: 100, width: 10, height: 10, channels: 4 as const, data: new Uint8Array(400).fill(255) };
    expect(count(run(surfaceOf(block), {}))).toBe(700 * 520 - 100);
  });
});
