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
import { type Intent, type Paint, recipe } from './recipe.ts';

/**
 * The picture with the region painted over as the intent asks, for the model to start from.
 *
 * @param picture - RGB at the model's size
 * @param user - the user's mask of the same size; greys mix
 */
export function prefillRegion(picture: Raster, user: Plane, intent: Intent): Raster {
  const { paint, falloffModelPx } = recipe.prefill.byIntent[intent];
  const source = planesOfRaster(picture);
  const share = fadedOut(user, falloffModelPx);
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
  const reach = recipe.prefill.blurReachPx * Math.sqrt((width * height) / recipe.prefill.atArea);
  const blurred = () => mapPlanes(source, (plane) => gaussianBlur(plane, reach / 3));
  const known = mapPlane(share, (value) => (value > 1 / 512 ? 0 : 1));
  const nothingKnown = known.data.every((value) => value === 0);
  switch (paint) {
    case 'grey':
      return mapPlanes(source, () => createPlane(width, height, recipe.prefill.grey));
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
