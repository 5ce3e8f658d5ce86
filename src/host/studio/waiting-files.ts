import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { AppError } from '#base/app-error';
import { fileError } from '#files/file-error';
import { safeFileName } from '#files/safe-name';

interface WaitingFile {
  readonly path: string;
  readonly timer: NodeJS.Timeout;
}

/** How long a file waits to be fetched or used. */
const keptMs = 3_600_000;

/** Files on their way in or out, outside the library: uploads that are to be opened, exports that are to be saved. */
export class WaitingFiles {
  readonly #folder: string;
  readonly #files = new Map<string, WaitingFile>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<WaitingFiles> {
    return new WaitingFiles(await mkdtemp(join(tmpdir(), 'ovis-studio-')));
  }

  /** Keeps what a writer puts at the path it is given. @returns its id, and its size in bytes */
  async add(fileName: string, write: (path: string) => Promise<void>): Promise<{ id: string; sizeBytes: number }> {
    const id = randomUUID();
    const folder = join(this.#folder, id);
    const path = join(folder, safeFileName(fileName));
    try {
      await mkdir(folder);
      await write(path);
      const { size } = await stat(path);
      const timer = setTimeout(() => void this.remove(id), keptMs);
      timer.unref();
      this.#files.set(id, { path, timer });
      return { id, sizeBytes: size };
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw fileError(error, path, 'keep a file');
    }
  }

  /** Keeps a stream of bytes. */
  receive(fileName: string, bytes: AsyncIterable<Uint8Array>): Promise<{ id: string; sizeBytes: number }> {
    return this.add(fileName, (path) => pipeline(bytes, createWriteStream(path, { flags: 'wx' })));
  }

  /** @throws AppError `file-missing` when it was used already, or an hour has passed */
  pathOf(id: string): string {
    const file = this.#files.get(id);
    if (file) return file.path;
    throw new AppError('file-missing', 'The file is not here any more: choose it again.');
  }

  nameOf(id: string): string {
    return basename(this.pathOf(id));
  }

  async remove(id: string): Promise<void> {
    clearTimeout(this.#files.get(id)?.timer);
    this.#files.delete(id);
    await rm(join(this.#folder, id), { recursive: true, force: true });
  }

  async close(): Promise<void> {
    for (const { timer } of this.#files.values()) clearTimeout(timer);
    this.#files.clear();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
