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
 *
 * @param options.transparency - `covered`: a transparent picture becomes as opaque as the patch; `kept`: its alpha stays
 *   as it is, and only colours change
 */
export function pastePatch(
  picture: Raster,
  patch: Patch,
  { transparency = 'covered' }: { readonly transparency?: 'covered' | 'kept' } = {},
): Raster {
  const base = picture.channels === 1 ? rgbOfGrey(picture) : picture;
  const { x, y, raster } = patch;
  assert(raster.channels === 4, 'a patch is RGBA');
  assert(
    x >= 0 && y >= 0 && x + raster.width <= base.width && y + raster.height <= base.height,
    'the patch lies within the picture',
  );
  const { channels } = base;
  const data = new Uint8Array(base.data);
  const keepsAlpha = transparency === 'kept';
  for (let row = 0; row < raster.height; row++) {
    let to = ((y + row) * base.width + x) * channels;
    for (let from = row * raster.width * 4; from < (row + 1) * raster.width * 4; from += 4, to += channels) {
      const own = channels === 4 ? data[to + 3]! : 255;
      const alpha = raster.data[from + 3]!;
      if (alpha === 0 || (keepsAlpha && own === 0)) continue;
      const above = alpha / 255;
      const below = keepsAlpha ? 1 - above : (1 - above) * (own / 255);
      const total = above + below;
      for (let c = 0; c < 3; c++) {
        const over = raster.data[from + c]!;
        data[to + c] =
          below === 0
            ? over
            : byteOfLinear((linearOfByte[over]! * above + linearOfByte[data[to + c]!]! * below) / total);
      }
      if (channels === 4 && !keepsAlpha) data[to + 3] = Math.round(total * 255);
    }
  }
  return { width: base.width, height: base.height, channels, data };
}

/** The patch no more opaque than the picture under it. */
export function clipPatch(patch: Patch, picture: Raster): Patch {
  if (picture.channels !== 4) return patch;
  const { raster } = patch;
  const data = new Uint8Array(raster.data);
  for (let row = 0, to = 3; row < raster.height; row++) {
    const start = (patch.y + row) * picture.width + patch.x;
    for (let pixel = start; pixel < start + raster.width; pixel++, to += 4) {
      data[to] = Math.round((data[to]! * picture.data[pixel * 4 + 3]!) / 255);
    }
  }
  return { ...patch, raster: { ...raster, data } };
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
