import { createHash } from 'node:crypto';

import { expect, it } from 'vitest';

import type { Raster } from '#raster/raster';
import { zBlobName, type BlobName } from '#shared/contract/job-request';
import type { Pixels } from '#shared/document/pixels';
import { decodeTileIndex, tileKey } from '#shared/document/tile-index';
import { firstDifference } from '#testing/surfaces';
import { emptySurface, readBlock, withTiles, writeBlock, type Surface } from '../pixels/surface.ts';
import { SurfaceStore } from './surface-store.ts';
import { streamCodec } from './tile-codec.ts';

const photo: Raster = {
  width: 600,
  height: 300,
  channels: 4,
  data: Uint8Array.from({ length: 600 * 300 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 7) % 251)),
};
const whole = { x: 0, y: 0, width: 600, height: 300 };

/** Blobs in memory, and how many bytes of them were put. */
function memoryBlobs() {
  const blobs = new Map<BlobName, Uint8Array>();
  return {
    blobs,
    get: async (name: BlobName) => blobs.get(name)!,
    put: async (bytes: Uint8Array<ArrayBuffer>) => {
      const name = zBlobName.parse(createHash('sha256').update(bytes).digest('hex'));
      blobs.set(name, bytes);
      return name;
    },
  };
}

const open = async (store: SurfaceStore, pixels: Pixels): Promise<Surface> =>
  store.open(pixels, 4, { before: emptySurface(4), onProgress: () => undefined }).done;

async function placed() {
  const blobs = memoryBlobs();
  const name = await blobs.put(new TextEncoder().encode('an encoded photo'));
  const newStore = () => new SurfaceStore({ blobs, codec: streamCodec, decodePicture: async () => photo });
  const pixels: Pixels = { kind: 'picture', blob: name, width: 600, height: 300 };
  return { blobs, name, newStore, pixels };
}

it('a stroke on a picture stores what it touched, and the picture shows through the rest', async () => {
  const { blobs, name, newStore, pixels } = await placed();
  const store = newStore();
  const surface = await open(store, pixels);
  const dot = { x: 20, y: 20, width: 2, height: 2, channels: 4, data: new Uint8Array(16).fill(9) } as const;
  const painted = writeBlock(surface, dot);
  const saved = await store.save(painted);
  expect(saved).toMatchObject({ kind: 'tiles', bounds: { x: 0, y: 0, width: 768, height: 512 } });
  // The picture, one tile, and the index.
  expect(blobs.blobs.size).toBe(3);
  const index = decodeTileIndex(blobs.blobs.get(saved.kind === 'tiles' ? saved.index : name)!);
  expect([...index.tiles.keys()]).toEqual(['0,0']);
  expect(index.base).toEqual({ blob: name, width: 600, height: 300 });

  const later = newStore();
  const reopened = await open(later, saved);
  expect(firstDifference(readBlock(reopened, whole).data, readBlock(painted, whole).data)).toBe(-1);
  // What was painted before stays known: the next stroke elsewhere adds one tile and an index.
  await later.save(writeBlock(reopened, { ...dot, x: 300 }));
  expect(blobs.blobs.size).toBe(5);
});

it('what is erased from a picture does not come back with it', async () => {
  const { newStore, pixels } = await placed();
  const store = newStore();
  const erased = withTiles(await open(store, pixels), new Map([[tileKey(1, 0), null]]));
  const reopened = await open(newStore(), await store.save(erased));
  expect([...reopened.tiles.keys()].sort()).toEqual(['0,0', '0,1', '1,1', '2,0', '2,1']);
});
