import { assert } from '#base/assert';
import { type Raster } from './raster.ts';
import { byteOfLinear, linearOfByte } from './srgb.ts';

/** A piece of picture to be laid over another: RGBA with straight alpha, its top left corner at (x, y) of the other. */
export interface Patch {
  readonly x: number;
  readonly y: number;
  readonly raster: Raster;
}

/**
 * The picture with the patch laid over it: mixed in linear light with premultiplied alpha, as light itself mixes. Where
 * the patch's alpha is 0 the picture's bytes are copied, where it is 255 the patch's are; nothing is rounded twice. The
 * patch lies within the picture, which keeps its number of channels (a grey one becomes RGB).
 */
export function pastePatch(picture: Raster, patch: Patch): Raster {
  const base = picture.channels === 1 ? rgbOfGrey(picture) : picture;
  const { x, y, raster } = patch;
  assert(raster.channels === 4, 'a patch is RGBA');
  assert(
    x >= 0 && y >= 0 && x + raster.width <= base.width && y + raster.height <= base.height,
    'the patch lies within the picture',
  );
  const { channels } = base;
  const data = new Uint8Array(base.data);
  for (let row = 0; row < raster.height; row++) {
    let to = ((y + row) * base.width + x) * channels;
    for (let from = row * raster.width * 4; from < (row + 1) * raster.width * 4; from += 4, to += channels) {
      const alpha = raster.data[from + 3]!;
      if (alpha === 0) continue;
      if (alpha === 255) {
        data[to] = raster.data[from]!;
        data[to + 1] = raster.data[from + 1]!;
        data[to + 2] = raster.data[from + 2]!;
        if (channels === 4) data[to + 3] = 255;
        continue;
      }
      const above = alpha / 255;
      const below = (1 - above) * (channels === 4 ? data[to + 3]! / 255 : 1);
      const total = above + below;
      for (let c = 0; c < 3; c++) {
        const light = linearOfByte[raster.data[from + c]!]! * above + linearOfByte[data[to + c]!]! * below;
        data[to + c] = byteOfLinear(light / total);
      }
      if (channels === 4) data[to + 3] = Math.round(total * 255);
    }
  }
  return { width: base.width, height: base.height, channels, data };
}

/** The patch's alpha on an empty mask of the picture's size: where the picture changes, and how much. */
export function maskOfPatch(patch: Patch, picture: { readonly width: number; readonly height: number }): Raster {
  const { width, height } = picture;
  const data = new Uint8Array(width * height);
  const { raster } = patch;
  for (let row = 0, from = 3; row < raster.height; row++) {
    const start = (patch.y + row) * width + patch.x;
    for (let to = start; to < start + raster.width; to++, from += 4) data[to] = raster.data[from]!;
  }
  return { width, height, channels: 1, data };
}

function rgbOfGrey({ width, height, data }: Raster): Raster {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) rgb.fill(data[i]!, i * 3, i * 3 + 3);
  return { width, height, channels: 3, data: rgb };
}
