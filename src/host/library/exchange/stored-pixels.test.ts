import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

import { expect, it } from 'vitest';

import type { Raster } from '#raster/raster';
import { encodeTileIndex, tileBounds, tileByteLength, tileKey, type TileIndex } from '#shared/document/tile-index';
import { temporaryFolder } from '#testing/temporary-folder';
import { BlobStore } from '../blobs/blob-store.ts';
import { ReferenceSet } from '../blobs/references.ts';
import { readAmounts, readColours, storePicture } from './stored-pixels.ts';

const newBlobs = async () => BlobStore.open(join(await temporaryFolder(), 'blobs'));

/** A picture of one value, with a tile of another painted over its middle, and a blank one over its lower part. */
async function paintedOver(blobs: BlobStore, channels: 1 | 4) {
  const picture = await storePicture(
    { width: 300, height: 300, channels, data: new Uint8Array(300 * 300 * channels).fill(channels === 1 ? 90 : 255) },
    blobs,
  );
  const tile = async (value: number) =>
    (await blobs.put(deflateSync(Buffer.alloc(tileByteLength(channels), value)))).name;
  const index: TileIndex = {
    channels,
    tiles: new Map([
      [tileKey(0, 0), await tile(200)],
      [tileKey(0, 1), await tile(0)],
    ]),
    base: { blob: picture.blob, width: 300, height: 300 },
  };
  const { name } = await blobs.put(encodeTileIndex(index));
  return { index, pixels: { kind: 'tiles', index: name, bounds: tileBounds(index) } as const };
}

const at = ({ width, channels, data }: Raster, x: number, y: number): number[] => [
  ...data.subarray((y * width + x) * channels, (y * width + x + 1) * channels),
];

it('what was painted lies over the picture, which shows wherever nobody painted, and nothing beyond it', async () => {
  const blobs = await newBlobs();
  const { raster } = (await readColours((await paintedOver(blobs, 4)).pixels, blobs))!;
  expect(raster).toMatchObject({ width: 512, height: 512 });
  expect(at(raster, 10, 10)).toEqual([200, 200, 200, 200]);
  expect(at(raster, 280, 10)).toEqual([255, 255, 255, 255]);
  expect(at(raster, 10, 280)).toEqual([0, 0, 0, 0]);
  expect(at(raster, 280, 280)).toEqual([255, 255, 255, 255]);
  expect(at(raster, 310, 280)).toEqual([0, 0, 0, 0]);
  const mask = (await readAmounts((await paintedOver(blobs, 1)).pixels, blobs))!;
  expect([at(mask.raster, 10, 10), at(mask.raster, 280, 10), at(mask.raster, 10, 280)]).toEqual([[200], [90], [0]]);
});

it('whoever holds on to the tiles holds on to the picture under them', async () => {
  const blobs = await newBlobs();
  const { index, pixels } = await paintedOver(blobs, 4);
  const kept = new ReferenceSet(blobs);
  await kept.add([{ blob: pixels.index, as: 'tile-index' }]);
  expect([...kept.names].sort()).toEqual([pixels.index, index.base!.blob, ...index.tiles.values()].sort());
});
