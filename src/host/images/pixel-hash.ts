import { createHash } from 'node:crypto';

import type { Raster } from '#raster/raster';

/** SHA-256 of a picture's size and samples, whatever file it is in: tells whether a recipe, run again, gave the same. */
export function pixelHash({ width, height, channels, data }: Raster): string {
  return createHash('sha256').update(`${width}x${height}x${channels}\n`).update(data).digest('hex');
}
