import { type PixelBox } from '#raster/crop';
import { boxBlur } from '#raster/gaussian-blur';
import { dilate } from '#raster/morphology';
import { type Plane, mapPlane } from '#raster/plane';
import { type ModelLimits } from '#shared/contract/model-limits';
import { type Intent, recipe } from './recipe.ts';

/** Three masks of one region, 0 keeps and 1 changes, at the model's size: each has its own job and its own width. */
export interface RegionMasks {
  /** What was painted, greys included. */
  readonly user: Plane;
  /** How freely the model may change a place: grown and softened. 0 keeps the original's latents. */
  readonly denoise: Plane;
  /** How much of the result is seen at a place: 1 within the user's mask, fading out at the rim of `denoise`. */
  readonly blend: Plane;
}

/** Softness of the change around the mask, in picture pixels. */
export function featherPxOf(bounds: PixelBox, strength: number, intent: Intent, limits: ModelLimits): number {
  const { feather, minFeatherPx, backgroundFeatherFraction } = recipe.masks;
  const diagonal = Math.hypot(bounds.width, bounds.height);
  const fixed = forModelOf(limits, feather.px);
  const soft = Math.max(minFeatherPx, strength * Math.max(feather.diagonalFraction * diagonal, fixed));
  return intent === 'background' ? Math.min(soft, backgroundFeatherFraction * diagonal) : soft;
}

/** Width of the transition into a picture that is extended, in picture pixels. */
export function overlapPxOf(limits: ModelLimits): number {
  return Math.max(recipe.masks.minFeatherPx, forModelOf(limits, recipe.outpaint.overlapPx));
}

/** A length meant for large models, for one of these limits. */
function forModelOf({ maxArea }: ModelLimits, px: number): number {
  return px * Math.min(1, Math.sqrt(maxArea) / recipe.masks.feather.atSide);
}

/** How far beyond the user's mask a picture may change, at most: rounding included. */
export function reachOf(featherPx: number): number {
  return recipe.masks.growPx + featherPx + 2;
}

/** Lengths in pixels of the mask's plane. */
export function buildRegionMasks(
  user: Plane,
  { growPx, featherPx }: { growPx: number; featherPx: number },
): RegionMasks {
  const denoise = denoiseMask(user, growPx, featherPx);
  return { user, denoise, blend: blendMask(denoise, growPx, featherPx) };
}

/** Grown by `growPx` at its full values, then a straight ramp down to 0 over `featherPx`; greys stay grey throughout. */
function denoiseMask(user: Plane, growPx: number, featherPx: number): Plane {
  const radius = Math.round(featherPx / 2);
  const soft = boxBlur(dilate(user, growPx + radius), radius);
  return mapPlane(soft, (value, i) => {
    if (value >= recipe.masks.fullFrom) return 1;
    // Running sums leave residues, which must not pass for a place that may change.
    return Math.max(user.data[i]!, value < 1 / 512 ? 0 : value);
  });
}

/**
 * The cross-fade lies where the model was least free to change, at the rim of `denoise`: there both sides of it agree.
 * A ramp of the denoise mask's own values does that without a threshold, so greys give part of the change, smoothly.
 */
function blendMask(denoise: Plane, growPx: number, featherPx: number): Plane {
  const width = Math.min(recipe.masks.blendModelPx, growPx + featherPx / 2);
  const gain = Math.max(1, featherPx / width);
  return mapPlane(denoise, (value) => smoothstep(Math.min(1, value * gain)));
}

function smoothstep(t: number): number {
  return t * t * (3 - 2 * t);
}
