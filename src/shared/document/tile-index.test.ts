import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { zBlobName } from '#shared/contract/job-request';
import {
  decodeTileIndex,
  encodeTileIndex,
  tileBounds,
  tileKey,
  tilesTouching,
  withTiles,
  type TileIndex,
} from './tile-index.ts';

const blob = (digit: string) => zBlobName.parse(digit.repeat(64));
const index: TileIndex = {
  channels: 4,
  tiles: new Map([
    [tileKey(2, -1), blob('a')],
    [tileKey(-3, 0), blob('b')],
  ]),
};

it('a tile index comes back from its bytes, whatever the order it was filled in', () => {
  const reversed: TileIndex = { channels: 4, tiles: new Map([...index.tiles].reverse()) };
  expect(encodeTileIndex(reversed)).toEqual(encodeTileIndex(index));
  const read = decodeTileIndex(encodeTileIndex(index));
  expect(read).toEqual(index);
});

it('an index over a picture comes back with it, and reaches as far as it', () => {
  const over: TileIndex = { ...index, base: { blob: blob('d'), width: 300, height: 200 } };
  expect(decodeTileIndex(encodeTileIndex(over))).toEqual(over);
  expect(withTiles(over, new Map()).base).toEqual(over.base);
  expect(tileBounds({ ...over, tiles: new Map() })).toEqual({ x: 0, y: 0, width: 512, height: 256 });
  expect(() => decodeTileIndex(encodeTileIndex(over).subarray(0, 40))).toThrow(/damaged/);
});

it('tiles are found by the pixels they cover, also left of and above the origin', () => {
  expect(tilesTouching({ x: -1, y: 255, width: 2, height: 2 })).toEqual(['-1,0', '0,0', '-1,1', '0,1']);
  expect(tilesTouching({ x: 256, y: 0, width: 256, height: 1 })).toEqual(['1,0']);
  expect(tilesTouching({ x: 5, y: 5, width: 0, height: 9 })).toEqual([]);
  expect(tileBounds(index)).toEqual({ x: -768, y: -256, width: 1536, height: 512 });
});

it('a stroke replaces only its own tiles', () => {
  const painted = withTiles(
    index,
    new Map([
      [tileKey(2, -1), null],
      [tileKey(0, 0), blob('c')],
    ]),
  );
  expect([...painted.tiles]).toEqual([
    ['-3,0', blob('b')],
    ['0,0', blob('c')],
  ]);
  expect(index.tiles.size).toBe(2);
});

it('damaged bytes are refused, never misread as another shape', () => {
  const bytes = encodeTileIndex(index);
  fc.assert(
    fc.property(fc.nat(11), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const damaged = bytes.slice();
      damaged[at]! ^= flip;
      // Byte 5 may turn 4 channels into 1 by bad luck; the store's hash catches that, as it does every other byte.
      if (at === 5 && damaged[5] === 1) return;
      expect(() => decodeTileIndex(damaged)).toThrow(expect.objectContaining({ code: 'tile-index-damaged' }));
    }),
  );
  expect(() => decodeTileIndex(bytes.subarray(0, 30))).toThrow(expect.objectContaining({ code: 'tile-index-damaged' }));
});
