import { prefillRegion } from '#model/ovis/processing/prefill';
import { AppError } from '#base/app-error';
import { type PixelBox } from '#raster/crop';
import { maskBounds, maskOfRaster } from '#raster/mask';
import { mapPlane } from '#raster/plane';
import { type Raster } from '#raster/raster';
import { defaultLimits, type ModelLimits } from '#shared/contract/model-limits';
import { alignResult } from './align-result.ts';
import { type Composite, alignmentWarnings, composeResult, coveredFraction } from './composite.ts';
import { type ContextFrame, contextPadding, planContextFrame } from './context-frame.ts';
import { maskInFrame, pictureInFrame } from './frame-pixels.ts';
import { matchColours } from './match-colours.ts';
import { type Intent, recipe } from './recipe.ts';
import { type RegionMasks, buildRegionMasks, featherPxOf, reachOf } from './region-masks.ts';

export interface InpaintInput {
  readonly image: Raster;
  /** Of the image's size: 255 may change, 0 stays, grey changes in part. Colour pictures count by alpha or brightness. */
  readonly mask: Raster;
  readonly intent: Intent;
  /** 0–1: 1 makes the region new, less keeps more of it. */
  readonly strength: number;
  /** ≥ 1, multiplies the surroundings that the model sees. */
  readonly contextScale?: number;
  readonly limits?: ModelLimits;
  /** Softness of the change around the mask in pixels, in place of the recipe's. */
  readonly featherPx?: number;
}

/** All that the model needs to see, and all that is needed to bring its result back. */
export interface InpaintPlan {
  readonly image: Raster;
  /** Bounds of the mask. */
  readonly changed: PixelBox;
  readonly frame: ContextFrame;
  readonly strength: number;
  /** 0–1 each, at the model's size. */
  readonly masks: RegionMasks;
  /** The frame's pixels as they are: RGB at the model's size. Their latents are the original ones. */
  readonly source: Raster;
  /** The same with the region painted over for the intent: what the model is shown. `source` itself below full strength. */
  readonly prefilled: Raster;
}

/**
 * Steps 1 to 5 of the recipe: what part of the picture the model sees, at what size, which of it may change and how
 * freely, and what it looks like before the model starts.
 *
 * @throws AppError `mask-empty`, `mask-size-mismatch`
 */
export function planInpaint(input: InpaintInput): InpaintPlan {
  const { image, intent, strength, contextScale, limits = defaultLimits } = input;
  const mask = maskOfRaster(input.mask);
  const bounds = boundsOfMask(mask, image);
  const featherPx = input.featherPx ?? featherPxOf(bounds, strength, intent, limits);
  const frame = planContextFrame({
    picture: image,
    changed: bounds,
    reachPx: reachOf(featherPx),
    padPx: contextPadding(image, bounds, { featherPx, strength, contextScale, limits }),
    limits,
  });
  const source = pictureInFrame(image, frame);
  const masks = buildRegionMasks(maskInFrame(mask, frame), {
    growPx: recipe.masks.growPx * frame.scale,
    featherPx: featherPx * frame.scale,
  });
  const prefilled = strength < 1 ? source : prefillRegion(source, masks.user, intent);
  return { image, changed: bounds, frame, strength, masks, source, prefilled };
}

/**
 * Steps 6 to 8: the model's result (RGB, the model's size) moved back, its colours matched, and laid over the picture.
 * Where the blend mask is 0 the picture's bytes are untouched.
 */
export function finishInpaint(plan: InpaintPlan, decoded: Raster): Composite {
  const { image, frame, masks, source } = plan;
  const kept = mapPlane(masks.denoise, (value) => (value > 0 ? 0 : 1));
  const { picture: aligned, alignment } = alignResult(source, decoded, kept);
  const match = matchColours(source, aligned, masks.denoise);
  const { image: composed, patch } = composeResult(
    image,
    frame,
    { result: match?.picture ?? aligned, blend: masks.blend },
    { transparency: 'covered' },
  );
  return {
    image: composed,
    patch,
    report: {
      alignment,
      colours: match?.colours,
      changedFraction: coveredFraction(patch, image),
      warnings: [...alignmentWarnings(alignment), ...(match ? [] : (['colours-unmatched'] as const))],
    },
  };
}

function boundsOfMask(mask: Raster, image: Raster) {
  if (mask.width !== image.width || mask.height !== image.height) {
    throw new AppError(
      'mask-size-mismatch',
      `The mask is ${mask.width}×${mask.height} pixels but the picture ${image.width}×${image.height}: make them the same size.`,
      { data: { maskWidth: mask.width, maskHeight: mask.height, width: image.width, height: image.height } },
    );
  }
  const bounds = maskBounds(mask);
  if (!bounds) throw new AppError('mask-empty', 'The mask is empty: paint over what should change.');
  return bounds;
}
