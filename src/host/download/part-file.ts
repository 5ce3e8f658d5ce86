import type { Hash } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { z } from 'zod';

import { throwIfCancelled } from '#base/abort';

import { type Checksum, startHash } from '#files/content-hash';
import { renameDurably, writeFileDurably } from '#files/durable-write';

/** A file on a server, as far as its list tells. */
export interface RemoteFile {
  readonly url: string;
  readonly sizeBytes: number | undefined;
  readonly checksum: Checksum | undefined;
}

/** What stands beside a part, so that the next process knows what it is a part of. */
const zSidecar = z.object({
  version: z.literal(1),
  url: z.string(),
  sizeBytes: z.int().min(0).optional(),
  checksum: z.object({ algorithm: z.enum(['sha256', 'git-sha1']), hex: z.string() }).optional(),
  /** Strong entity tag of the answer the bytes came from. */
  etag: z.string().optional(),
});
type Sidecar = z.infer<typeof zSidecar>;

interface TakeUpOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of bytes of an old part, as they are read again. */
  readonly onKept?: ((bytes: number) => void) | undefined;
}

const readPieceBytes = 1 << 20;
const maxUnwrittenBytes = 8 << 20;

/**
 * A download in progress: `NAME.part` with the bytes so far and `NAME.part.json` saying of what. Both survive the process,
 * however it ends. The checksum is computed as bytes arrive; for bytes from before it is computed again when opening.
 */
export class PartFile {
  readonly #destination: string;
  readonly #remote: RemoteFile;
  readonly #file: FileHandle;
  #hash: Hash;
  #sidecar: Sidecar;
  #lengthBytes = 0;
  readonly #unwritten: Uint8Array[] = [];
  #unwrittenBytes = 0;
  #writing: Promise<void> | undefined;
  #writeError: Error | undefined;

  private constructor(destination: string, remote: RemoteFile, file: FileHandle, sidecar: Sidecar) {
    this.#destination = destination;
    this.#remote = remote;
    this.#file = file;
    this.#sidecar = sidecar;
    this.#hash = newHash(remote);
  }

  /**
   * Goes on with the part that is there if it is of the same file, and starts anew otherwise.
   */
  static async open(
    destination: string,
    remote: RemoteFile,
    { signal, onKept }: TakeUpOptions = {},
  ): Promise<PartFile> {
    await mkdir(dirname(destination), { recursive: true });
    const old = await readSidecar(sidecarPath(destination));
    // In append mode writes go to the end, also after the file was cut.
    const file = await open(partPath(destination), 'a+');
    try {
      const { size } = await file.stat();
      // A part that is longer than the file is not a beginning of it.
      const isBeginning = old !== undefined && describesSame(old, remote) && size <= (remote.sizeBytes ?? size);
      const part = new PartFile(destination, remote, file, isBeginning ? old : newSidecar(remote));
      if (isBeginning) await part.#takeUp(size, { signal, onKept });
      else await file.truncate(0);
      return part;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  /** The entity tag of the answer that the bytes so far came from, if it had a strong one. */
  get etag(): string | undefined {
    return this.#sidecar.etag;
  }

  /** To be called before the first byte of an answer, so that the part never stands without its description. */
  async begin(etag: string | undefined): Promise<void> {
    this.#sidecar = { ...newSidecar(this.#remote), ...(etag === undefined ? {} : { etag }) };
    await writeFileDurably(sidecarPath(this.#destination), JSON.stringify(this.#sidecar));
  }

  /**
   * Takes over the bytes, which the caller must not change any more. They are written while the next ones arrive, and
   * together with them where the disk is the slower one; this waits only when too many are waiting.
   */
  async append(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    this.#lengthBytes += bytes.length;
    this.#unwritten.push(bytes);
    this.#unwrittenBytes += bytes.length;
    this.#writing ??= this.#write();
    if (this.#unwrittenBytes > maxUnwrittenBytes || this.#writeError !== undefined) await this.#flush();
  }

  /** Throws away all bytes. */
  async reset(): Promise<void> {
    await this.#flush();
    if (this.#lengthBytes > 0) await this.#file.truncate(0);
    this.#hash = newHash(this.#remote);
    this.#lengthBytes = 0;
    this.#sidecar = newSidecar(this.#remote);
  }

  /** Whether the bytes are those the list promised, as far as it did. */
  isRight(): boolean {
    const { sizeBytes, checksum } = this.#remote;
    if (sizeBytes !== undefined && sizeBytes !== this.#lengthBytes) return false;
    return checksum === undefined || this.#hash.copy().digest('hex') === checksum.hex;
  }

  /** Gives the finished file its name, in one step that survives a power cut. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#file.sync();
    await this.#file.close();
    await renameDurably(partPath(this.#destination), this.#destination);
    await rm(sidecarPath(this.#destination), { force: true });
  }

  /** Leaves the part for next time. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  /** Writes until nothing is left to write. Never rejects: `#flush` tells what went wrong. */
  async #write(): Promise<void> {
    try {
      while (this.#unwritten.length > 0) {
        const pieces = this.#unwritten.splice(0);
        this.#unwrittenBytes = 0;
        await this.#file.appendFile(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));
      }
    } catch (error) {
      this.#writeError = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#writing = undefined;
    }
  }

  async #flush(): Promise<void> {
    await this.#writing;
    if (this.#writeError !== undefined) throw this.#writeError;
  }

  async #takeUp(size: number, { signal, onKept }: TakeUpOptions): Promise<void> {
    const piece = Buffer.alloc(Math.min(readPieceBytes, size));
    while (this.#lengthBytes < size) {
      throwIfCancelled(signal);
      const { bytesRead } = await this.#file.read(piece, 0, piece.length, this.#lengthBytes);
      if (bytesRead === 0) break;
      this.#hash.update(piece.subarray(0, bytesRead));
      this.#lengthBytes += bytesRead;
      onKept?.(bytesRead);
    }
  }
}

function partPath(destination: string): string {
  return `${destination}.part`;
}

function sidecarPath(destination: string): string {
  return `${destination}.part.json`;
}

async function readSidecar(path: string): Promise<Sidecar | undefined> {
  try {
    return zSidecar.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Missing or damaged: then the part beside it is of nothing known.
    return undefined;
  }
}

function newSidecar({ url, sizeBytes, checksum }: RemoteFile): Sidecar {
  return { version: 1, url, ...(sizeBytes === undefined ? {} : { sizeBytes }), ...(checksum ? { checksum } : {}) };
}

/** Same content by checksum, wherever it comes from; without one, by address and a tag that a server can be held to. */
function describesSame(old: Sidecar, { url, sizeBytes, checksum }: RemoteFile): boolean {
  if (old.sizeBytes !== sizeBytes) return false;
  if (checksum === undefined || old.checksum === undefined)
    return checksum === old.checksum && old.url === url && old.etag !== undefined;
  return old.checksum.algorithm === checksum.algorithm && old.checksum.hex === checksum.hex;
}

function newHash({ checksum, sizeBytes = 0 }: RemoteFile): Hash {
  return startHash(checksum?.algorithm ?? 'sha256', sizeBytes);
}
