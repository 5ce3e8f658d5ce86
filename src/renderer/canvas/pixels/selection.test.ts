import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Rect } from '#shared/document/geometry';
import { firstDifference, noiseBlock } from '#testing/surfaces';
import { outlineOf } from './outline.ts';
import { polygonMask, rectMask } from './polygon.ts';
import { changeSelection, combineSelections, invertSelection, selectAll, type SelectionMode } from './selection.ts';
import { contentBounds, readBlock, surfaceOf, type Surface } from './surface.ts';

const bounds: Rect = { x: 0, y: 0, width: 600, height: 400 };
const bytes = (surface: Surface): Uint8Array => readBlock(surface, bounds).data;
const at = (surface: Surface, x: number, y: number): number => bytes(surface)[y * bounds.width + x]!;
const area = (surface: Surface): number => bytes(surface).reduce((sum, byte) => sum + byte / 255, 0);
function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
const square = rectMask({ x: 240, y: 240, width: 40, height: 40 }, bounds);

describe('selections', () => {
  it('meet pixel by pixel', () => {
    const noise = surfaceOf(noiseBlock(100, 100, 300, 200, 1));
    const expected: Record<SelectionMode, (old: number, own: number) => number> = {
      replace: (_old, own) => own,
      add: Math.max,
      subtract: (old, own) => Math.min(old, 255 - own),
      intersect: Math.min,
    };
    for (const mode of ['replace', 'add', 'subtract', 'intersect'] as const) {
      const [old, own, result] = [bytes(noise), bytes(square), bytes(combineSelections(noise, square, mode))];
      expect(
        firstDifference(
          result,
          old.map((value, i) => expected[mode](value, own[i]!)),
        ),
      ).toBe(-1);
    }
  });

  it('invert twice to what they were, and never beyond the document', () => {
    const inverse = invertSelection(square, bounds);
    expect(area(inverse)).toBe(600 * 400 - 1600);
    expect(contentBounds(inverse)).toEqual(bounds);
    expect(firstDifference(bytes(invertSelection(inverse, bounds)), bytes(square))).toBe(-1);
    expect(area(selectAll(bounds))).toBe(600 * 400);
  });

  it('grow and shrink by a round radius', () => {
    const larger = finish(changeSelection(square, { kind: 'grow', radius: 10 }, bounds));
    expect(contentBounds(larger)).toEqual({ x: 230, y: 230, width: 60, height: 60 });
    expect(at(larger, 231, 231)).toBe(0);
    expect(at(larger, 234, 234)).toBe(255);
    const smaller = finish(changeSelection(square, { kind: 'shrink', radius: 10 }, bounds));
    expect(contentBounds(smaller)).toEqual({ x: 250, y: 250, width: 20, height: 20 });
  });

  it('do not shrink away from the border of the document', () => {
    const smaller = finish(changeSelection(selectAll(bounds), { kind: 'shrink', radius: 20 }, bounds));
    expect(area(smaller)).toBe(600 * 400);
  });

  it('feather into a ramp that keeps the area, without seams between tiles', () => {
    const soft = finish(changeSelection(square, { kind: 'feather', radius: 12 }, bounds));
    expect(Math.abs(area(soft) - 1600)).toBeLessThan(8);
    expect(at(soft, 240, 260)).toBeGreaterThan(120);
    expect(at(soft, 240, 260)).toBeLessThan(150);
    const row = Array.from({ length: 60 }, (_, i) => at(soft, 230 + i, 260));
    const steps = row.slice(1).map((value, i) => Math.abs(value - row[i]!));
    expect(Math.max(...steps)).toBeLessThan(20);
    // Row 255 and 256 belong to different tiles.
    expect(Math.abs(at(soft, 260, 255) - at(soft, 260, 256))).toBeLessThanOrEqual(1);
  });
});

describe('polygons', () => {
  const triangle = [
    { x: 10.5, y: 10.25 },
    { x: 400, y: 50 },
    { x: 200, y: 390.75 },
  ];
  const shoelace = (points: readonly { x: number; y: number }[]): number =>
    Math.abs(
      points.reduce((sum, { x, y }, i) => {
        const next = points[(i + 1) % points.length]!;
        return sum + x * next.y - next.x * y;
      }, 0),
    ) / 2;

  it('cover exactly their area', () => {
    expect(Math.abs(area(polygonMask(triangle, bounds)) / shoelace(triangle) - 1)).toBeLessThan(1e-4);
    const point = fc.record({
      x: fc.double({ min: 0, max: 600, noNaN: true }),
      y: fc.double({ min: 0, max: 400, noNaN: true }),
    });
    fc.assert(
      fc.property(point, point, point, (one, two, three) => {
        const points = [one, two, three];
        expect(Math.abs(area(polygonMask(points, bounds)) - shoelace(points))).toBeLessThan(
          2 + shoelace(points) * 0.002,
        );
      }),
      { numRuns: 60 },
    );
  });

  it('have smooth edges and are full inside', () => {
    const mask = polygonMask(triangle, bounds);
    expect(at(mask, 200, 200)).toBe(255);
    expect(new Set(bytes(mask)).size).toBeGreaterThan(50);
  });

  it('are full in both loops of an eight', () => {
    const eight = polygonMask(
      [
        { x: 100, y: 100 },
        { x: 300, y: 300 },
        { x: 300, y: 100 },
        { x: 100, y: 300 },
      ],
      bounds,
    );
    expect([at(eight, 120, 200), at(eight, 280, 200), at(eight, 200, 120)]).toEqual([255, 255, 0]);
  });

  it('are cut off at the document', () => {
    const huge = polygonMask(
      [
        { x: -500, y: -500 },
        { x: 2000, y: -500 },
        { x: 2000, y: 2000 },
        { x: -500, y: 2000 },
      ],
      bounds,
    );
    expect(area(huge)).toBe(600 * 400);
  });
});

describe('the outline of a selection', () => {
  it('runs around it, in as few pieces as there are sides', () => {
    const outline = outlineOf(square, 0, bounds);
    expect([...outline]).toEqual([240, 240, 280, 240, 240, 280, 280, 280, 240, 240, 240, 280, 280, 240, 280, 280]);
  });

  it('follows the border of the document where all is selected', () => {
    const outline = outlineOf(selectAll(bounds), 1, { x: -10, y: -10, width: 400, height: 400 });
    expect([...outline]).toEqual([0, 0, 300, 0, 0, 200, 300, 200, 0, 0, 0, 200, 300, 0, 300, 200]);
  });

  it('shows only what is in view', () => {
    expect(outlineOf(square, 0, { x: 0, y: 0, width: 200, height: 200 })).toHaveLength(0);
  });
});
