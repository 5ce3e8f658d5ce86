import { AppError } from '#base/app-error';
import type { Raster } from '#raster/raster';

/**
 * Decodes a picture file to RGBA in sRGB, turned the right way up.
 * @throws AppError `image-unreadable`
 */
export async function decodePicture(bytes: Uint8Array): Promise<Raster> {
  const data = bytes as Uint8Array<ArrayBuffer>;
  try {
    const picture = await decodeOnCanvas(data);
    return (hasTransparency(picture.data) && (await decodeExactly(data, picture))) || picture;
  } catch (cause) {
    throw new AppError('image-unreadable', 'This picture cannot be shown: its file is damaged or of an unknown kind.', {
      cause,
    });
  }
}

/** Exact where the picture is opaque. A canvas multiplies colours by alpha, so where it is not, they lose bits. */
async function decodeOnCanvas(bytes: Uint8Array<ArrayBuffer>): Promise<Raster> {
  const bitmap = await createImageBitmap(new Blob([bytes]));
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, channels: 4, data: new Uint8Array(data.buffer) };
}

/**
 * The pixels as the file has them. Only where the decoder gives them unchanged: in its own order, in sRGB, and not to be
 * turned; otherwise undefined.
 */
async function decodeExactly(bytes: Uint8Array<ArrayBuffer>, { width, height }: Raster): Promise<Raster | undefined> {
  const type = typeOf(bytes);
  if (typeof ImageDecoder === 'undefined' || !type || !(await ImageDecoder.isTypeSupported(type))) return undefined;
  // The declarations of the DOM do not have this option yet.
  const options: ImageDecoderInit & { premultiplyAlpha: 'none' } = { data: bytes, type, premultiplyAlpha: 'none' };
  const decoder = new ImageDecoder(options);
  try {
    const { image } = await decoder.decode();
    const { format, colorSpace, codedWidth, codedHeight } = image;
    const isStandard = colorSpace.primaries === 'bt709' && colorSpace.transfer === 'iec61966-2-1';
    if (!isStandard || codedWidth !== width || codedHeight !== height || (format !== 'BGRA' && format !== 'RGBA')) {
      image.close();
      return undefined;
    }
    const data = new Uint8Array(image.allocationSize());
    await image.copyTo(data);
    image.close();
    if (format === 'BGRA') swapRedAndBlue(data);
    return { width, height, channels: 4, data };
  } finally {
    decoder.close();
  }
}

/** Only kinds of files that can be transparent. */
function typeOf(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 12));
  if (text.startsWith('\x89PNG')) return 'image/png';
  if (text.startsWith('RIFF') && text.endsWith('WEBP')) return 'image/webp';
  return text.slice(4, 8) === 'ftyp' ? 'image/avif' : undefined;
}

function hasTransparency(data: Uint8Array): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return true;
  return false;
}

function swapRedAndBlue(data: Uint8Array): void {
  for (let i = 0; i < data.length; i += 4) {
    const blue = data[i]!;
    data[i] = data[i + 2]!;
    data[i + 2] = blue;
  }
}
