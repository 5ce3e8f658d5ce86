import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import sharp from 'sharp';

import { AppError } from '#base/app-error';
import type { BlobName } from '#shared/contract/job-request';
import { temporaryPathBeside } from '#files/durable-write';
import { systemCode } from '#files/file-error';
import type { BlobStore } from './blob-store.ts';

/** Longest sides in pixels: a list, a grid, a large preview on a dense screen. */
export const thumbnailSizes = [128, 256, 512] as const;
export type ThumbnailSize = (typeof thumbnailSizes)[number];

/**
 * Small WebP pictures of blobs, made when they are first asked for and kept as files. All of them can be thrown away at
 * any time, so they are not synced.
 */
export class Thumbnails {
  readonly #folder: string;
  readonly #blobs: BlobStore;
  readonly #pending = new Map<string, Promise<Uint8Array>>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(folder: string, blobs: BlobStore) {
    this.#folder = folder;
    this.#blobs = blobs;
  }

  /**
   * The thumbnail as a WebP file; of a picture that is smaller, its own size.
   * @throws AppError `blob-missing`, `image-unreadable`
   */
  async get(name: BlobName, size: ThumbnailSize): Promise<Uint8Array> {
    const path = join(this.#folder, String(size), name.slice(0, 2), `${name}.webp`);
    const cached = await readIfThere(path);
    if (cached !== undefined) return cached;
    let pending = this.#pending.get(path);
    if (pending === undefined) {
      pending = this.#make(name, size, path).finally(() => this.#pending.delete(path));
      this.#pending.set(path, pending);
    }
    return pending;
  }

  /** Deletes all of them. */
  async clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** One after the other: a gallery asks for hundreds at once, and the decoder uses all cores for each. */
  async #make(name: BlobName, size: ThumbnailSize, path: string): Promise<Uint8Array> {
    const made = this.#queue.then(async () => shrunk(await this.#blobs.read(name), name, size));
    this.#queue = made.catch(() => undefined);
    const bytes = await made;
    // Without a place to keep it, it is made again next time.
    await keep(path, bytes).catch(() => undefined);
    return bytes;
  }
}

async function shrunk(picture: Uint8Array, name: BlobName, size: ThumbnailSize): Promise<Uint8Array> {
  try {
    return await sharp(picture, { autoOrient: true, failOn: 'error' })
      .resize({ width: size, height: size, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .webp({ quality: 82, effort: 2 })
      .toBuffer();
  } catch (error) {
    throw new AppError(
      'image-unreadable',
      'This file cannot be shown as a picture: it is damaged or of another kind.',
      {
        data: { name },
        cause: error,
      },
    );
  }
}

async function keep(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = temporaryPathBeside(path);
  await writeFile(temporary, bytes);
  await rename(temporary, path);
}

/** A cached thumbnail; one that a power cut left cut short is no WebP of its stated length, and is made again. */
async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    const bytes = await readFile(path);
    const isWhole =
      bytes.length > 12 && bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.readUInt32LE(4) + 8 === bytes.length;
    return isWhole ? bytes : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
