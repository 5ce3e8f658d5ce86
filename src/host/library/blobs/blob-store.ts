import { createHash, randomUUID, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import * as nodeFs from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { throwIfCancelled } from '#base/abort';
import { AppError } from '#base/app-error';
import type { BlobName } from '#shared/contract/job-request';
import { renameDurably, syncFolder, writeFileDurably } from '#files/durable-write';
import { fileError, systemCode } from '#files/file-error';
import type { LibraryFs } from '../library-fs.ts';

export interface BlobInfo {
  readonly name: BlobName;
  readonly sizeBytes: number;
}

export interface StoredBlob extends BlobInfo {
  /** When it was last put, by the clock of the time, in milliseconds since 1970. */
  readonly putAtMs: number;
}

interface PutOptions {
  readonly signal?: AbortSignal | undefined;
  /** The name it must turn out to have. */
  readonly expected?: BlobName | undefined;
  readonly maxBytes?: number | undefined;
}

/**
 * Immutable files named by the SHA-256 of their bytes, in 256 folders by the first two digits. Putting the same bytes
 * twice keeps one. A `put` that has resolved survives a power cut: bytes, name and folder are synced. Several processes
 * may put at once.
 *
 * What nothing refers to is set aside first, in `unused`, and deleted much later. Whoever asks for it in between gets it
 * back, so a sweep can never take what someone is about to use.
 */
export class BlobStore {
  readonly #folder: string;
  readonly #fs: LibraryFs;
  /** Put by this process: known to be there, and not to be swept, for whoever put them is about to refer to them. */
  readonly #putHere = new Set<BlobName>();

  private constructor(folder: string, fs: LibraryFs) {
    this.#folder = folder;
    this.#fs = fs;
  }

  /**
   * Makes the folders, all of them at once, so that a put later syncs only the folder it writes to.
   * @param readOnly Changes nothing; then only reading works.
   */
  static async open(
    folder: string,
    { fs = nodeFs, readOnly = false }: { fs?: LibraryFs; readOnly?: boolean } = {},
  ): Promise<BlobStore> {
    if (!readOnly) {
      await makeFolderDurably(folder, fs);
      const there = new Set((await readFolder(folder, fs)).map(({ name }) => name));
      for (const name of [incoming, unused, damagedFolder, ...shards])
        if (!there.has(name)) await fs.mkdir(join(folder, name));
      // Also when nothing was missing: whoever made them may have been killed before this.
      await syncFolder(folder, { fs });
    }
    return new BlobStore(folder, fs);
  }

  /**
   * Stores bytes and names them. A stream is hashed as it comes and takes its name at its end; if it fails, nothing stays.
   * @throws AppError `blob-mismatch` (not `expected`), `blob-too-large`, `disk-full`, `permission-denied`,
   *   `folder-read-only`, `cancelled`
   */
  async put(content: Uint8Array | AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<BlobInfo> {
    throwIfCancelled(options.signal);
    const info =
      content instanceof Uint8Array ? await this.#putBytes(content, options) : await this.#putStream(content, options);
    this.#putHere.add(info.name);
    return info;
  }

  /** Whether there is such a blob. */
  async has(name: BlobName): Promise<boolean> {
    return (await this.sizeOf(name)) !== undefined;
  }

  /** Whether there is such a blob; if so, no sweep takes it for the next while, so that it can be referred to. */
  async keep(name: BlobName): Promise<boolean> {
    if (this.#putHere.has(name)) return true;
    if (!(await this.has(name))) return false;
    const now = new Date();
    try {
      await this.#fs.utimes(this.pathOf(name), now, now);
      // Whoever put it may have been killed before the name was synced.
      await syncFolder(dirname(this.pathOf(name)), { fs: this.#fs });
    } catch {
      // On a read-only disk nothing is swept, and nothing can refer to it anew.
    }
    return true;
  }

  /** Size in bytes, or undefined when there is no such blob. */
  async sizeOf(name: BlobName): Promise<number | undefined> {
    const stored = (await this.#stat(name)) ?? ((await this.#bringBack(name)) ? await this.#stat(name) : undefined);
    return stored?.sizeBytes;
  }

  /**
   * The whole blob, checked against its name.
   * @throws AppError `blob-missing`, `blob-damaged`
   */
  async read(name: BlobName): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.stream(name)) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    if (sha256(bytes) !== name) throw damaged(name);
    return bytes;
  }

  /**
   * A range of the blob in pieces of at most 1 MiB, `end` excluded; unchecked, since a part has no name.
   * @throws AppError `blob-missing`
   */
  async *stream(name: BlobName, { start = 0, end = Infinity, signal }: RangeOptions = {}): AsyncGenerator<Buffer> {
    const file = await this.#open(name);
    try {
      for (let at = start; at < end;) {
        throwIfCancelled(signal);
        const piece = Buffer.allocUnsafe(Math.min(pieceBytes, end - at));
        const { bytesRead } = await file.read(piece, 0, piece.length, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield piece.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  /** Where the file is, for codecs that want a path. It must not be written to. */
  pathOf(name: BlobName): string {
    return join(this.#folder, name.slice(0, 2), name);
  }

  /** Whether the bytes still are what the name says; false also when the blob is missing. */
  async verify(name: BlobName, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<boolean> {
    const hash = createHash('sha256');
    try {
      for await (const piece of this.stream(name, { signal })) hash.update(piece);
    } catch (error) {
      if (error instanceof AppError && error.code === 'blob-missing') return false;
      throw error;
    }
    return hash.digest('hex') === name;
  }

  /** Every blob in use as far as anyone knows, in no order. */
  async *list(): AsyncGenerator<StoredBlob> {
    for (const shard of shards) yield* this.#listFolder(join(this.#folder, shard));
  }

  /** Every blob that was set aside, with the time at which it was. */
  async *listUnused(): AsyncGenerator<StoredBlob> {
    yield* this.#listFolder(join(this.#folder, unused));
  }

  /** Whether this process has put it since it started. */
  wasPutHere(name: BlobName): boolean {
    return this.#putHere.has(name);
  }

  /** Sets aside a blob that nothing refers to. */
  async setAside(name: BlobName): Promise<void> {
    const aside = join(this.#folder, unused, name);
    await this.#fs.rename(this.pathOf(name), aside);
    const now = new Date();
    await this.#fs.utimes(aside, now, now);
  }

  /** Deletes a blob that was set aside, for good. */
  async removeUnused(name: BlobName): Promise<void> {
    await this.#fs.rm(join(this.#folder, unused, name), { force: true });
  }

  /** Sets aside, in `damaged`, a blob whose bytes are not what its name says: putting it again heals it. */
  async setDamagedAside(name: BlobName): Promise<void> {
    this.#putHere.delete(name);
    await this.#fs.rename(this.pathOf(name), join(this.#folder, damagedFolder, name));
  }

  /** What interrupted streams have left, last written before a time. */
  async leftovers(beforeMs: number): Promise<string[]> {
    const paths = (await readFolder(join(this.#folder, incoming), this.#fs)).map(({ name }) =>
      join(this.#folder, incoming, name),
    );
    const old: string[] = [];
    for (const path of paths) if ((await this.#fs.lstat(path)).mtimeMs < beforeMs) old.push(path);
    return old;
  }

  /** Moves a blob back that was set aside; false when there is none. */
  async #bringBack(name: BlobName): Promise<boolean> {
    try {
      await renameDurably(join(this.#folder, unused, name), this.pathOf(name), { fs: this.#fs });
      return true;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return false;
      throw fileError(error, this.pathOf(name), 'bring a picture back');
    }
  }

  async *#listFolder(folder: string): AsyncGenerator<StoredBlob> {
    for (const { name } of await readFolder(folder, this.#fs)) {
      if (!/^[0-9a-f]{64}$/.test(name)) continue;
      const stored = await statBlob(join(folder, name), this.#fs);
      if (stored) yield { ...stored, name: name as BlobName };
    }
  }

  async #putBytes(bytes: Uint8Array, { expected, maxBytes = Infinity }: PutOptions): Promise<BlobInfo> {
    if (bytes.length > maxBytes) throw tooLarge(maxBytes);
    const name = sha256(bytes);
    checkExpected(name, expected);
    if (!(await this.#keepExisting(name, bytes.length))) {
      await writeFileDurably(this.pathOf(name), bytes, { fs: this.#fs });
    }
    return { name, sizeBytes: bytes.length };
  }

  async #putStream(
    pieces: AsyncIterable<Uint8Array>,
    { expected, maxBytes = Infinity, signal }: PutOptions,
  ): Promise<BlobInfo> {
    const temporary = join(this.#folder, incoming, randomUUID());
    const hash = createHash('sha256');
    let sizeBytes = 0;
    try {
      const file = await this.#fs.open(temporary, 'wx');
      try {
        for await (const piece of pieces) {
          throwIfCancelled(signal);
          if (sizeBytes + piece.length > maxBytes) throw tooLarge(maxBytes);
          hash.update(piece);
          for (let done = 0; done < piece.length;) {
            done += (await file.write(piece, done, piece.length - done, sizeBytes + done)).bytesWritten;
          }
          sizeBytes += piece.length;
        }
        await file.sync();
      } finally {
        await file.close();
      }
      const name = nameFrom(hash);
      checkExpected(name, expected);
      if (await this.#keepExisting(name, sizeBytes)) {
        await this.#fs.rm(temporary, { force: true });
      } else {
        await renameDurably(temporary, this.pathOf(name), { fs: this.#fs });
      }
      return { name, sizeBytes };
    } catch (error) {
      await this.#fs.rm(temporary, { force: true }).catch(() => undefined);
      throw fileError(error, this.#folder, 'store a file');
    }
  }

  /** Whether the blob is there already with its full length. A file of another length is damaged and will be replaced. */
  async #keepExisting(name: BlobName, sizeBytes: number): Promise<boolean> {
    return (await this.sizeOf(name)) === sizeBytes && this.keep(name);
  }

  async #stat(name: BlobName): Promise<StoredBlob | undefined> {
    const stored = await statBlob(this.pathOf(name), this.#fs);
    return stored && { ...stored, name };
  }

  async #open(name: BlobName): Promise<nodeFs.FileHandle> {
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
    const open = () => this.#fs.open(this.pathOf(name), flags);
    try {
      return await open().catch(async (error: unknown) => {
        if (systemCode(error) === 'ENOENT' && (await this.#bringBack(name))) return open();
        throw error;
      });
    } catch (error) {
      if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ELOOP') throw missing(name);
      throw fileError(error, this.pathOf(name), 'read a picture');
    }
  }
}

interface RangeOptions {
  readonly start?: number;
  readonly end?: number;
  readonly signal?: AbortSignal | undefined;
}

const pieceBytes = 1 << 20;
const incoming = 'incoming';
const unused = 'unused';
const damagedFolder = 'damaged';
const shards = Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'));

/** The name that bytes have. */
export function sha256(bytes: Uint8Array): BlobName {
  return nameFrom(createHash('sha256').update(bytes));
}

async function statBlob(path: string, fs: LibraryFs): Promise<Omit<StoredBlob, 'name'> | undefined> {
  try {
    // A link is no blob: following it would let one who can write here show us any file of the user's.
    const found = await fs.lstat(path);
    return found.isFile() ? { sizeBytes: found.size, putAtMs: found.mtimeMs } : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileError(error, path, 'look for a picture');
  }
}

/** Makes a folder whose name survives a power cut; its parents too. */
export async function makeFolderDurably(folder: string, fs: LibraryFs): Promise<void> {
  try {
    const first = (await fs.mkdir(folder, { recursive: true })) ?? folder;
    for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made), { fs });
  } catch (error) {
    throw fileError(error, folder, 'make a folder');
  }
}

/** What is in a folder; nothing when there is no folder. */
export async function readFolder(folder: string, fs: LibraryFs) {
  try {
    return await fs.readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw fileError(error, folder, 'list a folder');
  }
}

const nameFrom = (hash: Hash): BlobName => hash.digest('hex') as BlobName;

function checkExpected(name: BlobName, expected: BlobName | undefined): void {
  if (expected === undefined || expected === name) return;
  throw new AppError('blob-mismatch', 'The file arrived changed: send it again.', { data: { expected, name } });
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('blob-too-large', 'The file is larger than what is accepted here.', { data: { maxBytes } });
}

function missing(name: BlobName): AppError {
  return new AppError('blob-missing', 'A picture that belongs here is missing: run "studio doctor" to see which.', {
    data: { name },
  });
}

function damaged(name: BlobName): AppError {
  return new AppError('blob-damaged', 'A picture is damaged on the disk: run "studio doctor" to see which.', {
    data: { name },
  });
}
