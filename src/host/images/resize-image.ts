import { orCancelled } from '#base/abort';
import type { Raster } from '#raster/raster';
import sharp from 'sharp';

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * A picture in another size, for a file of its own. What is invisible lends no colour to its neighbours.
 * @throws AppError `cancelled`
 */
export async function resizeImage(
  raster: Raster,
  { width, height }: Size,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Raster> {
  const { channels } = raster;
  const input = sharp(raster.data, {
    raw: { width: raster.width, height: raster.height, channels },
    limitInputPixels: false,
  });
  // Lanczos is the sharpest, and draws rings around the edges of what it enlarges.
  const kernel = width * height > raster.width * raster.height ? 'mitchell' : 'lanczos3';
  const data = await orCancelled(input.resize({ width, height, fit: 'fill', kernel }).raw().toBuffer(), { signal });
  return { width, height, channels, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
