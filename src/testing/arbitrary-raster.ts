import * as fc from 'fast-check';

import type { Raster } from '#raster/raster';

/** Small pictures of any samples, for properties. */
export function arbitraryRaster(...channels: readonly Raster['channels'][]): fc.Arbitrary<Raster> {
  const side = fc.integer({ min: 1, max: 30 });
  return fc.tuple(side, side, fc.constantFrom(...channels)).chain(([width, height, channels]) => {
    const length = width * height * channels;
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((data): Raster => ({ width, height, channels, data }));
  });
}
