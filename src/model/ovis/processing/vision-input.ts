import { assert } from '#base/assert';
import { resize } from '#raster/resize';
import { type Raster } from '#raster/raster';
import { type ImageProcessorConfig } from '../config.ts';
import { toRgb, type RgbRaster } from './rgb.ts';
import { defaultResizeBounds, smartResize, type PictureSize } from './smart-resize.ts';
import { mergeOrder, type VisionGrid } from './vision-layout.ts';

/** What the vision encoder takes for one picture. */
export interface VisionInput {
  /**
   * [rows × columns, 3 × patchSize²]: normalised patches, channel first, in merge order: (row / 2, column / 2, row % 2,
   * column % 2) for groups of 2 × 2.
   */
  readonly patches: Float32Array;
  readonly grid: VisionGrid;
}

/** The size at which the vision encoder sees a picture of `size`: within the processor's bounds. */
export function understandingSize(size: PictureSize, processor: ImageProcessorConfig): PictureSize {
  const { patchSize, mergeSize, minPixels, maxPixels } = processor;
  return smartResize(size, { factor: patchSize * mergeSize, minPixels, maxPixels });
}

/**
 * The first of the two sizes that a picture for a condition goes through: about the processor's smallest area. The
 * second is `understandingSize` of the first, which may be larger again; see `conditionInput`.
 */
export function conditionSize(size: PictureSize, processor: ImageProcessorConfig): PictureSize {
  return smartResize(size, { ...defaultResizeBounds, maxPixels: processor.minPixels });
}

/** A picture as the encoder sees it when it is asked about: resized once within the processor's bounds. */
export function understandingInput(picture: Raster, processor: ImageProcessorConfig): VisionInput {
  const rgb = toRgb(picture);
  return patchify(resize(rgb, understandingSize(rgb, processor)), processor);
}

/** A picture as the encoder sees it for a condition: made small first, then resized again for the processor's bounds. */
export function conditionInput(picture: Raster, processor: ImageProcessorConfig): VisionInput {
  const rgb = toRgb(picture);
  return understandingInput(resize(rgb, conditionSize(rgb, processor)), processor);
}

/**
 * Normalises a picture whose sides are multiples of patchSize × mergeSize and lists its patches. The arithmetic is
 * the reference's: x · rescaleFactor, rounded to f32, less the mean, over the deviation.
 */
export function patchify(picture: RgbRaster, processor: ImageProcessorConfig): VisionInput {
  const { patchSize, mergeSize, rescaleFactor, mean, std } = processor;
  const { width, height, data } = picture;
  const side = patchSize * mergeSize;
  assert(width % side === 0 && height % side === 0, `sides of ${width}×${height} are multiples of ${side}`);
  const rows = height / patchSize;
  const columns = width / patchSize;

  // There are only 256 values a channel: normalise them once.
  const normalised = new Float32Array(3 * 256);
  for (let c = 0; c < 3; c++) {
    for (let v = 0; v < 256; v++) {
      normalised[c * 256 + v] = (Math.fround(v * rescaleFactor) - Math.fround(mean[c]!)) / Math.fround(std[c]!);
    }
  }

  const patches = new Float32Array(rows * columns * 3 * patchSize * patchSize);
  let out = 0;
  for (const { row, column } of mergeOrder(rows, columns, mergeSize)) {
    const corner = (row * patchSize * width + column * patchSize) * 3;
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < patchSize; y++) {
        let at = corner + y * width * 3 + c;
        for (let x = 0; x < patchSize; x++, at += 3) patches[out++] = normalised[c * 256 + data[at]!]!;
      }
    }
  }
  return { patches, grid: { frames: 1, rows, columns } };
}
