import type { Raster } from '#raster/raster';

/** Peak signal-to-noise ratio of two RGB pictures of one size, in dB; infinite when they are equal. */
export function psnr(first: Raster, second: Raster): number {
  return decibels(meanSquare(first, second, () => true) ?? 0);
}

/**
 * How exactly a result shows what the target does where the edit changes nothing, in dB; null where it changes almost
 * everything.
 *
 * @param mask one channel: above 0 where the target may differ from the source
 */
export function preservation(result: Raster, target: Raster, mask: Raster): number | null {
  const mean = meanSquare(result, target, (pixel) => mask.data[pixel] === 0);
  return mean === null ? null : decibels(mean);
}

/** The smallest part of a picture that can be said to be kept. */
const LEAST_SHARE = 0.02;

function meanSquare(first: Raster, second: Raster, counts: (pixel: number) => boolean): number | null {
  const pixels = first.width * first.height;
  let sum = 0;
  let counted = 0;
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (!counts(pixel)) continue;
    counted++;
    for (let channel = 0; channel < 3; channel++) {
      const a = first.data[pixel * first.channels + channel]!;
      const b = second.data[pixel * second.channels + channel]!;
      sum += (a - b) ** 2;
    }
  }
  return counted < LEAST_SHARE * pixels ? null : sum / (3 * counted);
}

function decibels(meanSquare: number): number {
  return meanSquare === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(255 ** 2 / meanSquare);
}
