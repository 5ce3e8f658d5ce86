import { assertNever } from '#base/assert';
import { extendEdges } from '#raster/edge-extend';
import { boxBlur, gaussianBlur } from '#raster/gaussian-blur';
import { dilate } from '#raster/morphology';
import {
  type Plane,
  type Planes,
  createPlane,
  mapPlane,
  mapPlanes,
  planesOfRaster,
  rasterOfPlanes,
} from '#raster/plane';
import { type Raster } from '#raster/raster';
import { smoothFill } from '#raster/smooth-fill';

import type { RegionIntent } from '../text/instructions.ts';

/** What a region is painted over with: its own blur, a neutral grey, what surrounds it, or its border carried on. */
type Paint = 'blur' | 'grey' | 'surroundings' | 'edges';

/** What a hole looks like to the model before it starts; never black, for the model takes that for content. */
const paints: Readonly<Record<RegionIntent, { readonly paint: Paint; readonly falloffPx: number }>> = {
  /** Colours stay as a hint, shapes go. */
  fill: { paint: 'blur', falloffPx: 9 },
  /** Neutral: what is there should not shape what is added. */
  add: { paint: 'grey', falloffPx: 9 },
  /** Nothing of the object may remain, only what surrounds it. */
  remove: { paint: 'surroundings', falloffPx: 9 },
  replace: { paint: 'grey', falloffPx: 0 },
  background: { paint: 'grey', falloffPx: 0 },
  /** The border's colours carried outwards. */
  expand: { paint: 'edges', falloffPx: 0 },
};
/** Reach of the blur (three σ) in a picture of 1024 × 1024 pixels; scales with the side. */
const BLUR_REACH_PX = 65;
const BLUR_REACH_SIDE = 1024;
export const PREFILL_GREY = 128;

/**
 * The picture with the region painted over as the intent asks, for the model to start from: the same in training and use.
 *
 * @param picture - RGB at the model's size
 * @param user - the user's mask of the same size; greys mix
 */
export function prefillRegion(picture: Raster, user: Plane, intent: RegionIntent): Raster {
  const { paint, falloffPx } = paints[intent];
  const source = planesOfRaster(picture);
  const share = fadedOut(user, falloffPx);
  const painted = paintOver(source, share, paint);
  return rasterOfPlanes(
    mapPlanes(source, (plane, channel) => {
      const over = painted[channel].data;
      return mapPlane(plane, (value, i) => value + (over[i]! - value) * share.data[i]!);
    }),
  );
}

/** The mask, and beyond it a ramp down to 0 over `falloffPx`. */
function fadedOut(mask: Plane, falloffPx: number): Plane {
  const radius = Math.round(falloffPx / 2);
  if (radius === 0) return mask;
  const ramp = boxBlur(dilate(mask, radius), radius);
  return mapPlane(mask, (value, i) => Math.max(value, ramp.data[i]!));
}

function paintOver(source: Planes, share: Plane, paint: Paint): Planes {
  const { width, height } = share;
  const reach = (BLUR_REACH_PX * Math.sqrt(width * height)) / BLUR_REACH_SIDE;
  const blurred = () => mapPlanes(source, (plane) => gaussianBlur(plane, reach / 3));
  const known = mapPlane(share, (value) => (value > 1 / 512 ? 0 : 1));
  const nothingKnown = known.data.every((value) => value === 0);
  switch (paint) {
    case 'grey':
      return mapPlanes(source, () => createPlane(width, height, PREFILL_GREY));
    case 'blur':
      return blurred();
    case 'surroundings':
      return nothingKnown ? blurred() : smoothFill(source, known);
    case 'edges':
      return nothingKnown ? blurred() : extendEdges(source, known, reach);
    default:
      return assertNever(paint);
  }
}
