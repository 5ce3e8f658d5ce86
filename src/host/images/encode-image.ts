import sharp, { type Sharp } from 'sharp';

import { orCancelled, throwIfCancelled } from '#base/abort';
import { AppError } from '#base/app-error';
import { assert } from '#base/assert';
import type { DeepRaster } from '#raster/deep-raster';
import type { Raster } from '#raster/raster';

/** How a picture is written. Qualities go from 1 to 100. */
export type EncodeOptions =
  /** Lossless. `fast` is the default; `small` takes about ten times as long for a tenth less. */
  | { readonly format: 'png'; readonly effort?: 'fast' | 'small' }
  /** Without alpha: transparent parts are laid over `background` (default white). Default quality 92, full colour resolution. */
  | { readonly format: 'jpeg'; readonly quality?: number; readonly background?: string }
  /** Default quality 90; `lossless` keeps even the colours under full transparency. */
  | { readonly format: 'webp'; readonly quality?: number; readonly lossless?: boolean }
  /** Default quality 65. Slow: seconds a megapixel. */
  | { readonly format: 'avif'; readonly quality?: number; readonly lossless?: boolean }
  /** Lossless, compressed, any depth. */
  | { readonly format: 'tiff' };

export type OutputFormat = EncodeOptions['format'];

/** Longest side that each format can hold, in pixels. */
const maxSides: Readonly<Record<OutputFormat, number>> = {
  png: 0x7fff_ffff,
  jpeg: 65_535,
  webp: 16_383,
  avif: 16_384,
  tiff: 0x7fff_ffff,
};

/**
 * Writes a picture. Grey stays grey and 16 bits stay 16 in PNG and TIFF; the other formats get 8-bit colour.
 *
 * @param xmp An XMP packet to store with it.
 * @throws AppError `image-side-too-long`, `cancelled`
 */
export async function encodeImage(
  raster: Raster | DeepRaster,
  options: EncodeOptions,
  { signal, xmp }: { signal?: AbortSignal | undefined; xmp?: string | undefined } = {},
): Promise<Uint8Array> {
  throwIfCancelled(signal);
  const { width, height, channels, data } = raster;
  assert(data.length === width * height * channels, `${width} × ${height} × ${channels} needs ${data.length} samples`);
  requireFit(raster, options.format);
  const input = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  const output = withFormat(keepDepth(input, raster, options.format), options);
  const encoded = await orCancelled((xmp === undefined ? output : output.withXmp(xmp)).toBuffer(), { signal });
  return new Uint8Array(encoded.buffer, encoded.byteOffset, encoded.byteLength);
}

function requireFit({ width, height }: Raster | DeepRaster, format: OutputFormat): void {
  const maxSide = maxSides[format];
  if (Math.max(width, height) <= maxSide) return;
  throw new AppError(
    'image-side-too-long',
    `A ${format.toUpperCase()} picture can be at most ${maxSide} pixels wide and high, and this one is ${width} × ${height}. Save it as PNG or TIFF.`,
    { data: { width, height, maxSide, format } },
  );
}

function keepDepth(input: Sharp, { channels, data }: Raster | DeepRaster, format: OutputFormat): Sharp {
  const canBeDeep = format === 'png' || format === 'tiff';
  const isDeep = data instanceof Uint16Array && canBeDeep;
  if (channels === 1) return input.toColourspace(isDeep ? 'grey16' : 'b-w');
  return input.toColourspace(isDeep ? 'rgb16' : 'srgb');
}

function withFormat(input: Sharp, options: EncodeOptions): Sharp {
  switch (options.format) {
    case 'png':
      // Filters chosen per row: without them a photograph is twice as large.
      return input.png({ compressionLevel: options.effort === 'small' ? 9 : 3, adaptiveFiltering: true });
    case 'jpeg':
      return input
        .flatten({ background: options.background ?? '#ffffff' })
        .jpeg({ quality: options.quality ?? 92, chromaSubsampling: '4:4:4', mozjpeg: true });
    case 'webp':
      return input.webp({ quality: options.quality ?? 90, lossless: options.lossless ?? false, exact: true });
    case 'avif':
      return input.avif({
        quality: options.quality ?? 65,
        lossless: options.lossless ?? false,
        chromaSubsampling: '4:4:4',
        effort: 2,
      });
    case 'tiff':
      return input.tiff({ compression: 'deflate', predictor: 'horizontal' });
  }
}
