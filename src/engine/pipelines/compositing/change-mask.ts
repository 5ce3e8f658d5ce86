import { withoutSmallBlobs } from '#raster/blobs';
import { deltaE } from '#raster/colour-difference';
import { boxBlur, gaussianBlur } from '#raster/gaussian-blur';
import { labOfRaster } from '#raster/lab';
import { close, dilate } from '#raster/morphology';
import { type Plane, mapPlane, mapPlanes } from '#raster/plane';
import { type Raster } from '#raster/raster';
import { recipe } from './recipe.ts';

/**
 * Where an edit changed the picture: 1 or 0 a pixel. Compared with the picture as the VAE gives it back, so that the
 * VAE's own losses cancel out; small differences, specks and thin gaps do not count.
 */
export function changedPixels(reconstruction: Raster, result: Raster): Plane {
  const { blurModelPx, threshold, closeModelPx, minBlobPixels } = recipe.change;
  const smooth = (picture: Raster) => mapPlanes(labOfRaster(picture), (plane) => gaussianBlur(plane, blurModelPx));
  const difference = deltaE(smooth(reconstruction), smooth(result));
  const changed = mapPlane(difference, (value) => (value > threshold ? 1 : 0));
  return withoutSmallBlobs(close(changed, closeModelPx), minBlobPixels);
}

/** The changed pixels with a soft rim around them: how much of the result is seen at each place. */
export function softChange(changed: Plane): Plane {
  const { growModelPx, featherModelPx } = recipe.change;
  const radius = featherModelPx / 2;
  const soft = boxBlur(dilate(changed, growModelPx + radius), radius);
  return mapPlane(soft, (value, i) => Math.max(changed.data[i]!, value < 1 / 512 ? 0 : value));
}
