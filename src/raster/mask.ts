import { type PixelBox } from './crop.ts';
import { gaussianBlur } from './gaussian-blur.ts';
import { dilate, erode } from './morphology.ts';
import { maskOfPlane, planeOfMask } from './plane.ts';
import { type Raster } from './raster.ts';

/**
 * The mask a picture stands for: a grey picture is one already, one with transparency gives its alpha, any other its
 * brightness (Rec. 601 luma).
 */
export function maskOfRaster(raster: Raster): Raster {
  const { width, height, channels, data } = raster;
  if (channels === 1) return raster;
  const mask = new Uint8Array(width * height);
  if (channels === 4 && hasTransparency(raster)) {
    for (let i = 0; i < mask.length; i++) mask[i] = data[i * 4 + 3]!;
  } else {
    for (let i = 0, at = 0; i < mask.length; i++, at += channels) {
      mask[i] = Math.round(0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!);
    }
  }
  return { width, height, channels: 1, data: mask };
}

export function hasTransparency(raster: Raster): boolean {
  if (raster.channels !== 4) return false;
  for (let i = 3; i < raster.data.length; i += 4) if (raster.data[i]! !== 255) return true;
  return false;
}

/** The smallest box around everything above 0, or undefined for an empty mask. */
export function maskBounds(mask: Raster): PixelBox | undefined {
  const { width, height, data } = mask;
  let left = width;
  let right = -1;
  let top = height;
  let bottom = -1;
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * width, (y + 1) * width);
    const first = row.findIndex((value) => value > 0);
    if (first < 0) continue;
    if (first < left) left = first;
    let last = width - 1;
    while (row[last] === 0) last--;
    if (last > right) right = last;
    if (top > y) top = y;
    bottom = y;
  }
  return right < 0 ? undefined : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

export function invertMask(mask: Raster): Raster {
  return { ...mask, data: mask.data.map((value) => 255 - value) };
}

/** The mask made larger by `radiusPx` all round; soft edges stay soft. */
export function growMask(mask: Raster, radiusPx: number): Raster {
  return maskOfPlane(dilate(planeOfMask(mask), radiusPx));
}

/** The mask made smaller by `radiusPx` all round, except where it touches the picture's border. */
export function shrinkMask(mask: Raster, radiusPx: number): Raster {
  return maskOfPlane(erode(planeOfMask(mask), radiusPx));
}

/** The mask with its edge softened over about `radiusPx` to either side (two σ of a Gaussian). */
export function featherMask(mask: Raster, radiusPx: number): Raster {
  return maskOfPlane(gaussianBlur(planeOfMask(mask), radiusPx / 2));
}
