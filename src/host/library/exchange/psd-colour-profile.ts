import { deflateSync } from 'node:zlib';

import type { Raster } from '#raster/raster';
import { decodeImage } from '../../images/decode-image.ts';
import { encodeImage } from '../../images/encode-image.ts';
import { parseIccProfile } from '../../images/icc-profile.ts';
import { insertPngChunks } from '../../images/png-chunks.ts';
import { withAlpha } from './stored-pixels.ts';

// Adobe Photoshop File Formats Specification: a 26-byte header, the colour mode data with its length, then the image
// resources with theirs. A resource: "8BIM", u16 id, a padded Pascal name, u32 length, padded data; big endian.
const headerLength = 26;
const profileResource = 1039;

/** The colour profile of a PSD file that is not sRGB, or undefined: then its colours are taken for sRGB. */
export function psdColourProfile(file: Uint8Array): Buffer | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const profile = findResource(bytes, profileResource);
  const parsed = profile && parseIccProfile(profile);
  return parsed && parsed.space === 'RGB ' && !parsed.isSrgb ? profile : undefined;
}

/** Colours of a profile as sRGB. */
export async function fromColourProfile(
  raster: Raster,
  profile: Buffer,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<Raster> {
  const png = await encodeImage(raster, { format: 'png' }, { signal });
  const chunk = { type: 'iCCP', data: Buffer.concat([Buffer.from('profile\0\0', 'latin1'), deflateSync(profile)]) };
  return withAlpha((await decodeImage(insertPngChunks(png, [chunk]), { signal })).raster);
}

function findResource(bytes: Buffer, wanted: number): Buffer | undefined {
  if (bytes.length < headerLength + 8) return undefined;
  const resources = headerLength + 4 + bytes.readUInt32BE(headerLength);
  if (resources + 4 > bytes.length) return undefined;
  const end = Math.min(bytes.length, resources + 4 + bytes.readUInt32BE(resources));
  for (let at = resources + 4; at + 12 <= end;) {
    if (bytes.toString('latin1', at, at + 4) !== '8BIM') return undefined;
    const id = bytes.readUInt16BE(at + 4);
    const nameLength = bytes.readUInt8(at + 6) + 1;
    const data = at + 6 + nameLength + (nameLength % 2) + 4;
    if (data > end) return undefined;
    const length = bytes.readUInt32BE(data - 4);
    if (data + length > end) return undefined;
    if (id === wanted) return bytes.subarray(data, data + length);
    at = data + length + (length % 2);
  }
  return undefined;
}
