import { gaussianBlur } from '#raster/gaussian-blur';
import { labOfRaster, rasterOfLab } from '#raster/lab';
import { mapPlane, mapPlanes, planesOfRaster, rasterOfPlanes } from '#raster/plane';
import { type Raster } from '#raster/raster';
import { type Similarity, gridOf } from '#raster/registration';
import { resamplePlane } from '#raster/resample';

/**
 * What stands for the model in the regression set: it gives back the picture it is shown (RGB, the model's size), with
 * no more than its own losses. A real VAE is one: decode(encode(picture)).
 */
export interface RegressionEngine {
  readonly name: string;
  roundTrip(picture: Raster): Raster | Promise<Raster>;
}

/** The losses of a good VAE: finest detail softened, and colours a little off, the same way each time. */
export const lossyEngine: RegressionEngine = {
  name: 'a lossy engine',
  roundTrip: (picture) => {
    const soft = rasterOfPlanes(mapPlanes(planesOfRaster(picture), (plane) => gaussianBlur(plane, 0.45)));
    return tinted(soft, { l: 0.6, a: -0.4, b: 0.5 });
  },
};

/** The picture displaced: what was at p is found at the place that the similarity names. */
export function displaced(picture: Raster, { scale, dx, dy }: Similarity): Raster {
  const inverse = gridOf({ scale: 1 / scale, dx: -dx / scale, dy: -dy / scale }, picture.width, picture.height);
  return rasterOfPlanes(mapPlanes(planesOfRaster(picture), (plane) => resamplePlane(plane, inverse)));
}

/** The picture with its Lab colours moved. */
export function tinted(picture: Raster, by: { readonly l: number; readonly a: number; readonly b: number }): Raster {
  const offsets = [by.l, by.a, by.b] as const;
  return rasterOfLab(
    mapPlanes(labOfRaster(picture), (plane, channel) => mapPlane(plane, (value) => value + offsets[channel])),
  );
}
