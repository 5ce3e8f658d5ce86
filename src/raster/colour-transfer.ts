import { type Planes, mapPlane, mapPlanes } from './plane.ts';
import { type Plane } from './plane.ts';

/** Mean and standard deviation of the L, a and b of the pixels that count. */
export interface ColourStatistics {
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

/** Below this deviation (Lab units) a channel is flat, and its contrast says nothing. */
const FLAT = 0.25;

/** Weighted statistics: pixels of weight 0 have no part in them, not even as zeros. */
export function colourStatistics(lab: Planes, weight: Plane): ColourStatistics {
  const [l, a, b] = lab.map((plane) => weightedMoments(plane, weight)) as [Moments, Moments, Moments];
  return { mean: [l.mean, a.mean, b.mean], deviation: [l.deviation, a.deviation, b.deviation] };
}

/**
 * Gives `lab` the mean and spread that `to` has where `from` was measured (Reinhard's transfer). The change of contrast
 * stays within `ratioLimits`; flat channels keep theirs.
 */
export function transferColour(
  lab: Planes,
  from: ColourStatistics,
  to: ColourStatistics,
  ratioLimits: readonly [number, number],
): Planes {
  return mapPlanes(lab, (plane, channel) => {
    const flat = from.deviation[channel] < FLAT || to.deviation[channel] < FLAT;
    const ratio = flat ? 1 : clamp(to.deviation[channel] / from.deviation[channel], ratioLimits);
    return mapPlane(plane, (value) => (value - from.mean[channel]) * ratio + to.mean[channel]);
  });
}

interface Moments {
  readonly mean: number;
  readonly deviation: number;
}

function weightedMoments(plane: Plane, weight: Plane): Moments {
  let total = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < plane.data.length; i++) {
    const w = weight.data[i]!;
    if (w === 0) continue;
    const value = plane.data[i]!;
    total += w;
    sum += w * value;
    squares += w * value * value;
  }
  if (total === 0) return { mean: 0, deviation: 0 };
  const mean = sum / total;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / total - mean * mean)) };
}

function clamp(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, value));
}
