import { assert } from '#base/assert';
import { lightnessOfRaster } from '#raster/lab';
import { type Plane, mapPlanes, planesOfRaster, rasterOfPlanes } from '#raster/plane';
import { type Raster } from '#raster/raster';
import { type Registration, gridOf, registerPlanes } from '#raster/registration';
import { resamplePlane } from '#raster/resample';
import { recipe } from './recipe.ts';

/** How the model displaced the picture, and what was done about it. Lengths in model pixels. */
export interface Alignment {
  readonly shiftPx: { readonly x: number; readonly y: number };
  readonly scale: number;
  /** The largest displacement of any corner. */
  readonly displacementPx: number;
  /** `kept`: too little to matter; `corrected`: moved back; `unsure`: something moved, but moving it back is no better. */
  readonly outcome: 'kept' | 'corrected' | 'unsure';
}

/**
 * Moves the model's result back onto the picture it was made from.
 *
 * @param reference - the picture as the model saw it
 * @param weight - where both should show the same: 0 leaves a pixel out
 */
export function alignResult(
  reference: Raster,
  result: Raster,
  weight: Plane,
): { picture: Raster; alignment: Alignment } {
  assert(
    result.width === reference.width && result.height === reference.height,
    `the result has the model’s size, ${reference.width}×${reference.height}`,
  );
  const { maxScaleChange, maxShiftFraction, correctFromModelPx, believedErrorRatio } = recipe.alignment;
  const found = registerPlanes(lightnessOfRaster(reference), lightnessOfRaster(result), weight, {
    maxScaleChange,
    maxShift: maxShiftFraction,
  });
  const displacementPx = largestDisplacement(found, result);
  const better = found.errorAfter < believedErrorRatio * found.errorBefore;
  const outcome = displacementPx < correctFromModelPx ? 'kept' : better ? 'corrected' : 'unsure';
  const alignment = { shiftPx: { x: found.dx, y: found.dy }, scale: found.scale, displacementPx, outcome } as const;
  if (outcome !== 'corrected') return { picture: result, alignment };
  const grid = gridOf(found, result.width, result.height);
  const picture = rasterOfPlanes(mapPlanes(planesOfRaster(result), (plane) => resamplePlane(plane, grid)));
  return { picture, alignment };
}

function largestDisplacement({ scale, dx, dy }: Registration, { width, height }: Raster): number {
  const growth = Math.abs(scale - 1) / 2;
  return Math.hypot(Math.abs(dx) + growth * width, Math.abs(dy) + growth * height);
}
