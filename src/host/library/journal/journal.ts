import * as nodeFs from 'node:fs/promises';

import { AppError } from '#base/app-error';
import { renameDurably, temporaryPathBeside, writeFileDurably } from '#files/durable-write';
import { fileError, systemCode } from '#files/file-error';
import type { LibraryFs } from '../library-fs.ts';
import {
  decodeRecord,
  encodeRecord,
  fileHeaderLength,
  incarnationOf,
  newFileHeader,
  recordLength,
  scanRecords,
  type JournalRecord,
} from './record-format.ts';

type FileHandle = Awaited<ReturnType<LibraryFs['open']>>;

/** What opening found wrong and mended. What was cut or damaged is kept in `keptAs`, for whoever wants to look. */
export interface JournalRepair {
  /** Bytes of an interrupted write at the end, which were never acknowledged. */
  readonly cutBytes: number;
  /** Bytes lost to damage before the end. */
  readonly damagedBytes: number;
  /** What was left out, or the whole file if it was damaged; null where a full disk had no room for a few bytes. */
  readonly keptAs: string | null;
}

export interface OpenedJournal {
  readonly journal: Journal;
  readonly records: readonly JournalRecord[];
  readonly repair: JournalRepair | null;
}

interface OpenOptions {
  readonly fs?: LibraryFs;
  /** Up to where the caller knows the records; if the file still is what it was there, only those after are returned. */
  readonly known?: JournalPosition | undefined;
}

/** A place between two records of a journal. */
export interface JournalPosition {
  readonly incarnation: string;
  readonly offset: number;
  /**
   * The last bytes before it, in hex, where the reader may have seen what was not yet synced: a power cut can put other
   * records in their place.
   */
  readonly tail?: string;
}

/**
 * An append-only file of checksummed records with one writer. `append` resolves once the record is on the disk; appends
 * that come together share one sync. A file that was cut short by a crash opens with what was acknowledged; one that was
 * damaged opens with every record that is whole.
 */
export class Journal {
  /** Changes whenever the file is rewritten, so that what was derived from it knows it is out of date. */
  get incarnation(): string {
    return this.#incarnation;
  }
  /** Length of the file in bytes: where the next record goes. */
  get end(): number {
    return this.#end;
  }

  readonly path: string;
  readonly #fs: LibraryFs;
  #file: FileHandle;
  #incarnation: string;
  #end: number;
  #waiting: Waiting[] = [];
  #work: Promise<void> = Promise.resolve();
  #failure: AppError | undefined;
  /** What a write left of itself behind the end, perhaps, because the disk did not let it be taken back. */
  #torn: Buffer | undefined;
  #closed = false;

  private constructor(path: string, fs: LibraryFs, file: FileHandle, incarnation: string, end: number) {
    this.path = path;
    this.#fs = fs;
    this.#file = file;
    this.#incarnation = incarnation;
    this.#end = end;
  }

  /**
   * Opens a journal for writing, making an empty one if there is none. The caller holds a lock on it.
   * @throws AppError `permission-denied`, `folder-read-only`, `disk-full`
   */
  static async open(path: string, { fs = nodeFs, known }: OpenOptions = {}): Promise<OpenedJournal> {
    try {
      const { bytes, incarnation, records, end, damagedBytes } = await readJournal(path, fs, known);
      const isSound = incarnation !== undefined && damagedBytes === 0;
      const cutBytes = bytes - end;
      if (!isSound) {
        const keptAs = await keepCopy(path, 0, fs);
        const all = (await readJournal(path, fs)).records;
        await writeFileDurably(path, wholeFile(all), { fs });
        return { ...(await Journal.open(path, { fs })), repair: { cutBytes, damagedBytes, keptAs } };
      }
      const keptAs = cutBytes > 0 ? await keepCopy(path, end, fs).catch(() => null) : null;
      const file = await fs.open(path, 'r+');
      // Also where nothing is cut: what is shown from here on was written, perhaps by a program that was killed before it
      // synced.
      await cutTo(file, end).catch(closing(file));
      const repair = cutBytes > 0 ? { cutBytes, damagedBytes, keptAs } : null;
      return { journal: new Journal(path, fs, file, incarnation, end), records, repair };
    } catch (error) {
      if (systemCode(error) === 'ENOENT') {
        await writeFileDurably(path, newFileHeader(), { fs });
        return Journal.open(path, { fs });
      }
      throw fileError(error, path, 'open a journal');
    }
  }

