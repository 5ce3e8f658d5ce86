import { assert } from '#base/assert';
import type { Raster } from '#raster/raster';

/** A PNG of pixels in RGBA, or of one channel as grey. */
export async function pictureOf(raster: Raster): Promise<Blob> {
  const { width, height } = raster;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  assert(context !== null, 'a canvas draws');
  context.putImageData(new ImageData(rgbaOf(raster), width, height), 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

/** The pixels as a canvas takes them. */
export function rgbaOf({ width, height, channels, data }: Raster): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(width * height * 4);
  if (channels === 4) {
    rgba.set(data);
    return rgba;
  }
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      rgba[pixel * 4 + channel] = data[pixel * channels + (channels === 3 ? channel : 0)]!;
    }
    rgba[pixel * 4 + 3] = 255;
  }
  return rgba;
}
