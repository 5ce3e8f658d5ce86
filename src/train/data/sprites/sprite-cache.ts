import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { objects } from '../vocabulary/objects.ts';
import { drawSprites } from './draw-sprites.ts';
import { emojiPackageVersions } from './emoji-icons.ts';
import { letterStrokes, letterViewBox } from './letters.ts';
import { type Sprite, type SpriteSheet, levelSides } from './sprite-sheet.ts';

/** Raised when the drawing code changes what it draws from the same sources. */
const drawingVersion = 1;

interface CacheHeader {
  readonly byteLength: number;
  readonly sha256: string;
  readonly sprites: readonly (readonly [string, Sprite])[];
  readonly letters: readonly (readonly [string, Sprite])[];
}

/**
 * The sprites, from the cache file of these very sources, or drawn now and put there. A damaged file is drawn again.
 * @throws AppError `data-missing` when an emoji package is not installed.
 */
export async function openSprites(cacheDirectory: string): Promise<SpriteSheet> {
  const path = join(cacheDirectory, `sprites-${await sourceFingerprint()}.bin`);
  const cached = await readSheet(path);
  if (cached) return cached;
  const sheet = await drawSprites();
  await writeSheet(path, sheet);
  return sheet;
}

/** Names everything that decides the pixels: package versions, vocabulary, sizes and letters. */
async function sourceFingerprint(): Promise<string> {
  const sources = {
    drawingVersion,
    packages: await emojiPackageVersions(),
    objects: objects.map(({ id, emoji, paints }) => [id, emoji, paints]),
    levelSides,
    letterStrokes,
    letterViewBox,
  };
  return createHash('sha256').update(JSON.stringify(sources)).digest('hex').slice(0, 16);
}

/** File: header length (u32, little-endian), header (JSON), pixels. */
async function writeSheet(path: string, sheet: SpriteSheet): Promise<void> {
  const header: CacheHeader = {
    byteLength: sheet.bytes.length,
    sha256: digest(sheet.bytes),
    sprites: [...sheet.sprites],
    letters: [...sheet.letters],
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  await mkdir(join(path, '..'), { recursive: true });
  // Written aside and renamed: whoever reads at the same time sees a whole file or none.
  const partial = `${path}.${process.pid}.partial`;
  try {
    await writeFile(partial, Buffer.concat([length, text, sheet.bytes]));
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}

async function readSheet(path: string): Promise<SpriteSheet | undefined> {
  try {
    const file = await readFile(path);
    const headerEnd = 4 + file.readUInt32LE(0);
    const header = JSON.parse(file.toString('utf8', 4, headerEnd)) as CacheHeader;
    const pixels = file.subarray(headerEnd);
    if (pixels.length !== header.byteLength || digest(pixels) !== header.sha256) return undefined;
    const bytes = new Uint8Array(new SharedArrayBuffer(pixels.length));
    bytes.set(pixels);
    return { sprites: new Map(header.sprites), letters: new Map(header.letters), bytes };
  } catch {
    // Missing, cut short or not ours: it is only a cache, and drawing again always works.
    return undefined;
  }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
