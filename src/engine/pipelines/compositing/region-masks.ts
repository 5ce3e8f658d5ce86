import { distanceTo } from '#raster/distance';
import { dilate } from '#raster/morphology';
import { type Plane, mapPlane } from '#raster/plane';
import { recipe } from './recipe.ts';

/** Three masks of one region, 0 keeps and 1 changes, at the model's size. */
export interface RegionMasks {
  /** What was painted, greys included: how freely the model may change a place. */
  readonly user: Plane;
  /** Above 0 where what the model makes may differ from the picture: its latent cells are made new as a whole. */
  readonly touched: Plane;
  /** How much of the result is seen at a place: never more than was painted, and coming in along the inside. */
  readonly blend: Plane;
}

export function buildRegionMasks(user: Plane): RegionMasks {
  return { user, touched: dilate(user, recipe.latents.cellModelPx), blend: blendMask(user) };
}

/**
 * The result comes in over a few pixels along the inside of the mask, and where that is thin, over a part of the way to
 * its middle. A soft edge fades by itself already: the weaker of the two holds.
 */
function blendMask(user: Plane): Plane {
  const { sideFraction, minModelPx, depthFraction } = recipe.fade;
  const fadePx = Math.max(minModelPx, sideFraction * Math.sqrt(user.width * user.height));
  const depth = distanceTo(mapPlane(user, (value) => (value > 0 ? 0 : 1)));
  const enough = fadePx / depthFraction;
  const depthAround = dilate(
    mapPlane(depth, (px) => Math.min(px, enough)),
    fadePx,
  );
  return mapPlane(user, (value, i) => {
    if (value === 0) return 0;
    const widthPx = Math.min(fadePx, depthFraction * depthAround.data[i]!);
    // Counted from the edge, half a pixel before the first centre.
    return Math.min(value, smoothstep(Math.min(1, (depth.data[i]! - 0.5) / widthPx)));
  });
}

function smoothstep(t: number): number {
  return t * t * (3 - 2 * t);
}
