import { initializeCanvas, writePsdUint8Array, type BlendMode, type Layer as PsdLayer } from 'ag-psd';

import { throwIfCancelled } from '#base/abort';
import type { PlacedRaster } from '#raster/affine';
import { blendModes } from '#shared/document/blend-mode';
import type { Document } from '#shared/document/document';
import { compose, identity, type Transform } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import { layerOf } from '#shared/document/layer-tree';
import type { Layer } from '#shared/document/layer';
import type { BlobStore } from '../blobs/blob-store.ts';
import { flatten, passesThrough, placedLayer, placedMask } from './flatten.ts';
import { tinted } from './tinted-mask.ts';

interface WriteOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * A document as a Photoshop file: layers, groups, masks, names, opacity, visibility, locks and blend modes. Layers are
 * drawn at their place; what is no part of the picture (masks for the model, controls, references) comes as hidden layers.
 * @throws AppError as `flatten`
 */
export async function encodePsd(document: Document, blobs: BlobStore, options: WriteOptions = {}): Promise<Uint8Array> {
  useImageData();
  const composite = await flatten(document, blobs, options);
  const { width, height, pixelsPerInch } = document;
  const unit = {
    horizontalResolutionUnit: 'PPI',
    widthUnit: 'Inches',
    verticalResolutionUnit: 'PPI',
    heightUnit: 'Inches',
  } as const;
  const psd = {
    width,
    height,
    imageData: imageData({ raster: composite, x: 0, y: 0 }),
    imageResources: {
      resolutionInfo: { ...unit, horizontalResolution: pixelsPerInch, verticalResolution: pixelsPerInch },
    },
    children: await psdLayers(document, document.order, identity, blobs, options),
  };
  return writePsdUint8Array(psd, { noBackground: true });
}

async function psdLayers(
  document: Document,
  ids: readonly LayerId[],
  outer: Transform,
  blobs: BlobStore,
  options: WriteOptions,
): Promise<PsdLayer[]> {
  const layers: PsdLayer[] = [];
  for (const id of ids) {
    throwIfCancelled(options.signal);
    const layer = layerOf(document, id);
    const transform = compose(outer, layer.transform);
    const shared = { ...properties(layer), ...(await maskOf(layer, transform, blobs, options)) };
    if (layer.kind === 'group') {
      const children = await psdLayers(document, layer.children, transform, blobs, options);
      const blendMode: BlendMode = passesThrough(layer) ? 'pass through' : blendModes[layer.blend].psd;
      layers.push({ ...shared, blendMode, children, opened: true });
    } else {
      const placed = await placedLayer(layer, outer, blobs, options);
      const shown = placed && layer.kind === 'mask' ? tinted(placed, layer.tint) : placed;
      layers.push({ ...shared, ...(shown && { left: shown.x, top: shown.y, imageData: imageData(shown) }) });
    }
  }
  return layers;
}

function properties(layer: Layer): PsdLayer {
  const isPicture = layer.kind === 'raster' || layer.kind === 'group';
  return {
    name: layer.name,
    hidden: !layer.visible || !isPicture,
    opacity: layer.opacity,
    blendMode: blendModes[layer.blend].psd,
    ...(layer.locked && { protected: { transparency: true, composite: true, position: true } }),
  };
}

async function maskOf(
  { mask }: Layer,
  transform: Transform,
  blobs: BlobStore,
  options: WriteOptions,
): Promise<Pick<PsdLayer, 'mask'>> {
  if (mask === null) return {};
  const placed = await placedMask(mask, transform, blobs, options);
  // A mask without pixels hides everything, which in Photoshop takes one pixel.
  const { raster, x, y } = placed ?? {
    raster: { width: 1, height: 1, channels: 1, data: new Uint8Array(1) } as const,
    x: 0,
    y: 0,
  };
  const grey = new Uint8ClampedArray(raster.data.length * 4);
  for (const [index, amount] of raster.data.entries()) grey.fill(amount, index * 4, index * 4 + 4);
  const place = { left: x, top: y, right: x + raster.width, bottom: y + raster.height };
  const { width, height } = raster;
  return { mask: { ...place, defaultColor: 0, disabled: !mask.enabled, imageData: { width, height, data: grey } } };
}

function imageData({ raster: { width, height, data } }: PlacedRaster) {
  return { width, height, data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.byteLength) };
}

/** The library was made for browsers; it needs a canvas only where pixels would be lost to it. */
export function useImageData(): void {
  const noCanvas = () => {
    throw new Error('There is no canvas here: image data is used instead');
  };
  const newImageData = (width: number, height: number) => {
    return { width, height, colorSpace: 'srgb', data: new Uint8ClampedArray(width * height * 4) };
  };
  (initializeCanvas as (canvas: () => never, imageData: typeof newImageData) => void)(noCanvas, newImageData);
}
