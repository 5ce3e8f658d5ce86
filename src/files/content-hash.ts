import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

import { throwIfCancelled } from '#base/abort';

/** `git-sha1` is the name that git gives a file's content. */
export type HashAlgorithm = 'sha256' | 'git-sha1';

/** What a file's content must hash to; lower-case hex. */
export interface Checksum {
  readonly algorithm: HashAlgorithm;
  readonly hex: string;
}

/** A hash to be fed with the bytes of a file of `sizeBytes`. */
export function startHash(algorithm: HashAlgorithm, sizeBytes: number): Hash {
  // Git hashes the bytes with "blob SIZE" and a zero in front.
  return algorithm === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${sizeBytes}\0`);
}

interface HashFileOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of bytes of each piece as it is read. */
  readonly onBytes?: ((count: number) => void) | undefined;
}

/** SHA-256 of a file's bytes in lower-case hex, read in pieces. */
export function sha256OfFile(path: string, options: HashFileOptions = {}): Promise<string> {
  return feed(createHash('sha256'), path, options);
}

/** Whether a file's content is what it should be. The caller knows its size. */
export async function matchesChecksum(
  path: string,
  { algorithm, hex }: Checksum,
  sizeBytes: number,
  options: HashFileOptions = {},
): Promise<boolean> {
  return (await feed(startHash(algorithm, sizeBytes), path, options)) === hex;
}

async function feed(hash: Hash, path: string, { signal, onBytes }: HashFileOptions): Promise<string> {
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    throwIfCancelled(signal);
    hash.update(piece);
    onBytes?.(piece.length);
  }
  return hash.digest('hex');
}
