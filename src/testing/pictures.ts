import { gaussianBlur } from '#raster/gaussian-blur';
import { rasterOfLab } from '#raster/lab';
import { type Plane, type Planes, createPlane, mapPlane } from '#raster/plane';
import { type Raster } from '#raster/raster';
import { createRandom } from './random.ts';

export interface PictureOptions {
  readonly width: number;
  readonly height: number;
  readonly seed?: number;
}

/**
 * Made-up pictures with the characters that give compositing away: nothing to hide in, smooth ramps, noise, soft
 * colour, busy detail, hard edges.
 */
export const pictures = {
  'flat grey': ({ width, height }: PictureOptions) => paint(width, height, () => [55, 0, 0]),

  gradient: ({ width, height }: PictureOptions) =>
    paint(width, height, (x, y) => [25 + (55 * x) / width, -12 + (24 * y) / height, 25 - (45 * x) / width]),

  'film grain': ({ width, height, seed = 1 }: PictureOptions) => {
    const grain = noise(width, height, seed, 0.8, 3.5);
    const clouds = noise(width, height, seed + 1, Math.min(width, height) / 12, 9);
    return paint(width, height, (_x, _y, i) => [52 + clouds[i]! + grain[i]!, 3 + clouds[i]! / 4, 8]);
  },

  skin: ({ width, height, seed = 2 }: PictureOptions) => {
    const shading = noise(width, height, seed, Math.min(width, height) / 8, 6);
    const blotches = noise(width, height, seed + 1, 9, 1.6);
    const pores = noise(width, height, seed + 2, 1.3, 1.5);
    return paint(width, height, (_x, _y, i) => [
      68 + shading[i]! + pores[i]! + blotches[i]!,
      16 + blotches[i]! - shading[i]! / 5,
      20 + shading[i]! / 4,
    ]);
  },

  foliage: ({ width, height, seed = 3 }: PictureOptions) => {
    const leaves = noise(width, height, seed, 3, 14);
    const boughs = noise(width, height, seed + 1, 16, 12);
    const hue = noise(width, height, seed + 2, 7, 7);
    return paint(width, height, (_x, _y, i) => [
      42 + leaves[i]! + boughs[i]!,
      -22 + hue[i]! - leaves[i]! / 3,
      30 + leaves[i]! / 2 - hue[i]! / 2,
    ]);
  },

  'line art': ({ width, height, seed = 4 }: PictureOptions) => {
    const { uniform } = createRandom(seed);
    const strokes = Array.from({ length: 28 }, () => ({
      x: uniform() * width,
      y: uniform() * height,
      radius: (0.05 + 0.3 * uniform()) * Math.min(width, height),
    }));
    return paint(width, height, (x, y) => {
      // Ink falls off over one pixel at the rim of each circle: antialiased outlines three pixels wide.
      let ink = 0;
      for (const stroke of strokes) {
        const rim = Math.abs(Math.hypot(x - stroke.x, y - stroke.y) - stroke.radius);
        ink = Math.max(ink, Math.min(1, Math.max(0, 2 - rim)));
      }
      return [97 - 87 * ink, 0, 2 - 2 * ink];
    });
  },
} as const satisfies Record<string, (options: PictureOptions) => Raster>;

export type PictureName = keyof typeof pictures;
export const pictureNames = Object.keys(pictures) as readonly PictureName[];

/** A mask that is 255 within a disc and 0 elsewhere, its rim antialiased. */
export function discMask(width: number, height: number, disc: { x: number; y: number; diameter: number }): Raster {
  return maskWhere(width, height, (x, y) => disc.diameter / 2 - Math.hypot(x - disc.x, y - disc.y) + 0.5);
}

/** A mask of `value(x, y)` (0–1, clamped) at each pixel's centre. */
export function maskWhere(width: number, height: number, value: (x: number, y: number) => number): Raster {
  const data = new Uint8ClampedArray(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) data[i] = Math.round(value(x + 0.5, y + 0.5) * 255);
  }
  return { width, height, channels: 1, data: new Uint8Array(data.buffer) };
}

/** The picture with an alpha channel, `alpha(x, y)` in 0–255. */
export function withAlpha(picture: Raster, alpha: (x: number, y: number) => number): Raster {
  const { width, height } = picture;
  const data = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    data.set(picture.data.subarray(i * 3, i * 3 + 3), i * 4);
    data[i * 4 + 3] = alpha(i % width, Math.floor(i / width));
  }
  return { width, height, channels: 4, data };
}

function paint(
  width: number,
  height: number,
  lab: (x: number, y: number, i: number) => readonly [number, number, number],
): Raster {
  const planes: Planes = [createPlane(width, height), createPlane(width, height), createPlane(width, height)];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      for (const [channel, value] of lab(x, y, i).entries()) planes[channel]!.data[i] = value;
    }
  }
  return rasterOfLab(planes);
}

/** Noise smoothed by a Gaussian of σ `size` pixels, with mean 0 and the given standard deviation. */
function noise(width: number, height: number, seed: number, size: number, deviation: number): Float32Array {
  const { normal } = createRandom(seed);
  const smooth: Plane = gaussianBlur(mapPlane(createPlane(width, height), normal), size);
  const power = smooth.data.reduce((sum, value) => sum + value * value, 0) / smooth.data.length;
  return mapPlane(smooth, (value) => (value * deviation) / Math.sqrt(power)).data;
}
