import { deltaE } from '#raster/colour-difference';
import { colourStatistics, transferColour } from '#raster/colour-transfer';
import { distanceTo } from '#raster/distance';
import { normalisedBlur } from '#raster/gaussian-blur';
import { labOfRaster, rasterOfLab } from '#raster/lab';
import { type Plane, type Planes, mapPlane, mapPlanes } from '#raster/plane';
import { type Raster } from '#raster/raster';
import { smoothFill } from '#raster/smooth-fill';
import { recipe } from './recipe.ts';

/** How the result's colours were off, and how well they fit now. */
export interface ColourReport {
  /** By how much the result's Lab colours were off around the region, on average. */
  readonly shift: { readonly l: number; readonly a: number; readonly b: number };
  /** Mean ΔE on the ring before and after. */
  readonly differenceBefore: number;
  readonly differenceAfter: number;
}

export interface ColourMatch {
  readonly picture: Raster;
  readonly colours: ColourReport;
}

/**
 * Gives the result the picture's colours where the two meet: first mean and contrast, as measured on a ring around the
 * region, then what slow difference is left at each place of the seam, carried smoothly inwards. Undefined when the
 * region leaves nothing to measure on.
 *
 * @param reference - the picture as the model saw it
 * @param changed - above 0 where the result may differ from it
 */
export function matchColours(reference: Raster, result: Raster, changed: Plane): ColourMatch | undefined {
  const distance = distanceTo(changed);
  const ring = ringAround(distance);
  if (!ring) return undefined;
  const wanted = labOfRaster(reference);
  const found = labOfRaster(result);
  const measured = colourStatistics(found, ring);
  const target = colourStatistics(wanted, ring);
  const transferred = transferColour(found, measured, target, recipe.colours.deviationRatio);
  const matched = addPlanes(transferred, seamField(wanted, transferred, distance));
  const [l, a, b] = measured.mean.map((mean, channel) => mean - target.mean[channel]!) as [number, number, number];
  return {
    picture: rasterOfLab(matched),
    colours: {
      shift: { l, a, b },
      differenceBefore: meanWhere(deltaE(wanted, found), ring),
      differenceAfter: meanWhere(deltaE(wanted, matched), ring),
    },
  };
}

/** 1 on the ring where colours are measured; on all that is kept when the ring is too small; undefined if that is too. */
function ringAround(distance: Plane): Plane | undefined {
  const { ringModelPx, minRingPixels } = recipe.colours;
  const between = (from: number, to: number) => {
    const ring = mapPlane(distance, (d) => (d >= from && d < to ? 1 : 0));
    return ring.data.reduce((sum, value) => sum + value, 0) < minRingPixels ? undefined : ring;
  };
  return between(ringModelPx.from, ringModelPx.to) ?? between(1, Infinity);
}

/** What is left of the difference around the seam, without its detail, and spread smoothly over the region. */
function seamField(wanted: Planes, found: Planes, distance: Plane): Planes {
  const { ringModelPx, seamBlurReachModelPx, seamLimit } = recipe.colours;
  const around = mapPlane(distance, (d) => (d > 0 && d < ringModelPx.to ? 1 : 0));
  const difference = mapPlanes(wanted, (plane, channel) => {
    const other = found[channel].data;
    return mapPlane(plane, (value, i) => Math.min(seamLimit, Math.max(-seamLimit, value - other[i]!)));
  });
  const slow = normalisedBlur(difference, around, seamBlurReachModelPx / 3);
  return smoothFill(slow, around);
}

function addPlanes(first: Planes, second: Planes): Planes {
  return mapPlanes(first, (plane, channel) => {
    const other = second[channel].data;
    return mapPlane(plane, (value, i) => value + other[i]!);
  });
}

function meanWhere(values: Plane, weight: Plane): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.data.length; i++) {
    sum += values.data[i]! * weight.data[i]!;
    total += weight.data[i]!;
  }
  return total === 0 ? 0 : sum / total;
}
