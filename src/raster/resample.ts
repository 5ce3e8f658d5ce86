import { type Plane } from './plane.ts';

/** One axis of a change of scale and place: pixel i of the result is taken at scale · i + offset of the source. */
export interface AxisMap {
  readonly scale: number;
  readonly offset: number;
}

/** Where the pixels of a result lie in a source. */
export interface SampleGrid {
  readonly width: number;
  readonly height: number;
  readonly x: AxisMap;
  readonly y: AxisMap;
}

/**
 * Takes a plane at other places, with sub-pixel precision: Keys' cubic (a = −0.5) over four pixels an axis, the last
 * pixel repeated beyond the border, exact where a place falls on a pixel. It interpolates and does not average: for
 * shifts, slight scales and enlargement.
 */
export function resamplePlane(plane: Plane, grid: SampleGrid): Plane {
  const { width, height } = grid;
  const data = new Float32Array(width * height);
  const sampleRow = createRowSampler(plane, grid);
  for (let y = 0; y < height; y++) sampleRow(y, data.subarray(y * width, (y + 1) * width));
  return { width, height, data };
}

/**
 * `resamplePlane` one row at a time, for results too large to be held as planes: the function writes row y of the
 * result. It keeps `grid.width` × the source's height numbers.
 */
export function createRowSampler(plane: Plane, grid: SampleGrid): (y: number, row: Float32Array) => void {
  const { width } = grid;
  const across = sampleAcross(plane, grid);
  const weights = new Float64Array(4);
  return (y, row) => {
    const place = grid.y.scale * y + grid.y.offset;
    const first = Math.floor(place) - 1;
    cubicWeights(place - Math.floor(place), weights, 0);
    row.fill(0, 0, width);
    for (let k = 0; k < 4; k++) {
      const weight = weights[k]!;
      if (weight === 0) continue;
      const at = clamp(first + k, plane.height) * width;
      for (let x = 0; x < width; x++) row[x] = row[x]! + across[at + x]! * weight;
    }
  };
}

/** The plane resampled along x only. */
function sampleAcross(plane: Plane, grid: SampleGrid): Float32Array {
  const { width } = grid;
  const indices = new Int32Array(width * 4);
  const weights = new Float64Array(width * 4);
  for (let x = 0; x < width; x++) {
    const place = grid.x.scale * x + grid.x.offset;
    cubicWeights(place - Math.floor(place), weights, x * 4);
    for (let k = 0; k < 4; k++) indices[x * 4 + k] = clamp(Math.floor(place) - 1 + k, plane.width);
  }
  const across = new Float32Array(width * plane.height);
  for (let y = 0, out = 0; y < plane.height; y++) {
    const at = y * plane.width;
    for (let tap = 0; tap < indices.length; tap += 4) {
      across[out++] =
        plane.data[at + indices[tap]!]! * weights[tap]! +
        plane.data[at + indices[tap + 1]!]! * weights[tap + 1]! +
        plane.data[at + indices[tap + 2]!]! * weights[tap + 2]! +
        plane.data[at + indices[tap + 3]!]! * weights[tap + 3]!;
    }
  }
  return across;
}

/** Weights of the pixels at −1, 0, 1 and 2 for a place `fraction` (0–1) beyond pixel 0. */
function cubicWeights(fraction: number, weights: Float64Array, at: number): void {
  const t = fraction;
  weights[at] = ((-0.5 * t + 1) * t - 0.5) * t;
  weights[at + 1] = (1.5 * t - 2.5) * t * t + 1;
  weights[at + 2] = ((-1.5 * t + 2) * t + 0.5) * t;
  weights[at + 3] = (0.5 * t - 0.5) * t * t;
}

function clamp(index: number, size: number): number {
  return Math.min(size - 1, Math.max(0, index));
}
