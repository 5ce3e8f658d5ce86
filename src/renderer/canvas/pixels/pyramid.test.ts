import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readLevel, readLevelFresh, tileAtLevel } from './pyramid.ts';
import { surfaceOf, writeBlock } from './surface.ts';
import { firstDifference, noiseBlock } from '#testing/surfaces';

describe('levels of a surface', () => {
  it('are the same out of the memory and made anew', () => {
    const surface = surfaceOf(noiseBlock(-300, 17, 900, 500));
    const rect = fc.record({
      x: fc.integer({ min: -100, max: 100 }),
      y: fc.integer({ min: -100, max: 100 }),
      width: fc.integer({ min: 1, max: 50 }),
      height: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(rect, fc.integer({ min: 0, max: 4 }), (rect, level) => {
        expect(firstDifference(readLevel(surface, level, rect).data, readLevelFresh(surface, level, rect).data)).toBe(
          -1,
        );
      }),
      { numRuns: 30 },
    );
  });

  it('are means, with colours weighed by their alpha', () => {
    const data = Uint8Array.of(200, 0, 0, 255, 0, 0, 0, 0, 100, 0, 0, 255, 50, 50, 50, 0);
    const surface = surfaceOf({ x: 0, y: 0, width: 2, height: 2, channels: 4, data });
    expect([...readLevel(surface, 1, { x: 0, y: 0, width: 1, height: 1 }).data]).toEqual([150, 0, 0, 128]);
    const mask = surfaceOf({ x: 0, y: 0, width: 2, height: 2, channels: 1, data: Uint8Array.of(255, 0, 0, 3) });
    expect([...readLevel(mask, 1, { x: 0, y: 0, width: 1, height: 1 }).data]).toEqual([65]);
  });

  it('are made anew only where the surface changed, and found again after undo', () => {
    const before = surfaceOf(noiseBlock(0, 0, 1024, 512));
    const [left, right] = [tileAtLevel(before, 1, '0,0'), tileAtLevel(before, 1, '1,0')];
    const after = writeBlock(before, noiseBlock(300, 300, 9, 9));
    expect(tileAtLevel(after, 1, '1,0')).toBe(right);
    expect(firstDifference(tileAtLevel(after, 1, '0,0')!, left!)).toBeGreaterThan(-1);
    expect(tileAtLevel(before, 1, '0,0')).toBe(left);
  });
});
