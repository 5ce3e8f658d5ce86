import { AppError } from '#base/app-error';

/** What every common file system can hold, in UTF-8 bytes (ext4, APFS; NTFS counts 255 UTF-16 units, which are fewer). */
const maxNameBytes = 255;
const maxPathBytes = 1024;
const longestExtensionKept = 16;

// Device names that Windows resolves in any folder and with any extension; the superscript digits count as digits.
const reservedOnWindows = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(?:\.|$)/i;
const forbiddenOnWindows = /[<>:"/\\|?*]/;
// Invisible characters that reorder or hide text, so that a name reads as something it is not ("exe" shown last).
const deceptive = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

/**
 * A file name made from whatever a person wrote (a prompt, a title), good on Windows, macOS and Linux alike: composed
 * Unicode, no separators, control or direction-changing characters, not reserved, no dot or space at the ends, and at
 * most 255 bytes, cut between visible characters and before the extension.
 *
 * @param fallback Used when nothing of `wanted` is left.
 */
export function safeFileName(
  wanted: string,
  { fallback = 'untitled', maxBytes = maxNameBytes }: { fallback?: string; maxBytes?: number } = {},
): string {
  const clean = wanted
    .toWellFormed()
    .normalize('NFC')
    .replace(new RegExp(deceptive, 'gu'), ' ')
    .replace(new RegExp(forbiddenOnWindows, 'g'), '-')
    .replace(/\s+/g, ' ')
    .replace(/^[ .]+|[ .]+$/g, '');
  const name = /[^-_ ]/.test(clean) ? clean : fallback;
  return shorten(reservedOnWindows.test(name) ? `_${name}` : name, maxBytes);
}

/**
 * The segments of a relative path that came from outside (a server, an archive), or an error: nothing that could leave
 * the folder it is meant for, name a device, or mean two things on two systems is let through. Segments are joined with
 * `/` in what is parsed.
 *
 * @throws AppError `path-unsafe`
 */
export function parseHostilePath(path: string): string[] {
  const refuse = (why: string) =>
    new AppError('path-unsafe', `The name ${JSON.stringify(path.slice(0, 200))} is refused because it ${why}.`, {
      data: { path: path.slice(0, maxPathBytes), why },
    });
  if (!path.isWellFormed()) throw refuse('is not valid Unicode');
  if (byteLength(path) > maxPathBytes) throw refuse(`is longer than ${maxPathBytes} bytes`);
  const segments = path.split('/');
  for (const segment of segments) {
    if (segment === '') throw refuse('is absolute or has an empty part');
    if (segment === '.' || segment === '..') throw refuse('points outside its folder');
    if (deceptive.test(segment)) throw refuse('has invisible characters');
    if (forbiddenOnWindows.test(segment)) throw refuse('has a character that file names may not have');
    if (reservedOnWindows.test(segment)) throw refuse('is reserved on Windows');
    if (/[. ]$/.test(segment)) throw refuse('ends in a dot or a space');
    if (byteLength(segment) > maxNameBytes) throw refuse(`has a part longer than ${maxNameBytes} bytes`);
  }
  return segments;
}

function shorten(name: string, maxBytes: number): string {
  if (byteLength(name) <= maxBytes) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && byteLength(name.slice(dot)) <= longestExtensionKept ? name.slice(dot) : '';
  const room = maxBytes - byteLength(extension);
  let stem = '';
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(name.slice(0, name.length - extension.length))) {
    used += byteLength(segment);
    if (used > room) break;
    stem += segment;
  }
  return `${stem.replace(/[ .]+$/, '')}${extension}`;
}

function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
