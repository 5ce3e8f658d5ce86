import sharp, { type Metadata, type Sharp } from 'sharp';

import { orCancelled, throwIfCancelled } from '#base/abort';
import { AppError } from '#base/app-error';
import { type DeepRaster, toRaster } from '#raster/deep-raster';
import type { Raster } from '#raster/raster';

import { parseIccProfile } from './icc-profile.ts';
import { imageTooLarge, imageUnreadable, imageUnsupported, requireReadable } from './image-errors.ts';
import type { ImageFormat } from './sniff-format.ts';

/**
 * The most pixels that are decoded. As RGBA that is 512 MiB: under the size of one block at which Electron's allocator
 * aborts (1 GiB), and close to what the largest cameras make.
 */
const maxInputPixels = 1 << 27;

export interface DecodeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Default `maxInputPixels`. */
  readonly maxPixels?: number | undefined;
  /** Draws an SVG so that its longer side has this many pixels; by default at its own size. */
  readonly svgLongSide?: number | undefined;
  /** Of a file with several, counted from 0; the first by default. */
  readonly page?: number | undefined;
  /** An SVG that takes longer to draw was made to hang the program. Default 30 s. */
  readonly svgDeadlineMs?: number | undefined;
}

/** What was done to a picture on its way to plain 8-bit sRGB, so that a person can be told. */
type Conversion =
  /** Turned as its EXIF orientation (2 to 8) asked. */
  | { readonly kind: 'orientation'; readonly exif: number }
  /** From the embedded colour profile of that name. */
  | { readonly kind: 'profile'; readonly from: string }
  /** The embedded profile is damaged or does not fit the samples, which were taken for sRGB. */
  | { readonly kind: 'profile-ignored' }
  /** From print colours: by the embedded profile, or without one by a general one, and then the colours are a guess. */
  | { readonly kind: 'cmyk'; readonly profile: string | undefined }
  /** From more bits a channel than 8. */
  | { readonly kind: 'depth'; readonly bits: number }
  /** Only the first of several frames or pages was read. */
  | { readonly kind: 'first-frame'; readonly frames: number };

export interface DecodedImage {
  /** 3 or 4 channels, sRGB, upright; grey pictures have three equal channels. */
  readonly raster: Raster;
  /** The same with all its bits, when the file has more than 8 a channel. */
  readonly deep: DeepRaster | undefined;
  readonly format: ImageFormat;
  readonly conversions: readonly Conversion[];
}

/**
 * Reads a PNG, JPEG, WebP, AVIF, TIFF, GIF or SVG (told by its bytes, not its name) as upright 8-bit sRGB with straight
 * alpha. Colour profiles are converted, except one that only says "sRGB": its pixels come out bit for bit. Cancelling
 * answers at once; the decoder finishes unobserved.
 *
 * @throws AppError `image-empty`, `image-unknown`, `image-unsupported`, `image-too-large`, `image-truncated`,
 *   `image-unreadable`, `cancelled`
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<DecodedImage> {
  const picture = await inspect(bytes, options);
  const colour = planColour(picture.metadata);
  const { raster, deep } = await readPixels(picture, options, colour);
  return {
    raster,
    deep,
    format: picture.format,
    conversions: [...colour.conversions, ...otherConversions(picture.metadata)],
  };
}

/**
 * Reads a picture as a mask: one channel, 255 where something may change. A picture with transparent parts is a mask by
 * its alpha (painted counts, whatever the colour), any other by its brightness. Colour profiles are ignored, for a mask
 * holds amounts, not colours.
 *
 * @throws AppError as `decodeImage`
 */
export async function decodeMask(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Raster> {
  const { raster } = await readPixels(await inspect(bytes, options), options, { convert: false });
  const { width, height, channels, data } = raster;
  const amounts = new Uint8Array(width * height);
  const useAlpha = channels === 4 && hasTransparency(data);
  for (let pixel = 0, at = 0; pixel < amounts.length; pixel += 1, at += channels) {
    // Rec. 709 weights in 256ths, which add up to 256: equal channels keep their value.
    amounts[pixel] = useAlpha ? data[at + 3]! : (54 * data[at]! + 183 * data[at + 1]! + 19 * data[at + 2]! + 128) >>> 8;
  }
  return { width, height, channels: 1, data: amounts };
}

function hasTransparency(rgba: Uint8Array): boolean {
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at] !== 255) return true;
  return false;
}

interface Inspected {
  readonly bytes: Uint8Array;
  readonly format: ImageFormat;
  readonly metadata: Metadata;
  /** Dots per inch at which an SVG is drawn; 72 is its own size. */
  readonly svgDpi: number;
  readonly maxPixels: number;
}

