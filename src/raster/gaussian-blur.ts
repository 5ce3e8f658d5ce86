import { type Plane, type Planes, mapPlane, mapPlanes } from './plane.ts';

/** Above this σ three box passes are within 5 % of a Gaussian and cost the same for every radius. */
const LARGE_SIGMA = 4;
/** The direct kernel is cut at this many σ. */
const KERNEL_SIGMAS = 3;

/** Gaussian blur; pixels beyond the border repeat the last one. σ ≤ 0 returns the plane itself. */
export function gaussianBlur(plane: Plane, sigma: number): Plane {
  if (sigma <= 0) return plane;
  if (sigma < LARGE_SIGMA) return convolveSeparable(plane, gaussianKernel(sigma));
  return boxRadiiOf(sigma).reduce((blurred, radius) => boxBlur(blurred, radius), plane);
}

/**
 * Mean over the square of side 2·radius + 1 (whole pixels), in constant time a pixel; beyond the border the last pixel
 * repeats. A step edge becomes a straight ramp.
 */
export function boxBlur(plane: Plane, radius: number): Plane {
  return radius < 1 ? plane : boxColumns(boxRows(plane, radius), radius);
}

/**
 * Blur of the known pixels only: blur(value · weight) / blur(weight). Pixels with no known one within reach get 0.
 *
 * @param weight - 1 is known, 0 is not
 */
export function normalisedBlur(planes: Planes, weight: Plane, sigma: number): Planes {
  const total = gaussianBlur(weight, sigma).data;
  return mapPlanes(planes, (plane) => {
    const known = mapPlane(plane, (value, i) => value * weight.data[i]!);
    // The cut keeps the running sums' rounding residue from passing for a known pixel.
    return mapPlane(gaussianBlur(known, sigma), (sum, i) => (total[i]! > 1e-4 ? sum / total[i]! : 0));
  });
}

/** Radii of three boxes whose variances add up to σ² as nearly as whole widths allow. */
function boxRadiiOf(sigma: number): readonly number[] {
  const passes = 3;
  const ideal = Math.sqrt((12 * sigma * sigma) / passes + 1);
  const narrow = Math.floor((ideal - 1) / 2);
  const width = 2 * narrow + 1;
  const narrowPasses = Math.round((12 * sigma * sigma - passes * (width * width + 4 * width + 3)) / (-4 * width - 4));
  return Array.from({ length: passes }, (_, pass) => (pass < narrowPasses ? narrow : narrow + 1));
}

function gaussianKernel(sigma: number): Float64Array {
  const radius = Math.ceil(sigma * KERNEL_SIGMAS);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  return kernel.map((weight) => weight / sum);
}

function convolveSeparable(plane: Plane, kernel: Float64Array): Plane {
  const { width, height } = plane;
  const radius = (kernel.length - 1) / 2;
  const rows = new Float32Array(width * height);
  const padded = new Float64Array(width + 2 * radius);
  const sums = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    const at = y * width;
    for (let x = -radius; x < width + radius; x++) {
      padded[x + radius] = plane.data[at + Math.min(width - 1, Math.max(0, x))]!;
    }
    sums.fill(0);
    for (let k = 0; k < kernel.length; k++) addWeighted(sums, padded, k, kernel[k]!);
    rows.set(sums, at);
  }
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let k = 0; k < kernel.length; k++) {
      addWeighted(sums, rows, Math.min(height - 1, Math.max(0, y + k - radius)) * width, kernel[k]!);
    }
    data.set(sums, y * width);
  }
  return { width, height, data };
}

/** sums += weight · values, from `start`. Whole rows at a time, tap after tap: the tightest loop there is. */
function addWeighted(sums: Float64Array, values: Float32Array | Float64Array, start: number, weight: number): void {
  for (let x = 0; x < sums.length; x++) sums[x] = sums[x]! + values[start + x]! * weight;
}

function boxRows(plane: Plane, radius: number): Plane {
  const { width, height, data } = plane;
  const result = new Float32Array(data.length);
  const scale = 1 / (2 * radius + 1);
  const last = width - 1;
  for (let y = 0; y < height; y++) {
    const at = y * width;
    let sum = 0;
    for (let x = -radius; x <= radius; x++) sum += data[at + Math.min(last, Math.max(0, x))]!;
    for (let x = 0; x < width; x++) {
      result[at + x] = sum * scale;
      sum += data[at + Math.min(last, x + radius + 1)]! - data[at + Math.max(0, x - radius)]!;
    }
  }
  return { width, height, data: result };
}

function boxColumns(plane: Plane, radius: number): Plane {
  const { width, height, data } = plane;
  const result = new Float32Array(data.length);
  const scale = 1 / (2 * radius + 1);
  const last = height - 1;
  // One running sum a column, and whole rows in order, so that memory is read forwards.
  const sums = new Float64Array(width);
  for (let y = -radius; y <= radius; y++) {
    const at = Math.min(last, Math.max(0, y)) * width;
    for (let x = 0; x < width; x++) sums[x] = sums[x]! + data[at + x]!;
  }
  for (let y = 0; y < height; y++) {
    const entering = Math.min(last, y + radius + 1) * width;
    const leaving = Math.max(0, y - radius) * width;
    for (let x = 0; x < width; x++) {
      result[y * width + x] = sums[x]! * scale;
      sums[x] = sums[x]! + data[entering + x]! - data[leaving + x]!;
    }
  }
  return { width, height, data: result };
}
