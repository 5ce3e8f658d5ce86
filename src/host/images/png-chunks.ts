import { crc32 } from 'node:zlib';

import { assert } from '#base/assert';

/** One chunk of a PNG file (PNG Specification, third edition, §5.3). */
export interface PngChunk {
  /** Four letters, whose case has meaning: a lower-case first one may be skipped. */
  readonly type: string;
  readonly data: Uint8Array;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const frameBytes = 12;
/** Real files have dozens; one with more was made to waste time. */
const maxChunks = 20_000;

/**
 * The chunks of a PNG in order, as views of `bytes`. What is damaged (a wrong checksum) is left out, and reading ends
 * where the structure does: for finding metadata in files that nobody vouches for. Empty if it is no PNG.
 */
export function readPngChunks(bytes: Uint8Array): PngChunk[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: PngChunk[] = [];
  if (!file.subarray(0, signature.length).equals(signature)) return chunks;
  let at = signature.length;
  for (let seen = 0; seen < maxChunks && at + frameBytes <= file.length; seen += 1) {
    const length = file.readUInt32BE(at);
    const end = at + frameBytes + length;
    if (end > file.length) break;
    const type = file.toString('latin1', at + 4, at + 8);
    if (crc32(file.subarray(at + 4, end - 4)) === file.readUInt32BE(end - 4))
      chunks.push({ type, data: file.subarray(at + 8, end - 4) });
    if (type === 'IEND') break;
    at = end;
  }
  return chunks;
}

export function writePng(chunks: readonly PngChunk[]): Uint8Array {
  return new Uint8Array(Buffer.concat([signature, ...chunks.map(frame)]));
}

/**
 * Adds chunks to an encoded PNG right after its header, in front of the pixels, so that a reader finds them first. Every
 * other byte stays as it is.
 */
export function insertPngChunks(png: Uint8Array, added: readonly PngChunk[]): Uint8Array {
  const [header, ...rest] = readPngChunks(png);
  assert(header?.type === 'IHDR' && rest.at(-1)?.type === 'IEND', 'only a whole PNG can take chunks');
  return writePng([header, ...added, ...rest]);
}

function frame({ type, data }: PngChunk): Buffer {
  const framed = Buffer.alloc(frameBytes + data.length);
  framed.writeUInt32BE(data.length, 0);
  framed.write(type, 4, 'latin1');
  framed.set(data, 8);
  framed.writeUInt32BE(crc32(framed.subarray(4, -4)), framed.length - 4);
  return framed;
}
