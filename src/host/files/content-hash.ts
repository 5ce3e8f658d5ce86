import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

import { throwIfCancelled } from '#base/abort';

/** SHA-256 of a file's bytes in lower-case hex, read in pieces. */
export async function sha256OfFile(
  path: string,
  { signal, onBytes }: { signal?: AbortSignal | undefined; onBytes?: ((count: number) => void) | undefined } = {},
): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    throwIfCancelled(signal);
    hash.update(piece);
    onBytes?.(piece.length);
  }
  return hash.digest('hex');
}
