import type { Raster } from './raster.ts';

/** Pixels with 16 bits a channel, 0 to 65535; everything else is as in `Raster`. */
export interface DeepRaster extends Omit<Raster, 'data'> {
  readonly data: Uint16Array;
}

/** Rounds 16-bit samples to the nearest 8-bit ones (65535 = 257 × 255), so 8-bit values that were widened come back. */
export function toRaster({ data, ...size }: DeepRaster): Raster {
  const narrow = new Uint8Array(data.length);
  // round(v / 257) without a division: exact for every 16-bit v.
  for (let i = 0; i < data.length; i += 1) narrow[i] = (data[i]! * 255 + 32_895) >>> 16;
  return { ...size, data: narrow };
}

/** Widens 8-bit samples so that 0 stays 0 and 255 becomes 65535. */
export function toDeepRaster({ data, ...size }: Raster): DeepRaster {
  return { ...size, data: Uint16Array.from(data, (value) => value * 257) };
}
