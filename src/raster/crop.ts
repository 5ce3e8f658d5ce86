import { assert } from '#base/assert';
import { type Raster } from './raster.ts';

/** A box of whole pixels; x and y are its left and top edge. */
export interface PixelBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A copy of the pixels inside `box`, which lies within the raster. */
export function crop(raster: Raster, box: PixelBox): Raster {
  const { x, y, width, height } = box;
  assert(
    x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= raster.width && y + height <= raster.height,
    `the box ${x},${y} ${width}×${height} lies within ${raster.width}×${raster.height}`,
  );
  const { channels } = raster;
  const data = new Uint8Array(width * height * channels);
  for (let row = 0; row < height; row++) {
    const start = ((y + row) * raster.width + x) * channels;
    data.set(raster.data.subarray(start, start + width * channels), row * width * channels);
  }
  return { width, height, channels, data };
}
