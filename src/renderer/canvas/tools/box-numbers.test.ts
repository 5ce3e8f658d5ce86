import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compose, isWholePixelMove, scaling, translation, type Transform } from '#shared/document/geometry';
import { boxNumbers, placeBox, type BoxNumbers } from './box-numbers.ts';
import { rotation, type Box } from './move-box.ts';

const box = (toDocument: Transform): Box => ({ bounds: { x: 10, y: 20, width: 80, height: 40 }, toDocument });
const placed = (target: Box, wanted: Partial<BoxNumbers>): BoxNumbers =>
  boxNumbers({ ...target, toDocument: compose(placeBox(target, wanted), target.toDocument) });

describe('the numbers of a box', () => {
  it('are what one sees, whatever moved, stretched and turned it', () => {
    expect(boxNumbers(box(translation(5, 6)))).toEqual({ x: 15, y: 26, width: 80, height: 40, degrees: 0 });
    const turned = boxNumbers(box(compose(rotation(90), scaling(2, 1))));
    expect(turned.width).toBeCloseTo(160);
    expect(turned.height).toBeCloseTo(40);
    expect(turned.degrees).toBeCloseTo(90);
  });

  it('say nothing of turning for what is only mirrored', () => {
    expect(boxNumbers(box(scaling(-1, 1))).degrees).toBeCloseTo(0);
    expect(boxNumbers(box(scaling(1, -1))).degrees).toBeCloseTo(0);
  });

  it('change one by one: the others stay', () => {
    const coordinate = fc.integer({ min: -500, max: 500 });
    const scale = fc.constantFrom(-2, -0.5, 0.25, 1, 3);
    fc.assert(
      fc.property(coordinate, coordinate, scale, scale, fc.integer({ min: -170, max: 170 }), (x, y, sx, sy, angle) => {
        const target = box(compose(translation(x, y), compose(rotation(angle), scaling(sx, sy))));
        const before = boxNumbers(target);
        for (const wanted of [{ x: 7 }, { y: -33 }, { width: 200 }, { height: 12.5 }] satisfies Partial<BoxNumbers>[]) {
          const after = placed(target, wanted);
          for (const [name, value] of Object.entries({ ...before, ...wanted })) {
            expect(after[name as keyof BoxNumbers]).toBeCloseTo(value, 6);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('turn around the middle', () => {
    const after = placed(box(translation(0, 0)), { degrees: 90 });
    expect(after).toMatchObject({ width: 80, height: 40 });
    expect([after.x, after.y, after.degrees].map(Math.round)).toEqual([30, 0, 90]);
  });

  it('move by whole pixels without touching one', () => {
    const target = box(compose(translation(3, 4), rotation(30)));
    const { x } = boxNumbers(target);
    expect(isWholePixelMove(placeBox(box(translation(3, 4)), { x: 100, y: 0 }))).toBe(true);
    expect(placeBox(target, { x: x + 5 })).toMatchObject({ a: 1, b: 0, c: 0, d: 1 });
  });

  it('leave nothing narrower than a pixel', () => {
    expect(placed(box(translation(0, 0)), { width: 0 }).width).toBe(1);
  });
});
