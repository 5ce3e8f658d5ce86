import { describe, expect, it } from 'vitest';
import { createRng } from './random.ts';

const series = (seed: number, ...path: (string | number)[]) => {
  const rng = createRng(seed, ...path);
  return Array.from({ length: 8 }, () => rng.bits());
};

describe('a stream of random numbers', () => {
  it('is named by its seed and path', () => {
    expect(series(1, 'sample', 7)).toEqual(series(1, 'sample', 7));
    const names = [
      series(1),
      series(2),
      series(1, 'a'),
      series(1, 'b'),
      series(1, 'a', 0),
      series(1, 'a', 1),
      series(1, 'ab'),
    ];
    expect(new Set(names.map(String)).size).toBe(names.length);
  });

  it('tells path parts from each other', () => {
    expect(series(1, 'ab', 'c')).not.toEqual(series(1, 'a', 'bc'));
    expect(series(1, 12)).not.toEqual(series(1, 1, 2));
    expect(series(1, '12')).not.toEqual(series(1, 12));
  });

  it('keeps these numbers for ever, since they decide what every seed trains on', () => {
    expect(series(42, 'sample', 0).slice(0, 3)).toMatchInlineSnapshot(`
      [
        198237411,
        3366171122,
        1170127888,
      ]
    `);
  });

  it('forks without regard to how far it was read', () => {
    const fresh = createRng(3).fork('x');
    const read = createRng(3);
    read.bits();
    expect(read.fork('x').bits()).toBe(fresh.bits());
  });

  it('is uniform, normal and weighted as asked', () => {
    const rng = createRng(5);
    const draws = 40_000;
    const mean = (draw: () => number) =>
      Array.from({ length: draws }, draw).reduce((sum, value) => sum + value, 0) / draws;
    expect(mean(() => rng.unit())).toBeCloseTo(0.5, 2);
    expect(mean(() => rng.unit() ** 2)).toBeCloseTo(1 / 3, 2);
    expect(Math.abs(mean(() => rng.normal()))).toBeLessThan(0.02);
    expect(mean(() => rng.normal() ** 2)).toBeCloseTo(1, 1);
    expect(mean(() => (rng.weighted({ a: 3, b: 1, never: 0 }) === 'a' ? 1 : 0))).toBeCloseTo(0.75, 1);
    expect(mean(() => rng.below(10))).toBeCloseTo(4.5, 1);
  });

  it('gives neighbouring indices unrelated streams', () => {
    const firsts = Array.from({ length: 20_000 }, (_, index) => createRng(0, 'sample', index).unit());
    const mean = firsts.reduce((sum, value) => sum + value, 0) / firsts.length;
    const lagged = firsts.slice(1).reduce((sum, value, index) => sum + (value - mean) * (firsts[index]! - mean), 0);
    expect(mean).toBeCloseTo(0.5, 2);
    expect(Math.abs(lagged / firsts.length)).toBeLessThan(0.003);
  });

  it('shuffles without losing anything', () => {
    const items = Array.from({ length: 20 }, (_, index) => index);
    const shuffled = createRng(9).shuffled(items);
    expect(shuffled).not.toEqual(items);
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(items);
  });
});
