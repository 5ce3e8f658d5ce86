import sharp from 'sharp';
import type { z } from 'zod';

import { AppError } from '#base/app-error';
import { assertNever } from '#base/assert';
import { transformRaster, type PlacedRaster } from '#raster/affine';
import type { Raster } from '#raster/raster';
import type { StoredPicture } from '#shared/contract/studio/blob-urls';
import type { zRenderSubject } from '#shared/contract/studio/documents';
import type { Document } from '#shared/document/document';
import { identity, intersectRect, type Rect } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import { documentTransform } from '#shared/document/layer-tree';
import { imageTooLarge } from '../images/image-errors.ts';
import type { BlobStore } from '../library/blobs/blob-store.ts';
import { flatten, placedLayer } from '../library/exchange/flatten.ts';
import { maxRasterPixels, readAmounts, storePicture } from '../library/exchange/stored-pixels.ts';

interface RenderOptions {
  readonly subject: z.infer<typeof zRenderSubject>;
  readonly region: Rect | null;
  readonly maxSide: number | null;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A picture of a document, or of a part of it, stored as a PNG.
 * @throws AppError as `flatten`
 */
export async function renderStep(
  document: Document,
  blobs: BlobStore,
  { subject, region, maxSide, signal }: RenderOptions,
): Promise<StoredPicture> {
  const frame = { x: 0, y: 0, width: document.width, height: document.height };
  const whole = await subjectOf(document, blobs, subject, signal);
  const cut = framed(whole.placed, roundOut(region ?? frame), whole.channels);
  const { blob, width, height } = await storePicture(await shrunk(cut, maxSide), blobs, { signal });
  return { blob, width, height };
}

async function subjectOf(
  document: Document,
  blobs: BlobStore,
  subject: RenderOptions['subject'],
  signal: AbortSignal | undefined,
): Promise<{ placed: PlacedRaster | null; channels: 1 | 4 }> {
  switch (subject.of) {
    case 'picture':
      return { placed: { raster: await flatten(document, blobs, { signal }), x: 0, y: 0 }, channels: 4 };
    case 'layer':
      return layerPixels(document, subject.layer, blobs, signal);
    case 'selection': {
      const { selection } = document;
      const amounts = selection && (await readAmounts(selection.pixels, blobs, { signal }));
      return { placed: amounts && selection && transformRaster(amounts, selection.transform), channels: 1 };
    }
    default:
      return assertNever(subject);
  }
}

async function layerPixels(
  document: Document,
  id: LayerId,
  blobs: BlobStore,
  signal: AbortSignal | undefined,
): Promise<{ placed: PlacedRaster | null; channels: 1 | 4 }> {
  const layer = document.layers[id];
  if (!layer) throw new AppError('usage-invalid', 'There is no such layer in this step.', { data: { layer: id } });
  const transform = documentTransform(document, id);
  if (layer.kind === 'group') {
    const alone = { ...document, order: [id], layers: { ...document.layers, [id]: { ...layer, transform } } };
    return { placed: { raster: await flatten(alone, blobs, { signal }), x: 0, y: 0 }, channels: 4 };
  }
  const placed = await placedLayer({ ...layer, transform }, identity, blobs, { signal });
  return { placed, channels: layer.kind === 'mask' ? 1 : 4 };
}

/** The part of a raster that lies in a rectangle; around it, and where there is no raster, zeros. */
function framed(placed: PlacedRaster | null, frame: Rect, channels: 1 | 4): Raster {
  const { width, height } = frame;
  if (width * height > maxRasterPixels) throw imageTooLarge(width, height, maxRasterPixels);
  if (placed && isExactly(placed, frame)) return placed.raster;
  const data = new Uint8Array(width * height * channels);
  if (placed) {
    const { raster, x, y } = placed;
    const shared = intersectRect({ x, y, width: raster.width, height: raster.height }, frame);
    for (let row = shared.y; row < shared.y + shared.height; row += 1) {
      const from = ((row - y) * raster.width + shared.x - x) * channels;
      const to = ((row - frame.y) * width + shared.x - frame.x) * channels;
      data.set(raster.data.subarray(from, from + shared.width * channels), to);
    }
  }
  return { width, height, channels, data };
}

function isExactly({ raster, x, y }: PlacedRaster, frame: Rect): boolean {
  return x === frame.x && y === frame.y && raster.width === frame.width && raster.height === frame.height;
}

function roundOut({ x, y, width, height }: Rect): Rect {
  const left = Math.floor(x);
  const top = Math.floor(y);
  return {
    x: left,
    y: top,
    width: Math.max(1, Math.ceil(x + width) - left),
    height: Math.max(1, Math.ceil(y + height) - top),
  };
}

async function shrunk(raster: Raster, maxSide: number | null): Promise<Raster> {
  const { width, height, channels, data } = raster;
  if (maxSide === null || Math.max(width, height) <= maxSide) return raster;
  const scaled = sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
    .resize({ width: maxSide, height: maxSide, fit: 'inside' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw();
  const { data: pixels, info } = await scaled.toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels, data: pixels };
}