/** Reads the header only, so that a decompression bomb is refused before a pixel of it is made. */
async function inspect(bytes: Uint8Array, options: DecodeOptions): Promise<Inspected> {
  const { signal, maxPixels = maxInputPixels, svgLongSide, page = 0 } = options;
  throwIfCancelled(signal);
  const format = requireReadable(bytes);
  const metadata = await orCancelled(sharp(bytes, { limitInputPixels: false, failOn: 'error', page }).metadata(), {
    signal,
  }).catch((error: unknown) => {
    throw error instanceof AppError ? error : imageUnreadable(format, bytes, error);
  });
  // libvips tells the format by itself: where the two disagree, the file was made to confuse.
  if (metadata.format !== (format === 'avif' ? 'heif' : format))
    throw imageUnreadable(format, bytes, new Error(`decoded as ${metadata.format}`));

  const scale =
    format === 'svg' && svgLongSide !== undefined ? svgLongSide / Math.max(metadata.width, metadata.height) : 1;
  const [width, height] = [Math.ceil(metadata.width * scale), Math.ceil(metadata.height * scale)];
  if (width * height > maxPixels) throw imageTooLarge(width, height, maxPixels);
  return { bytes, format, metadata, svgDpi: Math.min(Math.max(72 * scale, 1), 100_000), maxPixels };
}

interface ColourPlan {
  /** Whether the embedded profile is to be used. */
  readonly convert: boolean;
  readonly conversions: readonly Conversion[];
}

/** The samples' colour space, as a profile must name it to fit them. */
const profileSpaces: Readonly<Record<string, string>> = {
  srgb: 'RGB ',
  rgb16: 'RGB ',
  'b-w': 'GRAY',
  cmyk: 'CMYK',
};

function planColour({ icc, space }: Metadata): ColourPlan {
  const profile = icc && parseIccProfile(icc);
  const fits = profile !== undefined && profile.space === profileSpaces[space];
  if (space === 'cmyk')
    return { convert: fits, conversions: [{ kind: 'cmyk', profile: fits ? profile.name : undefined }] };
  if (icc === undefined || (fits && profile.isSrgb)) return { convert: false, conversions: [] };
  if (!fits) return { convert: false, conversions: [{ kind: 'profile-ignored' }] };
  return { convert: true, conversions: [{ kind: 'profile', from: profile.name }] };
}

function otherConversions({ orientation = 1, depth, bitsPerSample, pages = 1 }: Metadata): Conversion[] {
  const conversions: Conversion[] = [];
  if (orientation > 1) conversions.push({ kind: 'orientation', exif: orientation });
  if (depth !== 'uchar') conversions.push({ kind: 'depth', bits: bitsPerSample ?? (depth === 'ushort' ? 16 : 32) });
  if (pages > 1) conversions.push({ kind: 'first-frame', frames: pages });
  return conversions;
}

interface Pixels {
  readonly raster: Raster;
  readonly deep: DeepRaster | undefined;
}

async function readPixels(
  picture: Inspected,
  { signal, svgDeadlineMs = 30_000, page = 0 }: DecodeOptions,
  { convert }: Pick<ColourPlan, 'convert'>,
): Promise<Pixels> {
  const { format, metadata, bytes, svgDpi, maxPixels } = picture;
  // sharp converts 16-bit pictures to Display P3 on its way and leaves them there (0.35). Its output step goes from the
  // embedded profile to sRGB directly, so that one is used and the first is switched off.
  const isDeep = metadata.depth === 'ushort' && metadata.space !== 'cmyk';
  const input = sharp(bytes, {
    autoOrient: true,
    failOn: 'error',
    limitInputPixels: maxPixels,
    page,
    ignoreIcc: isDeep || !convert,
    ...(format === 'svg' ? { density: svgDpi } : {}),
  });
  const deadline = format === 'svg' ? AbortSignal.timeout(svgDeadlineMs) : undefined;
  const work = isDeep ? readDeep(convert ? input.withIccProfile('srgb') : input) : readShallow(input);
  try {
    return await orCancelled(orCancelled(work, { signal: deadline }), { signal });
  } catch (error) {
    throwIfCancelled(signal);
    if (deadline?.aborted) throw imageUnsupported('Its drawing is too complex');
    throw error instanceof AppError ? error : imageUnreadable(format, bytes, error);
  }
}

async function readShallow(input: Sharp): Promise<Pixels> {
  const { data, info } = await input
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { raster: { width, height, channels: colourChannels(info.channels), data: pixels }, deep: undefined };
}

async function readDeep(input: Sharp): Promise<Pixels> {
  const { data, info } = await input
    .toColourspace('rgb16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const samples = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  const deep: DeepRaster = { width, height, channels: colourChannels(info.channels), data: samples };
  return { raster: toRaster(deep), deep };
}

function colourChannels(channels: number): 3 | 4 {
  if (channels === 3 || channels === 4) return channels;
  throw imageUnsupported(`It has ${channels} colour channels`);
}
