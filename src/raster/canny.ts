import { gaussianBlur } from './gaussian-blur.ts';
import { lightnessOfRaster } from './lab.ts';
import { type Plane, createPlane } from './plane.ts';
import { type Raster } from './raster.ts';

export interface CannyOptions {
  /** Blur before the gradient, σ in pixels: larger drops texture. */
  readonly sigmaPx?: number;
  /** A pixel at least this steep continues an edge, one at least `high` steep begins it (Sobel units of 8-bit grey). */
  readonly low?: number;
  readonly high?: number;
}

/** Canny's edges: thin white lines on black, one channel. The control picture "canny" of the model. */
export function cannyEdges(raster: Raster, { sigmaPx = 1, low = 30, high = 80 }: CannyOptions = {}): Raster {
  const { width, height } = raster;
  const { magnitude, sector } = sobelOf(gaussianBlur(lightnessOfRaster(raster), sigmaPx));
  const ridge = thinned(magnitude, sector);
  const edges = new Uint8Array(width * height);
  const open: number[] = [];
  const mark = (i: number) => {
    edges[i] = 255;
    open.push(i);
  };
  for (let i = 0; i < ridge.length; i++) {
    if (ridge[i]! < high || edges[i]) continue;
    mark(i);
    for (let from = open.pop(); from !== undefined; from = open.pop()) {
      // The border's ridge is 0, so that the neighbours of a marked pixel are all inside.
      for (const offset of [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1]) {
        if (!edges[from + offset] && ridge[from + offset]! >= low) mark(from + offset);
      }
    }
  }
  return { width, height, channels: 1, data: edges };
}

/** Steepness in Sobel units of 0–255 grey, and the gradient's direction: 0 across, 1 falling, 2 down, 3 rising. */
function sobelOf(lightness: Plane): { magnitude: Plane; sector: Uint8Array } {
  const { width, height, data } = lightness;
  const magnitude = createPlane(width, height);
  const sector = new Uint8Array(width * height);
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * width + 1; i < (y + 1) * width - 1; i++) {
      const [above, below] = [i - width, i + width];
      const right = data[above + 1]! + 2 * data[i + 1]! + data[below + 1]!;
      const left = data[above - 1]! + 2 * data[i - 1]! + data[below - 1]!;
      const bottom = data[below - 1]! + 2 * data[below]! + data[below + 1]!;
      const top = data[above - 1]! + 2 * data[above]! + data[above + 1]!;
      const gx = right - left;
      const gy = bottom - top;
      magnitude.data[i] = Math.sqrt(gx * gx + gy * gy) * (255 / 100);
      sector[i] = Math.round((Math.atan2(gy, gx) / Math.PI) * 4 + 4) % 4;
    }
  }
  return { magnitude, sector };
}

/** Keeps a pixel's steepness where it is the greatest along its own gradient; 0 elsewhere and on the border. */
function thinned({ width, height, data }: Plane, sector: Uint8Array): Float32Array {
  const along = [1, width + 1, width, width - 1];
  const ridge = new Float32Array(data.length);
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * width + 1; i < (y + 1) * width - 1; i++) {
      const step = along[sector[i]!]!;
      // One side strict, so that of two equal neighbours exactly one stays.
      if (data[i]! > data[i - step]! && data[i]! >= data[i + step]!) ridge[i] = data[i]!;
    }
  }
  return ridge;
}
