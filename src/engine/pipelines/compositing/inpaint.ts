import { prefillRegion } from '#model/ovis/processing/prefill';
import { AppError } from '#base/app-error';
import { type PixelBox } from '#raster/crop';
import { maskBounds, maskOfRaster } from '#raster/mask';
import { type Plane, mapPlane, mapPlanes, planesOfRaster, rasterOfPlanes } from '#raster/plane';
import { type Raster } from '#raster/raster';
import { defaultLimits, type ModelLimits } from '#shared/contract/model-limits';
import { alignResult } from './align-result.ts';
import { type Composite, alignmentWarnings, composeResult, coveredFraction } from './composite.ts';
import { type ContextFrame, contextPadding, planContextFrame } from './context-frame.ts';
import { maskInFrame, pictureInFrame } from './frame-pixels.ts';
import { matchColours } from './match-colours.ts';
import { type Intent, recipe } from './recipe.ts';
import { type RegionMasks, buildRegionMasks } from './region-masks.ts';

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
}

/** All that the model needs to see, and all that is needed to bring its result back. */
export interface InpaintPlan {
  readonly image: Raster;
  /** What may change, of the image's size and in one channel: not a byte does where it is 0. */
  readonly mask: Raster;
  /** Its bounds. */
  readonly changed: PixelBox;
  readonly intent: Intent;
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
  const frame = planContextFrame({
    picture: image,
    changed: bounds,
    reachPx: recipe.context.leastPx,
    padPx: contextPadding(image, bounds, { strength, contextScale, limits }),
    limits,
  });
  const source = pictureInFrame(image, frame);
  const masks = buildRegionMasks(maskInFrame(mask, frame));
  const prefilled = strength < 1 ? source : prefillRegion(source, masks.user, intent);
  return { image, mask, changed: bounds, intent, frame, strength, masks, source, prefilled };
}

/**
 * Steps 6 to 8: the model's result (RGB, the model's size) moved back, its colours matched, and laid over the picture.
 * Outside the user's mask the picture's bytes are untouched.
 */
export function finishInpaint(plan: InpaintPlan, decoded: Raster): Composite {
  const { image, mask, frame, masks, source } = plan;
  const kept = mapPlane(masks.touched, (value) => (value > 0 ? 0 : 1));
  const { picture: aligned, alignment } = alignResult(source, decoded, kept);
  const match = matchColours(source, aligned, masks.touched);
  const { image: composed, patch } = composeResult(
    image,
    frame,
    { ...faded(plan, match?.picture ?? aligned), within: mask },
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

/**
 * The result fades into the picture below it. Beyond the picture's border there is none: there it begins as the border's
 * own colours, and is opaque from the first pixel on.
 */
function faded({ intent, masks, prefilled }: InpaintPlan, result: Raster): { result: Raster; blend: Plane } {
  if (intent !== 'expand') return { result, blend: masks.blend };
  const over = planesOfRaster(result);
  const begun = mapPlanes(planesOfRaster(prefilled), (plane, channel) =>
    mapPlane(plane, (value, i) => value + (over[channel].data[i]! - value) * masks.blend.data[i]!),
  );
  return { result: rasterOfPlanes(begun), blend: masks.user };
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
