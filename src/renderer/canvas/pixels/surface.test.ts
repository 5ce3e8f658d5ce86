import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  boundsOf,
  contentBounds,
  differenceInTile,
  differingTiles,
  emptySurface,
  readBlock,
  surfaceOf,
  writeBlock,
} from './surface.ts';
import { noiseBlock } from '#testing/surfaces';

const whole = fc.integer({ min: -600, max: 600 });
const side = fc.integer({ min: 1, max: 40 });

describe('a surface', () => {
  it('gives back what was written, wherever that is', () => {
    fc.assert(
      fc.property(whole, whole, side, side, (x, y, width, height) => {
        const block = noiseBlock(x, y, width, height);
        const surface = writeBlock(emptySurface(4), block);
        expect(readBlock(surface, block)).toEqual(block);
        expect(contentBounds(surface)).toEqual({ x, y, width, height });
      }),
      { numRuns: 40 },
    );
  });

  it('shares every tile that a change does not touch', () => {
    const before = surfaceOf(noiseBlock(0, 0, 600, 600));
    const after = writeBlock(before, noiseBlock(300, 10, 5, 5));
    expect(differingTiles(before, after)).toEqual(['1,0']);
    expect(after.tiles.get('0,0')).toBe(before.tiles.get('0,0'));
  });

  it('tells which pixels of a tile differ from another surface’s', () => {
    const before = surfaceOf(noiseBlock(0, 0, 600, 600));
    const part = fc.record({ x: fc.integer({ min: 256, max: 500 }), y: fc.integer({ min: 256, max: 500 }) });
    fc.assert(
      fc.property(part, part, (one, other) => {
        const black = ({ x, y }: { x: number; y: number }) => ({ ...noiseBlock(x, y, 3, 2), data: new Uint8Array(24) });
        const after = writeBlock(writeBlock(before, black(one)), black(other));
        const x = Math.min(one.x, other.x);
        const y = Math.min(one.y, other.y);
        const width = Math.max(one.x, other.x) + 3 - x;
        const height = Math.max(one.y, other.y) + 2 - y;
        expect(differenceInTile(before, after, '1,1')).toEqual({ x, y, width, height });
      }),
      { numRuns: 20 },
    );
    expect(differenceInTile(before, before, '1,1').width).toBe(0);
  });

  it('leaves the old one as it was', () => {
    const before = surfaceOf(noiseBlock(0, 0, 10, 10));
    const copy = readBlock(before, { x: 0, y: 0, width: 10, height: 10 });
    writeBlock(before, { ...noiseBlock(0, 0, 10, 10), data: new Uint8Array(400) });
    expect(readBlock(before, copy)).toEqual(copy);
  });

  it('keeps no tile that is 0 throughout', () => {
    const surface = surfaceOf(noiseBlock(-3, 250, 10, 10));
    expect([...surface.tiles.keys()]).toEqual(['-1,0', '0,0', '-1,1', '0,1']);
    const erased = writeBlock(surface, { ...noiseBlock(-3, 250, 10, 10), data: new Uint8Array(400) });
    expect(erased.tiles.size).toBe(0);
    expect(boundsOf(erased)).toEqual({ x: 0, y: 0, width: 0, height: 0 });
  });
});
