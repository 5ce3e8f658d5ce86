import { type VisionConfig } from '../config.ts';
import { visionPositions, type VisionGrid } from './vision-layout.ts';

/**
 * A sparse matrix [tokens, tableSize²] that resizes the learned position table to the grids: row i of the result is
 * Σⱼ weights[i, j] · table[indices[i, j]]. At the borders several taps name the same row.
 */
export interface PositionTaps {
  readonly shape: readonly [tokens: number, taps: 16];
  /** [tokens, 16]: rows of the table. */
  readonly indices: Int32Array;
  /** [tokens, 16]: adding up to 1 in every row. */
  readonly weights: Float32Array;
}

/**
 * Bicubic taps (a = −0.75, align_corners false, no antialias, borders repeated) of every token, in merge order, frame
 * after frame, picture after picture.
 */
export function positionTaps(
  grids: readonly VisionGrid[],
  { tableSize, mergeSize }: Pick<VisionConfig, 'tableSize' | 'mergeSize'>,
): PositionTaps {
  const { rows, columns } = visionPositions(grids, mergeSize);
  const indices = new Int32Array(rows.length * 16);
  const weights = new Float32Array(rows.length * 16);
  let token = 0;
  for (const grid of grids) {
    const down = axisTaps(tableSize, grid.rows);
    const across = axisTaps(tableSize, grid.columns);
    for (const end = token + grid.frames * grid.rows * grid.columns; token < end; token++) {
      const row = rows[token]!;
      const column = columns[token]!;
      for (let tap = 0; tap < 16; tap++) {
        const y = row * 4 + (tap >> 2);
        const x = column * 4 + (tap & 3);
        indices[token * 16 + tap] = down.indices[y]! * tableSize + across.indices[x]!;
        weights[token * 16 + tap] = down.weights[y]! * across.weights[x]!;
      }
    }
  }
  return { shape: [rows.length, 16], indices, weights };
}

/** The same matrix with all its zeros: [tokens, tableSize²], row-major. */
export function densePositionWeights({ shape, indices, weights }: PositionTaps, tableSize: number): Float32Array {
  const dense = new Float32Array(shape[0] * tableSize ** 2);
  indices.forEach((index, i) => {
    const at = (i >> 4) * tableSize ** 2 + index;
    dense[at] = dense[at]! + weights[i]!;
  });
  return dense;
}

/** Four taps for each of `size` positions along an axis of `tableSize`. */
function axisTaps(tableSize: number, size: number): { indices: Int32Array; weights: Float64Array } {
  const indices = new Int32Array(size * 4);
  const weights = new Float64Array(size * 4);
  const scale = tableSize / size;
  for (let i = 0; i < size; i++) {
    const centre = (i + 0.5) * scale - 0.5;
    const base = Math.floor(centre);
    for (let tap = 0; tap < 4; tap++) {
      const index = base - 1 + tap;
      indices[i * 4 + tap] = Math.min(tableSize - 1, Math.max(0, index));
      weights[i * 4 + tap] = cubic(centre - index);
    }
  }
  return { indices, weights };
}

/** Keys' cubic convolution kernel with a = −0.75. */
function cubic(x: number): number {
  const a = -0.75;
  const d = Math.abs(x);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return (((d - 5) * d + 8) * d - 4) * a;
  return 0;
}
