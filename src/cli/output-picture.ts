import { mkdir, stat } from 'node:fs/promises';
import { dirname, extname, join, sep } from 'node:path';

import { AppError } from '#base/app-error';
import { writeFileDurably } from '#files/durable-write';
import { fileError, systemCode } from '#files/file-error';
import { safeFileName } from '#files/safe-name';
import { encodeWithRecipe } from '#host/images/recipe-metadata/picture-recipe';
import type { OutputFormat } from '#host/images/encode-image';
import type { Raster } from '#raster/raster';
import type { Recipe } from '#shared/recipe/recipe';

const formats: Readonly<Record<string, OutputFormat>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
  '.avif': 'avif',
  '.tif': 'tiff',
  '.tiff': 'tiff',
};

export interface OutputPlace {
  readonly path: string;
  readonly format: OutputFormat;
}

interface PlaceOptions {
  /** The file or folder that the user named, made if it ends like one; the current folder if none. */
  readonly out: string | undefined;
  /** What the picture shows, for a name. */
  readonly title: string;
  readonly seed: number;
  /** Which of several pictures this is, from 0, and how many there are. */
  readonly index: number;
  readonly count: number;
  /** Whether an existing file may be replaced. */
  readonly force: boolean;
}

/**
 * Where a picture goes. Decided before it is made, and folders that are missing are made, so that an hour's work is not
 * lost to a wrong name.
 *
 * @throws AppError `usage-invalid`, `output-exists`; why a folder cannot be made
 */
export async function outputPlace({ out, title, seed, index, count, force }: PlaceOptions): Promise<OutputPlace> {
  const folder = out === undefined ? '.' : namesFolder(out) || (await isFolder(out)) ? out : undefined;
  if (folder !== undefined) {
    await makeFolder(folder);
    return { path: await freeName(folder, `${slug(title)}-${seed}`), format: 'png' };
  }
  const named = out!;
  const extension = extname(named);
  const format = formats[extension.toLowerCase()];
  if (format === undefined)
    throw new AppError(
      'usage-invalid',
      `"${named}" cannot be written: its name must end in ${Object.keys(formats).join(', ')}, or in "/" for a folder.`,
      { data: { path: named } },
    );
  const path = count === 1 ? named : `${named.slice(0, -extension.length)}-${index + 1}${extension}`;
  if (!force && (await exists(path)))
    throw new AppError('output-exists', `${path} exists already. Choose another name, or replace it with --force.`, {
      data: { path },
    });
  await makeFolder(dirname(path));
  return { path, format };
}

/** Writes the picture with its recipe in it, whole or not at all. */
export async function savePicture(
  { path, format }: OutputPlace,
  raster: Raster,
  recipe: Recipe,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  await writeFileDurably(path, await encodeWithRecipe(raster, { format }, recipe, { signal }));
}

/** "A red fox, in snow!" as "a-red-fox-in-snow". */
function slug(title: string): string {
  const words = title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-');
  return safeFileName(words.replace(/^-|-$/g, ''), { fallback: 'picture', maxBytes: 60 }).replace(/-$/, '');
}

async function freeName(folder: string, stem: string): Promise<string> {
  for (let copy = 1; ; copy += 1) {
    const path = join(folder, `${stem}${copy === 1 ? '' : `-${copy}`}.png`);
    if (!(await exists(path))) return path;
  }
}

/** Written with a separator at its end. */
function namesFolder(path: string): boolean {
  return path.endsWith('/') || path.endsWith(sep);
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    if (['EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? ''))
      throw new AppError(
        'output-exists',
        `${path} cannot be a folder: a file stands in its way. Choose another name.`,
        {
          data: { path },
        },
      );
    throw fileError(error, path, 'make the folder for the picture');
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