  /**
   * The records of a journal that someone else may be writing; changes nothing. Starts at `known`, if the file is still
   * that incarnation.
   */
  static async read(path: string, { fs = nodeFs, known }: OpenOptions = {}): Promise<JournalReading> {
    return readJournal(path, fs, known);
  }

  /**
   * Adds a record and resolves with its offset once it is on the disk.
   * @throws AppError `disk-full` (nothing was added; try again), `journal-failed` (try again, or reopen)
   */
  append(payload: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record: encodeRecord(payload), resolve, reject });
      if (this.#waiting.length === 1) void this.#enqueue(() => this.#flush());
    });
  }

  /** A record again, checked again. @throws AppError `journal-damaged` */
  async readAt(offset: number): Promise<Buffer> {
    return readRecordAt(this.#file, offset, this.path);
  }

  /**
   * Replaces the file by one with these records, in one step: until its end, and after a crash before it, the old file is
   * the one that counts. Resolves with the new offsets.
   */
  async rewrite(payloads: readonly Uint8Array[]): Promise<number[]> {
    let offsets: number[] = [];
    await this.#enqueue(async () => {
      this.#check();
      offsets = await this.#replaceFile(payloads);
    });
    return offsets;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#enqueue(async () => {
      this.#closed = true;
      await this.#file.close();
    });
  }

  /** Runs work after all that came before it, whatever became of that. */
  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      this.#check();
      const bytes = Buffer.concat(batch.map(({ record }) => record));
      const start = this.#end;
      await this.#write(bytes, start);
      this.#end = start + bytes.length;
      let offset = start;
      for (const { record, resolve } of batch) {
        resolve(offset);
        offset += record.length;
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async #write(bytes: Buffer, start: number): Promise<void> {
    await this.#takeBack(start);
    const { size } = await this.#file.stat();
    if (size !== start) throw this.#fail('another program has written to it');
    try {
      for (let done = 0; done < bytes.length;) {
        done += (await this.#file.write(bytes, done, bytes.length - done, start + done)).bytesWritten;
      }
      await this.#file.datasync();
    } catch (error) {
      // What was written of it must go, or the next record would follow a broken one.
      await cutTo(this.#file, start).catch(() => (this.#torn = bytes));
      throw fileError(error, this.path, 'save your work');
    }
  }

  /** Takes back what a write has left, where that was not possible at the time. */
  async #takeBack(start: number): Promise<void> {
    const torn = this.#torn;
    if (!torn) return;
    try {
      const { size } = await this.#file.stat();
      const left = Buffer.alloc(Math.max(0, size - start));
      await this.#file.read(left, 0, left.length, start);
      // Anything else was written by whoever took the file over, and is not to be touched.
      if (!torn.subarray(0, left.length).equals(left)) return;
      await cutTo(this.#file, start);
      this.#torn = undefined;
    } catch (cause) {
      throw new AppError('journal-failed', 'The disk refuses to be written: look whether it is still connected.', {
        data: { path: this.path },
        cause,
      });
    }
  }

  async #replaceFile(payloads: readonly Uint8Array[]): Promise<number[]> {
    const header = newFileHeader();
    const temporary = temporaryPathBeside(this.path);
    const offsets: number[] = [];
    let end = header.length;
    const file = await this.#fs.open(temporary, 'wx+');
    try {
      await file.write(header, 0, header.length, 0);
      for (const record of payloads.map(encodeRecord)) {
        offsets.push(end);
        for (let done = 0; done < record.length;) {
          done += (await file.write(record, done, record.length - done, end + done)).bytesWritten;
        }
        end += record.length;
      }
      await file.sync();
      await renameDurably(temporary, this.path, { fs: this.#fs });
    } catch (error) {
      await file.close();
      await this.#fs.rm(temporary, { force: true }).catch(() => undefined);
      throw fileError(error, this.path, 'tidy a journal');
    }
    await this.#file.close();
    this.#file = file;
    this.#end = end;
    this.#incarnation = incarnationOf(header)!;
    return offsets;
  }

  #check(): void {
    if (this.#closed) throw new AppError('journal-failed', 'The document is closed: open it again.');
    if (this.#failure) throw this.#failure;
  }

  #fail(why: string): AppError {
    this.#failure ??= new AppError('journal-failed', `Saving has stopped because ${why}: open the document again.`, {
      data: { path: this.path, why },
    });
    return this.#failure;
  }
}

