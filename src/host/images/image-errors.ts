import { AppError } from '#base/app-error';

import { type ImageFormat, sniffFormat } from './sniff-format.ts';

const readableNames = 'PNG, JPEG, WebP, AVIF, TIFF, GIF or SVG';

/**
 * The format of a picture that can be read.
 *
 * @throws AppError `image-empty`, `image-unknown`, `image-unsupported`
 */
export function requireReadable(bytes: Uint8Array): ImageFormat {
  if (bytes.byteLength === 0) throw new AppError('image-empty', 'The picture file is empty: it has no bytes at all.');
  const sniffed = sniffFormat(bytes);
  if (sniffed.kind === 'readable') return sniffed.format;
  if (sniffed.kind === 'unknown')
    throw new AppError('image-unknown', `This file is not a picture the studio knows. Use ${readableNames}.`);
  throw imageUnsupported(`It is a ${sniffed.name} file`);
}

/** @param why A sentence without its full stop. */
export function imageUnsupported(why: string, cause?: unknown): AppError {
  return new AppError(
    'image-unsupported',
    `The studio cannot read this picture. ${why}; save it as ${readableNames} and use that.`,
    { data: { why }, cause },
  );
}

export function imageTooLarge(width: number, height: number, maxPixels: number): AppError {
  const megapixels = (pixels: number) =>
    `${(pixels / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} megapixels`;
  return new AppError(
    'image-too-large',
    `The picture is ${width} × ${height} (${megapixels(width * height)}); the most that can be opened is ${megapixels(maxPixels)}. Make it smaller first.`,
    { data: { width, height, maxPixels } },
  );
}

/** Why the decoder gave up: the file was cut short, which the user can mend by copying it again, or is damaged inside. */
export function imageUnreadable(format: ImageFormat, bytes: Uint8Array, cause: unknown): AppError {
  const data = { format, sizeBytes: bytes.byteLength };
  if (isCutShort(format, bytes))
    return new AppError(
      'image-truncated',
      `The picture is incomplete: its ${format.toUpperCase()} data stops in the middle. Copy or download it again.`,
      { data, cause },
    );
  return new AppError(
    'image-unreadable',
    `The picture is damaged: its ${format.toUpperCase()} data cannot be decoded.`,
    {
      data,
      cause,
    },
  );
}

/** Whether a format's own end mark is missing. Those without one are never called cut short. */
function isCutShort(format: ImageFormat, bytes: Uint8Array): boolean {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (format) {
    case 'png':
      return !data.includes('IEND', -64, 'latin1');
    case 'jpeg':
      return !data.includes(Buffer.of(0xff, 0xd9), -64);
    case 'gif':
      return data.at(-1) !== 0x3b;
    case 'webp':
      return data.length < 12 || data.readUInt32LE(4) + 8 > data.length;
    case 'avif':
      return !isoBoxesFit(data);
    case 'svg':
      return !/<\/(?:\w+:)?svg\s*>|\/>/.test(data.toString('utf8').slice(-512));
    case 'tiff':
      return false;
  }
}

/** Whether every top-level box of an ISO media file lies within it. A size of 0 means "to the end". */
function isoBoxesFit(data: Buffer): boolean {
  let offset = 0;
  while (offset + 8 <= data.length) {
    const size = data.readUInt32BE(offset);
    if (size === 0) return true;
    if (size < 8) return size === 1;
    offset += size;
  }
  return offset === data.length;
}
