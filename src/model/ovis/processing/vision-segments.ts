import { type VisionConfig } from '../config.ts';
import { frameBoundaries, patchCount, windowOrder, type VisionGrid } from './vision-layout.ts';

/** Number of the picture (or video frame) that each patch belongs to, i32[patches]. Attention stays within one. */
export function frameOfPatches(grids: readonly VisionGrid[]): Int32Array {
  return segmentsOf(frameBoundaries(grids));
}

/** Number of the attention window that each patch belongs to, i32[patches], in merge order. */
export function windowOfPatches(
  grids: readonly VisionGrid[],
  config: Pick<VisionConfig, 'windowSize' | 'patchSize' | 'mergeSize'>,
): Int32Array {
  const { inverse, boundaries } = windowOrder(grids, config);
  const inWindowOrder = segmentsOf(boundaries);
  const area = config.mergeSize ** 2;
  return Int32Array.from({ length: patchCount(grids) }, (_, patch) => {
    const group = Math.floor(patch / area);
    return inWindowOrder[inverse[group]! * area]!;
  });
}

/** Segment i lasts from boundary i to boundary i + 1. */
function segmentsOf(boundaries: Int32Array): Int32Array {
  const segments = new Int32Array(boundaries.at(-1)!);
  for (let i = 0; i + 1 < boundaries.length; i++) segments.fill(i, boundaries[i], boundaries[i + 1]);
  return segments;
}
