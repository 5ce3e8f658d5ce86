import { promisify } from 'node:util';
import { inflate } from 'node:zlib';

import { throwIfCancelled } from '#base/abort';
import { AppError } from '#base/app-error';
import { assert, assertNever } from '#base/assert';
import type { PlacedRaster } from '#raster/affine';
import type { Raster } from '#raster/raster';
import type { BlobName } from '#shared/contract/job-request';
import type { Pixels } from '#shared/document/pixels';
import { decodeTileIndex, tileByteLength, tilePosition, tileSide } from '#shared/document/tile-index';
import { decodeImage, decodeMask } from '../../images/decode-image.ts';
import { encodeImage } from '../../images/encode-image.ts';
import { imageTooLarge } from '../../images/image-errors.ts';
import type { BlobStore } from '../blobs/blob-store.ts';

const unpack = promisify(inflate);

/** The most that is held in memory as one picture: as RGBA 512 MiB, as much as the image codec takes. */
export const maxRasterPixels = 1 << 27;

interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The colours of a layer, as RGBA in its own coordinates; null when it is empty.
 * @throws AppError `blob-missing`, `blob-damaged`, `tile-index-damaged`, `image-unreadable`, `image-too-large`
 */
export function readColours(pixels: Pixels, blobs: BlobStore, options: ReadOptions = {}): Promise<PlacedRaster | null> {
  return readPixels(pixels, blobs, { ...options, channels: 4 });
}

/** The amounts of a mask, one channel; null when it is empty. @throws AppError as `readColours` */
export function readAmounts(pixels: Pixels, blobs: BlobStore, options: ReadOptions = {}): Promise<PlacedRaster | null> {
  return readPixels(pixels, blobs, { ...options, channels: 1 });
}

/** Stores a raster without loss, as the picture it is; it need not be painted on. */
export async function storePicture(
  raster: Raster,
  blobs: BlobStore,
  { signal }: ReadOptions = {},
): Promise<Extract<Pixels, { kind: 'picture' }>> {
  const png = await encodeImage(raster, { format: 'png' }, { signal });
  const { name } = await blobs.put(png, { signal });
  return { kind: 'picture', blob: name, width: raster.width, height: raster.height };
}

async function readPixels(
  pixels: Pixels,
  blobs: BlobStore,
  options: ReadOptions & { readonly channels: 1 | 4 },
): Promise<PlacedRaster | null> {
  switch (pixels.kind) {
    case 'empty':
      return null;
    case 'picture':
      return { raster: await readPicture(pixels.blob, blobs, options), x: 0, y: 0 };
    case 'tiles':
      return readTiles(pixels, blobs, options);
    default:
      return assertNever(pixels);
  }
}

async function readPicture(
  blob: BlobName,
  blobs: BlobStore,
  { channels, signal }: ReadOptions & { readonly channels: 1 | 4 },
): Promise<Raster> {
  const bytes = await blobs.read(blob);
  if (channels === 1) return decodeMask(bytes, { signal });
  const { raster } = await decodeImage(bytes, { signal });
  return withAlpha(raster);
}

async function readTiles(
  { index, bounds }: Extract<Pixels, { kind: 'tiles' }>,
  blobs: BlobStore,
  { channels, signal }: ReadOptions & { readonly channels: 1 | 4 },
): Promise<PlacedRaster | null> {
  const decoded = decodeTileIndex(await blobs.read(index));
  if (decoded.channels !== channels || (decoded.tiles.size === 0 && !decoded.base)) return null;
  const { x, y, width, height } = bounds;
  if (width * height > maxRasterPixels) {
    throw imageTooLarge(width, height, maxRasterPixels);
  }
  const whole = { width, height, channels, data: new Uint8Array(width * height * channels) };
  if (decoded.base) {
    const picture = await readPicture(decoded.base.blob, blobs, { channels, signal });
    copyOnto(whole, picture, { x: 0 - x, y: 0 - y });
  }
  for (const [key, name] of decoded.tiles) {
    throwIfCancelled(signal);
    const tile = { width: tileSide, height: tileSide, channels, data: await readTile(name, blobs, channels) };
    const position = tilePosition(key);
    copyOnto(whole, tile, { x: position.x * tileSide - x, y: position.y * tileSide - y });
  }
  return { raster: whole, x, y };
}

/** Puts a raster's pixels in place of another's, as far as they lie within it. */
function copyOnto(target: Raster, { width, height, channels, data }: Raster, origin: { x: number; y: number }): void {
  const left = Math.max(0, origin.x);
  const right = Math.min(target.width, origin.x + width);
  if (left >= right) return;
  for (let row = Math.max(0, origin.y); row < Math.min(target.height, origin.y + height); row += 1) {
    const from = ((row - origin.y) * width + left - origin.x) * channels;
    target.data.set(data.subarray(from, from + (right - left) * channels), (row * target.width + left) * channels);
  }
}

async function readTile(name: BlobName, blobs: BlobStore, channels: 1 | 4): Promise<Uint8Array> {
  const byteLength = tileByteLength(channels);
  try {
    const tile = await unpack(await blobs.read(name), { maxOutputLength: byteLength });
    assert(tile.length === byteLength, `a tile has ${byteLength} bytes`);
    return tile;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('blob-damaged', 'A piece of a layer is damaged: go back to an earlier step.', {
      data: { name },
      cause: error,
    });
  }
}

/** The raster as RGBA; what has no alpha is opaque. */
export function withAlpha({ width, height, channels, data }: Raster): Raster {
  if (channels === 4) return { width, height, channels, data };
  const rgba = new Uint8Array(width * height * 4);
  for (let to = 0, from = 0; to < rgba.length; to += 4, from += channels) {
    rgba[to] = data[from]!;
    rgba[to + 1] = data[channels === 1 ? from : from + 1]!;
    rgba[to + 2] = data[channels === 1 ? from : from + 2]!;
    rgba[to + 3] = 255;
  }
  return { width, height, channels: 4, data: rgba };
}
