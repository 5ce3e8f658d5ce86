import { maskOfPatch } from '#raster/patch';
import { type Plane, createPlane } from '#raster/plane';
import { type Raster } from '#raster/raster';
import { defaultLimits, type ModelLimits } from '#shared/contract/model-limits';
import { alignResult } from './align-result.ts';
import { changedPixels, softChange } from './change-mask.ts';
import { type Composite, type CompositeWarning, alignmentWarnings, composeResult } from './composite.ts';
import { type ContextFrame, type Size, frameWithin, planWholeFrame } from './context-frame.ts';
import { pictureInFrame } from './frame-pixels.ts';
import { type ColourMatch, matchColours } from './match-colours.ts';
import { recipe } from './recipe.ts';

export interface EditPlan {
  readonly image: Raster;
  readonly frame: ContextFrame;
  /** The whole picture as the model sees it: RGB at the model's size. */
  readonly source: Raster;
}

export interface EditResult extends Composite {
  /** One channel, the picture's size: where the picture changed, and how much of the change shows. */
  readonly changeMask: Raster;
}

export interface EditOutcome {
  /** RGB at the model's size. */
  readonly decoded: Raster;
  /** The plan's source encoded and decoded again, nothing else done to it: what the VAE alone does to the picture. */
  readonly reconstruction: Raster;
}

/** An edit of the whole picture, without a mask. */
export function planEdit(image: Raster, limits: ModelLimits = defaultLimits): EditPlan {
  const frame = planWholeFrame(image, limits);
  return { image, frame, source: pictureInFrame(image, frame) };
}

/**
 * Step 9: finds what the edit changed and lays only that over the picture, whose other bytes stay. An edit of light or
 * style, which changes nearly everything, is taken as a whole, as it always is with `keep: 'all'`. The picture keeps its
 * transparency: the model knows nothing of it, and what it painted there is no background that anyone asked for.
 */
export function finishEdit(
  plan: EditPlan,
  { decoded, reconstruction }: EditOutcome,
  { keep }: { keep: 'changed' | 'all' },
): EditResult {
  const { image, frame, source } = plan;
  const everywhere = createPlane(frame.modelWidth, frame.modelHeight, 1);
  const { picture: aligned, alignment } = alignResult(reconstruction, decoded, everywhere);
  const changed = changedPixels(reconstruction, aligned);
  const changedFraction = fractionWithin(changed, frame, image);
  const isGlobal = changedFraction > recipe.change.globalFrom;
  const takesAll = isGlobal || keep === 'all';
  const blend = takesAll ? everywhere : softChange(changed);
  // Of a whole result the colours may be the point.
  const match = takesAll ? undefined : matchIfChanged(source, aligned, blend);
  const { image: composed, patch } = composeResult(
    image,
    frame,
    { result: match?.picture ?? aligned, blend },
    { transparency: 'kept' },
  );

  const warnings: CompositeWarning[] = [...alignmentWarnings(alignment)];
  if (changedFraction === 0) warnings.push('nothing-changed');
  if (isGlobal) warnings.push('changed-everywhere');
  return {
    image: composed,
    patch,
    changeMask: patch ? maskOfPatch(patch, image) : emptyMask(image),
    report: { alignment, colours: match?.colours, changedFraction, warnings },
  };
}

function matchIfChanged(source: Raster, result: Raster, blend: Plane): ColourMatch | undefined {
  return blend.data.some((value) => value > 0) ? matchColours(source, result, blend) : undefined;
}

/** Share of a mask's pixels above 0, the frame's overhang left out. */
function fractionWithin(mask: Plane, frame: ContextFrame, picture: Size): number {
  const box = frameWithin(frame, picture);
  const left = Math.floor((box.x - frame.x) * frame.scale);
  const top = Math.floor((box.y - frame.y) * frame.scale);
  const right = left + Math.max(1, Math.round(box.width * frame.scale));
  const bottom = top + Math.max(1, Math.round(box.height * frame.scale));
  let count = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) if (mask.data[y * mask.width + x]! > 0) count++;
  }
  return count / ((right - left) * (bottom - top));
}

function emptyMask({ width, height }: Size): Raster {
  return { width, height, channels: 1, data: new Uint8Array(width * height) };
}
