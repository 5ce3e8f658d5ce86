import { throwIfCancelled } from '#base/abort';
import { transformRaster, type PlacedRaster } from '#raster/affine';
import { blendOver, type PixelWindow } from '#raster/blend';
import type { Raster } from '#raster/raster';
import type { Document } from '#shared/document/document';
import { compose, identity, intersectRect, isEmptyRect, type Rect, type Transform } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import { layerOf } from '#shared/document/layer-tree';
import type { GroupLayer, Layer, LayerMask, RasterLayer } from '#shared/document/layer';
import { imageTooLarge } from '../../images/image-errors.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { maxRasterPixels, readAmounts, readColours } from './stored-pixels.ts';

interface FlattenOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The picture a document shows: its visible raster layers and groups, blended as the canvas blends them. Masks, controls
 * and references are not part of it.
 * @returns RGBA of the document's size
 * @throws AppError `image-too-large`, and as `readColours`
 */
export async function flatten(document: Document, blobs: BlobStore, options: FlattenOptions = {}): Promise<Raster> {
  const { width, height } = document;
  if (width * height > maxRasterPixels) throw imageTooLarge(width, height, maxRasterPixels);
  const painter = new Painter(document, blobs, options);
  const canvas = newCanvas(document);
  await painter.paint(document.order, canvas, identity);
  return canvas;
}

/**
 * One layer as the document shows it before it is blended: its pixels moved into the document's coordinates, and its mask
 * with them. Null when it has no pixels.
 */
export async function placedLayer(
  layer: Exclude<Layer, GroupLayer>,
  outer: Transform,
  blobs: BlobStore,
  options: FlattenOptions = {},
): Promise<PlacedRaster | null> {
  const channels = layer.kind === 'mask' ? readAmounts : readColours;
  const placed = await channels(layer.pixels, blobs, options);
  return placed && transformRaster(placed, compose(outer, layer.transform));
}

/** A layer's mask in the document's coordinates; null when it hides everything. */
export async function placedMask(
  mask: LayerMask,
  transform: Transform,
  blobs: BlobStore,
  options: FlattenOptions = {},
): Promise<PlacedRaster | null> {
  const placed = await readAmounts(mask.pixels, blobs, options);
  return placed && transformRaster(placed, transform);
}

class Painter {
  readonly #document: Document;
  readonly #blobs: BlobStore;
  readonly #options: FlattenOptions;

  constructor(document: Document, blobs: BlobStore, options: FlattenOptions) {
    this.#document = document;
    this.#blobs = blobs;
    this.#options = options;
  }

  /** Paints layers from the bottom up onto a canvas of the document's size. */
  async paint(ids: readonly LayerId[], canvas: Raster, outer: Transform): Promise<void> {
    for (const id of ids) {
      throwIfCancelled(this.#options.signal);
      const layer = layerOf(this.#document, id);
      if (!layer.visible) continue;
      if (layer.kind === 'raster') await this.#paintRaster(layer, canvas, outer);
      else if (layer.kind === 'group') await this.#paintGroup(layer, canvas, outer);
    }
  }

  async #paintRaster(layer: RasterLayer, canvas: Raster, outer: Transform): Promise<void> {
    const placed = await placedLayer(layer, outer, this.#blobs, this.#options);
    if (placed) await this.#blend(placed, layer, canvas, compose(outer, layer.transform));
  }

  async #paintGroup(group: GroupLayer, canvas: Raster, outer: Transform): Promise<void> {
    const transform = compose(outer, group.transform);
    if (passesThrough(group)) return this.paint(group.children, canvas, transform);
    const inside = newCanvas(this.#document);
    await this.paint(group.children, inside, transform);
    await this.#blend({ raster: inside, x: 0, y: 0 }, group, canvas, transform);
  }

  async #blend(placed: PlacedRaster, layer: Layer, canvas: Raster, transform: Transform): Promise<void> {
    const rect = intersectRect(rectOf(placed), { x: 0, y: 0, width: canvas.width, height: canvas.height });
    if (isEmptyRect(rect)) return;
    const { blend: mode, opacity, mask } = layer;
    const options = { mode, opacity };
    const target = windowAt({ raster: canvas, x: 0, y: 0 }, rect);
    if (!mask?.enabled) return blendOver(target, windowAt(placed, rect), rect, options);
    const amounts = await placedMask(mask, transform, this.#blobs, this.#options);
    // Where the mask has no pixels it hides.
    const shown = amounts ? intersectRect(rect, rectOf(amounts)) : rect;
    if (amounts === null || isEmptyRect(shown)) return undefined;
    const through = windowAt(amounts, shown);
    return blendOver(windowAt({ raster: canvas, x: 0, y: 0 }, shown), windowAt(placed, shown), shown, {
      ...options,
      mask: through,
    });
  }
}

/** Whether a group's children blend straight with what is below it; opacity, a mask or a mode of its own forbid it. */
export function passesThrough(group: GroupLayer): boolean {
  return !group.isolated && group.opacity === 1 && group.blend === 'normal' && !group.mask?.enabled;
}

function newCanvas({ width, height }: Document): Raster {
  return { width, height, channels: 4, data: new Uint8Array(width * height * 4) };
}

function rectOf({ raster, x, y }: PlacedRaster): Rect {
  return { x, y, width: raster.width, height: raster.height };
}

function windowAt({ raster, x, y }: PlacedRaster, rect: Rect): PixelWindow {
  return { data: raster.data, offset: (rect.y - y) * raster.width + (rect.x - x), stride: raster.width };
}
