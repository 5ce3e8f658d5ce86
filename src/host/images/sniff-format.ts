/** What the studio reads as a picture. */
export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'avif' | 'tiff' | 'gif' | 'svg';

export type Sniffed =
  | { readonly kind: 'readable'; readonly format: ImageFormat }
  /** A picture of a kind that is recognised by name, and not read here. */
  | { readonly kind: 'foreign'; readonly name: string }
  | { readonly kind: 'unknown' };

/** How much of the start is looked at. */
const sniffBytes = 4096;

const readable = (format: ImageFormat): Sniffed => ({ kind: 'readable', format });
const foreign = (name: string): Sniffed => ({ kind: 'foreign', name });

/** Leading bytes as Latin-1 text, and what they say. The first match counts. */
const signatures: readonly (readonly [start: string, sniffed: Sniffed])[] = [
  ['\x89PNG\r\n\x1a\n', readable('png')],
  ['\xff\xd8\xff', readable('jpeg')],
  ['GIF87a', readable('gif')],
  ['GIF89a', readable('gif')],
  ['II*\0', readable('tiff')],
  ['MM\0*', readable('tiff')],
  // BigTIFF
  ['II+\0', readable('tiff')],
  ['MM\0+', readable('tiff')],
  ['8BPS', foreign('Photoshop (PSD)')],
  ['BM', foreign('BMP')],
  ['%PDF-', foreign('PDF')],
  ['\xff\x0a', foreign('JPEG XL')],
  ['\0\0\0\x0cJXL ', foreign('JPEG XL')],
  ['\0\0\0\x0cjP  ', foreign('JPEG 2000')],
  ['\0\0\x01\0', foreign('icon (ICO)')],
  ['v/1\x01', foreign('OpenEXR')],
  ['#?RADIANCE', foreign('Radiance HDR')],
  ['gimp xcf', foreign('GIMP (XCF)')],
  ['\x1f\x8b', foreign('gzip-compressed')],
];

/** Tells a picture's format from its first bytes. File names lie, and so do the types that browsers and servers give. */
export function sniffFormat(bytes: Uint8Array): Sniffed {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, sniffBytes));
  const text = head.toString('latin1');
  const known = signatures.find(([start]) => text.startsWith(start));
  if (known) return known[1];
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return readable('webp');
  if (text.startsWith('ftyp', 4)) return sniffIsoMedia(text, head);
  return isSvg(head) ? readable('svg') : { kind: 'unknown' };
}

/** AVIF and HEIC share a container and differ in the brands it declares (ISO/IEC 14496-12 §4.3). */
function sniffIsoMedia(text: string, head: Buffer): Sniffed {
  const boxBytes = Math.min(head.readUInt32BE(0), head.length);
  const brands: string[] = [];
  for (let offset = 8; offset + 4 <= boxBytes; offset += 4) brands.push(text.slice(offset, offset + 4));
  if (brands.includes('avif') || brands.includes('avis')) return readable('avif');
  if (brands.some((brand) => ['heic', 'heix', 'hevc', 'hevx', 'mif1', 'msf1'].includes(brand))) return foreign('HEIC');
  return foreign('video');
}

/** An SVG's root element comes after nothing but a byte-order mark, declarations, comments and space. */
function isSvg(head: Buffer): boolean {
  const text = head.toString('utf8').replace(/^\ufeff/, '');
  return /^\s*(?:<\?[^]*?\?>\s*|<!--[^]*?-->\s*|<!DOCTYPE\s+svg[^>[]*(?:\[[^\]]*\])?[^>]*>\s*)*<(?:\w+:)?svg[\s>/]/i.test(
    text,
  );
}