interface Waiting {
  readonly record: Buffer;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: unknown) => void;
}

export interface JournalReading {
  /** Whether the records go on from what the caller knew. */
  readonly isContinued: boolean;
  /** Size of the file in bytes. */
  readonly bytes: number;
  /** Undefined when the header is damaged. */
  readonly incarnation: string | undefined;
  readonly records: readonly JournalRecord[];
  readonly end: number;
  readonly damagedBytes: number;
}

/** One record of a journal that is not open for writing here. @throws AppError `journal-damaged` */
export async function readRecord(path: string, offset: number, fs: LibraryFs = nodeFs): Promise<Buffer> {
  const file = await fs.open(path, 'r');
  try {
    return await readRecordAt(file, offset, path);
  } finally {
    await file.close();
  }
}

async function readJournal(path: string, fs: LibraryFs, known?: OpenOptions['known']): Promise<JournalReading> {
  const file = await fs.open(path, 'r');
  try {
    const { size } = await file.stat();
    const header = await readPart(file, 0, Math.min(size, fileHeaderLength));
    const incarnation = incarnationOf(header);
    const isContinued = known !== undefined && known.incarnation === incarnation && (await isThere(file, size, known));
    const from = isContinued ? known.offset : header.length;
    const scan = scanRecords(await readPart(file, from, size - from), from);
    return { isContinued, bytes: size, incarnation, ...scan };
  } finally {
    await file.close();
  }
}

async function isThere(file: FileHandle, size: number, { offset, tail }: JournalPosition): Promise<boolean> {
  if (offset > size) return false;
  if (tail === undefined) return true;
  const length = tail.length / 2;
  return (await readPart(file, Math.max(0, offset - length), length)).toString('hex') === tail;
}

/** The last bytes of a record, for `JournalPosition`. */
export function tailOf({ payload }: JournalRecord): string {
  return payload.subarray(-tailLength).toString('hex');
}

const tailLength = 16;

async function readRecordAt(file: FileHandle, offset: number, path: string): Promise<Buffer> {
  const start = await readPart(file, offset, 8);
  const length = start.length === 8 ? recordLength(start) : 0;
  const { size } = await file.stat();
  const record = offset + length <= size ? await readPart(file, offset, length) : start;
  const payload = decodeRecord(record, 0);
  if (payload === undefined) {
    throw new AppError('journal-damaged', 'This step is damaged on the disk: go to the one before or after it.', {
      data: { path, offset },
    });
  }
  return payload;
}

async function readPart(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, from + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

/** Passes an error on after the file was closed. */
function closing(file: FileHandle): (error: unknown) => Promise<never> {
  return async (error) => {
    await file.close();
    throw error;
  };
}

async function cutTo(file: FileHandle, end: number): Promise<void> {
  await file.truncate(end);
  await file.sync();
}

function wholeFile(records: readonly JournalRecord[]): Buffer {
  return Buffer.concat([newFileHeader(), ...records.map(({ payload }) => encodeRecord(payload))]);
}

/** Keeps a file from `start` on as it was found, beside it, before it is mended. */
async function keepCopy(path: string, start: number, fs: LibraryFs): Promise<string> {
  const source = await fs.open(path, 'r');
  try {
    const { size } = await source.stat();
    const copy = `${path}.found-${Date.now().toString(36)}`;
    await writeFileDurably(copy, await readPart(source, start, size - start), { fs });
    return copy;
  } finally {
    await source.close();
  }
}
