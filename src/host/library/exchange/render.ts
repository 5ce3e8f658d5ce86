import { assertNever } from '#base/assert';
import { transformRaster, type PlacedRaster } from '#raster/affine';
import type { Raster } from '#raster/raster';
import { resize } from '#raster/resize';
import type { Document } from '#shared/document/document';
import { identity, intersectRect, type Rect } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import { ancestorsOf, documentTransform, layerOf } from '#shared/document/layer-tree';
import { imageTooLarge } from '../../images/image-errors.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { flatten, placedLayer } from './flatten.ts';
import { maxRasterPixels, readAmounts } from './stored-pixels.ts';

/** What of a document to make a picture of. */
export type RenderSubject =
  /** Everything visible, blended. RGBA. */
  | { readonly of: 'picture' }
  /** One layer at its place, without the others: RGBA, or one channel for a mask. */
  | { readonly of: 'layer'; readonly layer: LayerId }
  /** One channel; 0 where nothing is selected. */
  | { readonly of: 'selection' };

export interface RenderOptions {
  /** In document pixels; by default the whole frame. What lies outside of it is empty. */
  readonly region?: Rect | null | undefined;
  /** Longest side of the result; larger ones are scaled down. */
  readonly maxSide?: number | null | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A document, a layer or the selection as a raster: for a job to start from, a thumbnail, the clipboard.
 * @throws AppError `image-too-large`, and as `flatten`
 */
export async function render(
  document: Document,
  blobs: BlobStore,
  subject: RenderSubject,
  { region, maxSide, signal }: RenderOptions = {},
): Promise<Raster> {
  const frame = { x: 0, y: 0, width: document.width, height: document.height };
  const window = region ?? frame;
  if (window.width * window.height > maxRasterPixels) throw imageTooLarge(window.width, window.height, maxRasterPixels);
  const { placed, channels } = await subjectOf(document, blobs, subject, signal);
  const cut = cutOut(placed, window, intersectRect(window, frame), channels);
  const scale = maxSide === null || maxSide === undefined ? 1 : Math.min(1, maxSide / Math.max(cut.width, cut.height));
  if (scale === 1) return cut;
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  return resize(cut, { width: side(cut.width), height: side(cut.height) });
}

interface Subject {
  readonly placed: PlacedRaster | null;
  readonly channels: 1 | 4;
}

async function subjectOf(
  document: Document,
  blobs: BlobStore,
  subject: RenderSubject,
  signal: AbortSignal | undefined,
): Promise<Subject> {
  switch (subject.of) {
    case 'picture':
      return { placed: { raster: await flatten(document, blobs, { signal }), x: 0, y: 0 }, channels: 4 };
    case 'selection': {
      const { selection } = document;
      const amounts = selection && (await readAmounts(selection.pixels, blobs, { signal }));
      return { placed: amounts && transformRaster(amounts, selection.transform), channels: 1 };
    }
    case 'layer':
      return layerSubject(document, blobs, subject.layer, signal);
    default:
      return assertNever(subject);
  }
}

/** A group shows what is in it, with its blending; any other layer its own pixels. */
async function layerSubject(
  document: Document,
  blobs: BlobStore,
  id: LayerId,
  signal: AbortSignal | undefined,
): Promise<Subject> {
  const layer = layerOf(document, id);
  const [parent] = ancestorsOf(document, id);
  const outer = parent === undefined ? identity : documentTransform(document, parent);
  if (layer.kind !== 'group') {
    const placed = await placedLayer(layer, outer, blobs, { signal });
    return { placed, channels: layer.kind === 'mask' ? 1 : 4 };
  }
  const alone = { ...layer, visible: true, transform: documentTransform(document, id) };
  const only = { ...document, order: [id], layers: { ...document.layers, [id]: alone } };
  return { placed: { raster: await flatten(only, blobs, { signal }), x: 0, y: 0 }, channels: 4 };
}

/** The pixels of `placed` that lie in `shown`, in a raster of `window`'s size. */
function cutOut(placed: PlacedRaster | null, window: Rect, shown: Rect, channels: 1 | 4): Raster {
  const { width, height } = window;
  const data = new Uint8Array(width * height * channels);
  if (placed !== null) {
    const { raster } = placed;
    const rect = intersectRect(shown, { x: placed.x, y: placed.y, width: raster.width, height: raster.height });
    for (let y = rect.y; y < rect.y + rect.height; y += 1) {
      const from = ((y - placed.y) * raster.width + rect.x - placed.x) * channels;
      const to = ((y - window.y) * width + rect.x - window.x) * channels;
      data.set(raster.data.subarray(from, from + rect.width * channels), to);
    }
  }
  return { width, height, channels, data };
}
