import { open, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';

import { ZipFile } from 'yazl';

import { throwIfCancelled } from '#base/abort';
import { renameDurably, temporaryPathBeside } from '#files/durable-write';
import { fileError } from '#files/file-error';

/** One file of an archive: its bytes, or where they come from when its turn comes. */
export interface ZipContent {
  readonly name: string;
  readonly content: Uint8Array | (() => AsyncIterable<Uint8Array>);
  /** Pictures and packed tiles gain nothing. */
  readonly compress?: boolean;
}

/** 1980-01-01, the earliest that a zip can say: the same content makes the same archive. */
const noTime = new Date(1980, 0, 1);

/**
 * Writes an archive to a path, in one step: whoever looks sees the old file or the whole new one.
 * @throws AppError `disk-full`, `permission-denied`, `folder-read-only`, `cancelled`
 */
export async function writeZip(
  path: string,
  contents: Iterable<ZipContent>,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const temporary = temporaryPathBeside(path);
  try {
    const file = await open(temporary, 'wx');
    try {
      for await (const piece of zipStream(contents)) {
        throwIfCancelled(signal);
        for (let done = 0; done < piece.length;) done += (await file.write(piece, done)).bytesWritten;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await renameDurably(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError(error, path, 'save the file');
  }
}

/** An archive in memory. */
export async function zipBytes(contents: Iterable<ZipContent>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of zipStream(contents)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* zipStream(contents: Iterable<ZipContent>): AsyncGenerator<Buffer> {
  const zip = new ZipFile();
  // A source that fails is reported on the archive, and nobody would end the stream.
  const output = Readable.from(zip.outputStream as AsyncIterable<Buffer>);
  zip.on('error', (error: Error) => output.destroy(error));
  for (const { name, content, compress = false } of contents) {
    const options = { mtime: noTime, mode: 0o100_644, compress, forceDosTimestamp: true };
    if (content instanceof Uint8Array) {
      zip.addBuffer(Buffer.from(content.buffer, content.byteOffset, content.byteLength), name, options);
    } else {
      zip.addReadStreamLazy(name, options, (use) => {
        const source = Readable.from(content());
        source.on('error', (error) => output.destroy(error));
        use(null, source);
      });
    }
  }
  zip.end();
  for await (const piece of output) yield piece as Buffer;
}
