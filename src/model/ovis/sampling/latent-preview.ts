import { assert } from '#base/assert';
import { type Raster } from '#raster/raster';

/** A linear map from the channels of one latent cell to a colour: rgb = weights · latent + bias, in 0 … 255. */
export interface LatentPreview {
  /** [3, channels], row-major. */
  readonly weights: readonly number[];
  readonly bias: readonly [number, number, number];
}

/** A picture with its latents: [channels, height, width], one cell for each pixel of the (shrunken) picture. */
export interface LatentSample {
  readonly latents: Float32Array;
  readonly rgb: Raster & { readonly channels: 3 };
}

/** Added to the diagonal, relative to its mean: keeps the fit defined when channels depend on each other. */
const RIDGE = 1e-6;

/** The map that fits the samples best (least squares over all cells of all samples). */
export function fitLatentPreview(samples: readonly LatentSample[]): LatentPreview {
  const first = samples[0];
  assert(first, 'there is a sample to fit');
  const channels = first.latents.length / (first.rgb.width * first.rgb.height);
  const size = channels + 1; // the last row and column belong to the constant 1

  // Normal equations: gram · solution = moments, for red, green and blue at once.
  const gram = Array.from({ length: size }, () => new Float64Array(size));
  const moments = Array.from({ length: size }, () => new Float64Array(3));
  const cell = new Float64Array(size).fill(1);
  for (const { latents, rgb } of samples) {
    const area = rgb.width * rgb.height;
    assert(latents.length === channels * area, 'samples have one latent cell per pixel and equal channels');
    for (let i = 0; i < area; i++) {
      for (let c = 0; c < channels; c++) cell[c] = latents[c * area + i]!;
      for (let a = 0; a < size; a++) {
        for (let b = 0; b < size; b++) gram[a]![b]! += cell[a]! * cell[b]!;
        for (let colour = 0; colour < 3; colour++) moments[a]![colour]! += cell[a]! * rgb.data[i * 3 + colour]!;
      }
    }
  }
  const ridge = (RIDGE * gram.reduce((sum, row, i) => sum + row[i]!, 0)) / size;
  for (let c = 0; c < channels; c++) gram[c]![c]! += ridge;
  const solution = solve(gram, moments);
  return {
    weights: [0, 1, 2].flatMap((colour) => solution.slice(0, channels).map((row) => row[colour]!)),
    bias: [solution[channels]![0]!, solution[channels]![1]!, solution[channels]![2]!],
  };
}

/** A picture of latents [channels, height, width], one pixel per cell. */
export function previewLatents(
  { weights, bias }: LatentPreview,
  latents: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
): Raster & { readonly channels: 3 } {
  const area = width * height;
  const channels = latents.length / area;
  assert(weights.length === 3 * channels, 'the map was fitted to as many channels');
  const data = new Uint8ClampedArray(area * 3);
  for (let i = 0; i < area; i++) {
    for (let colour = 0; colour < 3; colour++) {
      let value = bias[colour]!;
      for (let c = 0; c < channels; c++) value += weights[colour * channels + c]! * latents[c * area + i]!;
      data[i * 3 + colour] = value;
    }
  }
  return { width, height, channels: 3, data: new Uint8Array(data.buffer) };
}

/** Gaussian elimination with row pivoting, in place; the solution replaces `right`. */
function solve(matrix: Float64Array[], right: Float64Array[]): Float64Array[] {
  const size = matrix.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row;
    }
    [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    [right[column], right[pivot]] = [right[pivot]!, right[column]!];
    const lead = matrix[column]!;
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = matrix[row]![column]! / lead[column]!;
      if (factor === 0) continue;
      for (let i = column; i < size; i++) matrix[row]![i]! -= factor * lead[i]!;
      for (let i = 0; i < 3; i++) right[row]![i]! -= factor * right[column]![i]!;
    }
  }
  return right.map((row, i) => row.map((value) => value / matrix[i]![i]!));
}
