import type { Readable } from 'node:stream';

import { fromBufferPromise, openPromise, type Entry, type ZipFile } from 'yauzl';

import { AppError } from '#base/app-error';
import { fileError } from '#files/file-error';
import { parseHostilePath } from '#files/safe-name';

export interface ZipLimits {
  readonly maxEntries: number;
  /** Of everything in it, unpacked. */
  readonly maxTotalBytes: number;
}

const stored = 0;
const deflated = 8;
const fileTypeMask = 0o170_000;
const linkType = 0o120_000;
/** An archive that unpacks to more than this may not unpack to more than a hundred times its own size. */
const suspiciousBytes = 1 << 26;
const suspiciousRatio = 100;

/**
 * A zip archive that somebody else made. Its table of contents is checked whole before anything is unpacked: names that
 * could leave a folder, links, doubled or overlapping entries, encryption, and bombs are refused. Nothing of it is ever
 * written under a name of its own.
 */
export class ZipArchive {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#zip = zip;
    this.#entries = entries;
  }

  /**
   * @param source A file's path, or its bytes.
   * @throws AppError `archive-invalid`, `archive-unsafe`, `path-unsafe`, `file-missing`, `permission-denied`
   */
  static async open(source: string | Uint8Array, limits: ZipLimits): Promise<ZipArchive> {
    let zip: ZipFile | undefined;
    try {
      const options = { lazyEntries: true, autoClose: false, strictFileNames: true };
      zip = await (typeof source === 'string'
        ? openPromise(source, options)
        : fromBufferPromise(asBuffer(source), options));
      return new ZipArchive(zip, await checkedEntries(zip, limits));
    } catch (error) {
      zip?.close();
      throw typeof source === 'string' ? invalid(fileError(error, source, 'open the archive')) : invalid(error);
    }
  }

  /** Names of files, as they are in the archive. */
  names(): string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Unpacked sizes of all files. */
  get totalBytes(): number {
    let total = 0;
    for (const entry of this.#entries.values()) total += entry.uncompressedSize;
    return total;
  }

  /** @throws AppError `archive-invalid` when it is missing, larger than `maxBytes`, or not of the size and checksum it says */
  async read(name: string, { maxBytes }: { maxBytes: number }): Promise<Buffer> {
    const entry = this.#entry(name);
    if (entry.uncompressedSize > maxBytes) throw unsafe(`${name} is too large`);
    const pieces: Buffer[] = [];
    for await (const piece of this.stream(name)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async *stream(name: string): AsyncGenerator<Buffer> {
    let stream: Readable | undefined;
    try {
      stream = await this.#zip.openReadStreamPromise(this.#entry(name));
      for await (const piece of stream) yield piece as Buffer;
    } catch (error) {
      throw invalid(error);
    } finally {
      stream?.destroy();
    }
  }

  close(): void {
    this.#zip.close();
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw invalid(new Error(`${name} is missing`));
    return entry;
  }
}

async function checkedEntries(zip: ZipFile, limits: ZipLimits): Promise<Map<string, Entry>> {
  if (zip.entryCount > limits.maxEntries) throw unsafe(`it has ${zip.entryCount} entries`);
  const entries = new Map<string, Entry>();
  const seen = new Set<string>();
  let packedBytes = 0;
  let totalBytes = 0;
  for await (const entry of zip.eachEntry()) {
    const isFolder = entry.fileName.endsWith('/');
    const name = parseHostilePath(isFolder ? entry.fileName.slice(0, -1) : entry.fileName).join('/');
    // Two names that one file system takes for the same are two meanings of one archive.
    const key = name.normalize('NFC').toLowerCase();
    if (seen.has(key)) throw unsafe(`${name} is in it twice`);
    seen.add(key);
    if (((entry.externalFileAttributes >>> 16) & fileTypeMask) === linkType) throw unsafe(`${name} is a link`);
    if (entry.isEncrypted()) throw unsafe('it is encrypted');
    if (entry.compressionMethod !== stored && entry.compressionMethod !== deflated) {
      throw unsafe(`${name} is packed in a way that is not read`);
    }
    packedBytes += entry.compressedSize;
    totalBytes += entry.uncompressedSize;
    if (totalBytes > limits.maxTotalBytes) throw unsafe('it unpacks to too much');
    if (!isFolder) entries.set(name, entry);
  }
  // Entries that share their bytes add up to more than the file has.
  if (packedBytes > zip.fileSize) throw unsafe('its entries overlap');
  if (totalBytes > suspiciousBytes && totalBytes > suspiciousRatio * zip.fileSize) {
    throw unsafe('it unpacks to a hundred times its size');
  }
  return entries;
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function unsafe(why: string): AppError {
  return new AppError('archive-unsafe', `The archive is refused because ${why}: get it again from where it was made.`, {
    data: { why },
  });
}

/** What went wrong inside, as an `AppError`. */
function invalid(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new AppError('archive-invalid', `The archive is damaged (${why}): get it again from where it was made.`, {
    data: { why },
    cause: error,
  });
}
