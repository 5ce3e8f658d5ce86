/** What of an ICC profile matters for reading a picture. */
export interface IccProfile {
  /** The profile's own description, e.g. "Display P3"; empty if it has none. */
  readonly name: string;
  /** The colour space of the samples it describes: `RGB `, `GRAY`, `CMYK`, `Lab ` … (four characters, as stored). */
  readonly space: string;
  /** Whether it says what an untagged picture means anyway, so that converting would only add rounding errors. */
  readonly isSrgb: boolean;
}

const headerBytes = 128;
const tagEntryBytes = 12;
const maxTags = 200;

/**
 * Reads a profile (ICC.1:2022, versions 2 and 4) far enough to name it and to see whether it can be used. Undefined when
 * it is damaged: then the picture is read as sRGB.
 */
export function parseIccProfile(bytes: Uint8Array): IccProfile | undefined {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (data.length < headerBytes + 4 || data.readUInt32BE(0) > data.length) return undefined;
  if (data.toString('latin1', 36, 40) !== 'acsp') return undefined;
  const tags = readTags(data);
  if (tags === undefined) return undefined;
  const space = data.toString('latin1', 16, 20);
  const curves = space === 'GRAY' ? ['kTRC'] : [...Object.keys(srgbColorants), 'rTRC', 'gTRC', 'bTRC'];
  const canConvert = tags.has('A2B0') || curves.every((name) => tags.has(name));
  if (!canConvert) return undefined;
  return { name: readText(tags.get('desc')), space, isSrgb: space === 'RGB ' && isSrgb(tags) };
}

function readTags(data: Buffer): Map<string, Buffer> | undefined {
  const count = data.readUInt32BE(headerBytes);
  const tableEnd = headerBytes + 4 + count * tagEntryBytes;
  if (count > maxTags || tableEnd > data.length) return undefined;
  const tags = new Map<string, Buffer>();
  for (let entry = headerBytes + 4; entry < tableEnd; entry += tagEntryBytes) {
    const offset = data.readUInt32BE(entry + 4);
    const size = data.readUInt32BE(entry + 8);
    if (offset + size > data.length) return undefined;
    tags.set(data.toString('latin1', entry, entry + 4), data.subarray(offset, offset + size));
  }
  return tags;
}

/** A `desc` tag: ASCII in version 2, the first of several languages in UTF-16BE in version 4. */
function readText(tag: Buffer | undefined): string {
  if (tag === undefined || tag.length < 12) return '';
  const type = tag.toString('latin1', 0, 4);
  if (type === 'desc') {
    const text = tag.toString('latin1', 12, Math.min(12 + tag.readUInt32BE(8), tag.length));
    return text.replace(/\0.*$/s, '').trim();
  }
  if (type !== 'mluc' || tag.length < 28) return '';
  const size = tag.readUInt32BE(20);
  const offset = tag.readUInt32BE(24);
  if (offset + size > tag.length) return '';
  const units = Buffer.from(tag.subarray(offset, offset + (size & ~1)));
  return units.swap16().toString('utf16le').replace(/\0.*$/s, '').trim();
}

/** sRGB's primaries adapted to D50, as profiles store them (IEC 61966-2-1; rounded differently by every maker). */
const srgbColorants = { rXYZ: [0.436, 0.2225, 0.0139], gXYZ: [0.3851, 0.7169, 0.0971], bXYZ: [0.1431, 0.0606, 0.7141] };
const colorantTolerance = 0.002;
/** A quarter of an 8-bit step: what is nearer moves no 8-bit value by more than rounding does. */
const curveTolerance = 0.25 / 255;

function isSrgb(tags: ReadonlyMap<string, Buffer>): boolean {
  if (tags.has('A2B0')) return false;
  const colorantsMatch = Object.entries(srgbColorants).every(([name, expected]) => {
    const tag = tags.get(name);
    if (tag === undefined || tag.length < 20) return false;
    return expected.every(
      (value, axis) => Math.abs(tag.readInt32BE(8 + 4 * axis) / 65_536 - value) < colorantTolerance,
    );
  });
  return colorantsMatch && ['rTRC', 'gTRC', 'bTRC'].every((name) => isSrgbCurve(tags.get(name)));
}

function isSrgbCurve(tag: Buffer | undefined): boolean {
  const curve = tag && readCurve(tag);
  if (curve === undefined) return false;
  for (let step = 0; step <= 32; step += 1) {
    const encoded = step / 32;
    const isDark = encoded <= 0.040_45;
    const linear = isDark ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
    const slope = isDark ? 1 / 12.92 : (2.4 / 1.055) * ((encoded + 0.055) / 1.055) ** 1.4;
    if (Math.abs(curve(encoded) - linear) > curveTolerance * slope) return false;
  }
  return true;
}

type Curve = (encoded: number) => number;

/** A tone curve from encoded to linear, both 0 to 1: a table, or the two formulas that sRGB profiles use. */
function readCurve(tag: Buffer): Curve | undefined {
  if (tag.length < 12) return undefined;
  const type = tag.toString('latin1', 0, 4);
  if (type === 'curv') {
    const count = tag.readUInt32BE(8);
    if (count < 2 || tag.length < 12 + 2 * count) return undefined;
    return (encoded) => {
      const position = encoded * (count - 1);
      const low = Math.min(Math.floor(position), count - 2);
      const at = (index: number) => tag.readUInt16BE(12 + 2 * index) / 65_535;
      return at(low) + (position - low) * (at(low + 1) - at(low));
    };
  }
  // Type 3: ((a·x + b)^g above d, c·x below.
  if (type !== 'para' || tag.readUInt16BE(8) !== 3 || tag.length < 32) return undefined;
  const [g = 0, a = 0, b = 0, c = 0, d = 0] = Array.from({ length: 5 }, (_, i) => tag.readInt32BE(12 + 4 * i) / 65_536);
  return (encoded) => (encoded >= d ? (a * encoded + b) ** g : c * encoded);
}
