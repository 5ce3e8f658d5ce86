import { type VisionConfig } from '../config.ts';

/** Patches of one picture or video: frames × rows × columns, `grid_thw` of the reference. */
export interface VisionGrid {
  readonly frames: number;
  readonly rows: number;
  readonly columns: number;
}

/** Row and column of every patch in its own picture, in merge order, frame after frame, picture after picture. */
export interface GridPositions {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

/**
 * The order in which blocks with window attention see the merge groups: window after window in reading order of the
 * grid of groups, in reading order within a window; windows at the right and lower edges are smaller.
 */
export interface WindowOrder {
  /** [groups]: the group that comes i-th, numbered in merge order over the whole sequence. */
  readonly groups: Int32Array;
  /** [groups]: where group g went; gathering with it restores merge order. */
  readonly inverse: Int32Array;
  /** [windows + 1]: where windows start, in *patches* of the reordered sequence, and the total at the end. */
  readonly boundaries: Int32Array;
}

/** Number of patches in the packed sequence of all pictures. */
export function patchCount(grids: readonly VisionGrid[]): number {
  return grids.reduce((sum, { frames, rows, columns }) => sum + frames * rows * columns, 0);
}

/** Positions for the rotary embedding and the position table. */
export function visionPositions(grids: readonly VisionGrid[], mergeSize: number): GridPositions {
  const rows = new Int32Array(patchCount(grids));
  const columns = new Int32Array(rows.length);
  let at = 0;
  for (const grid of grids) {
    for (let frame = 0; frame < grid.frames; frame++) {
      for (const { row, column } of mergeOrder(grid.rows, grid.columns, mergeSize)) {
        rows[at] = row;
        columns[at++] = column;
      }
    }
  }
  return { rows, columns };
}

/** [frames + 1]: where the frames of all pictures start in the packed sequence, in patches, and the total at the end. */
export function frameBoundaries(grids: readonly VisionGrid[]): Int32Array {
  const boundaries = [0];
  for (const { frames, rows, columns } of grids) {
    for (let frame = 0; frame < frames; frame++) boundaries.push(boundaries.at(-1)! + rows * columns);
  }
  return Int32Array.from(boundaries);
}

/** How window attention reorders the merge groups of a packed sequence. Windows never span pictures or frames. */
export function windowOrder(
  grids: readonly VisionGrid[],
  { windowSize, patchSize, mergeSize }: Pick<VisionConfig, 'windowSize' | 'patchSize' | 'mergeSize'>,
): WindowOrder {
  const side = Math.floor(windowSize / mergeSize / patchSize); // of a window, in merge groups
  const groups = new Int32Array(patchCount(grids) / mergeSize ** 2);
  const boundaries = [0];
  let at = 0;
  for (const grid of grids) {
    const rows = grid.rows / mergeSize;
    const columns = grid.columns / mergeSize;
    for (let frame = 0; frame < grid.frames; frame++) {
      const firstGroup = at;
      for (let top = 0; top < rows; top += side) {
        for (let left = 0; left < columns; left += side) {
          for (let row = top; row < Math.min(top + side, rows); row++) {
            for (let column = left; column < Math.min(left + side, columns); column++) {
              groups[at++] = firstGroup + row * columns + column;
            }
          }
          boundaries.push(at * mergeSize ** 2);
        }
      }
    }
  }
  const inverse = new Int32Array(groups.length);
  groups.forEach((group, i) => (inverse[group] = i));
  return { groups, inverse, boundaries: Int32Array.from(boundaries) };
}

/** Positions of a rows × columns grid in merge order: group by group in reading order, in reading order within each. */
export function* mergeOrder(
  rows: number,
  columns: number,
  mergeSize: number,
): Generator<{ readonly row: number; readonly column: number }> {
  for (let top = 0; top < rows; top += mergeSize) {
    for (let left = 0; left < columns; left += mergeSize) {
      for (let row = top; row < top + mergeSize; row++) {
        for (let column = left; column < left + mergeSize; column++) yield { row, column };
      }
    }
  }
}
