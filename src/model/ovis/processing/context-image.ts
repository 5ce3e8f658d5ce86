import { resize } from '#raster/resize';
import { type Raster } from '#raster/raster';
import { toRgb, type RgbRaster } from './rgb.ts';
import { defaultResizeBounds, roundHalfToEven, smartResize, type PictureSize } from './smart-resize.ts';

/** Sides of generated pictures are multiples of this: the VAE's factor 8 times the 2 × 2 packing. */
const GENERATION_MULTIPLE = 16;
/** Sides of edited pictures are multiples of this. */
const EDIT_MULTIPLE = 32;

/** The size that a generation of the wanted size is made at: both sides floored to multiples of 16, at least 16. */
export function generationSize({ width, height }: PictureSize): PictureSize {
  const floor = (side: number) => Math.max(1, Math.floor(side / GENERATION_MULTIPLE)) * GENERATION_MULTIPLE;
  return { width: floor(width), height: floor(height) };
}

/** The size that the reference edits a picture of `size` at: multiples of 32, at most about a megapixel. */
export function editSize(size: PictureSize): PictureSize {
  return smartResize(size, { ...defaultResizeBounds, factor: EDIT_MULTIPLE });
}

/** The picture scaled until it covers `size`, less what sticks out on both sides. */
export function coverResize(picture: Raster, { width, height }: PictureSize): RgbRaster {
  const rgb = toRgb(picture);
  const scale = Math.max(width / rgb.width, height / rgb.height);
  const covering = {
    width: Math.max(width, roundHalfToEven(rgb.width * scale)),
    height: Math.max(height, roundHalfToEven(rgb.height * scale)),
  };
  const x = Math.floor((covering.width - width) / 2);
  const y = Math.floor((covering.height - height) / 2);
  return resize(rgb, covering, { window: { x, y, width, height } });
}

/** [3, height, width] in [−1, 1], as the VAE's encoder takes it: (x / 255 − ½) / ½. */
export function toVaePixels({ width, height, data }: RgbRaster): Float32Array {
  const area = width * height;
  const pixels = new Float32Array(3 * area);
  for (let i = 0, at = 0; i < area; i++, at += 3) {
    for (let c = 0; c < 3; c++) pixels[c * area + i] = (Math.fround(data[at + c]! / 255) - 0.5) / 0.5;
  }
  return pixels;
}

/**
 * The picture of the VAE's decoder output: clamped to [−1, 1] and *truncated* to 8 bits.
 *
 * @param pixels - [3, height, width]
 */
export function fromVaePixels(pixels: Float32Array, { width, height }: PictureSize): RgbRaster {
  const area = width * height;
  const data = new Uint8Array(3 * area);
  for (let i = 0, out = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) {
      const value = pixels[c * area + i]!;
      const clamped = value < -1 ? -1 : value > 1 ? 1 : value;
      data[out++] = Math.fround(127.5 * Math.fround(clamped + 1));
    }
  }
  return { width, height, channels: 3, data };
}
