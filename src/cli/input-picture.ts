import { createHash } from 'node:crypto';

import { decodeImage, decodeMask } from '#host/images/decode-image';
import { readImageFile } from '#host/images/read-image-file';
import { readPictureRecipe } from '#host/images/recipe-metadata/picture-recipe';
import type { Raster } from '#raster/raster';
import { zBlobName, type BlobName } from '#shared/contract/job-request';
import type { Recipe } from '#shared/recipe/recipe';

/** A picture that a job starts from. */
export interface InputPicture {
  readonly name: BlobName;
  readonly raster: Raster;
  /** What led to it, oldest first, as far as the file says. */
  readonly past: Recipe['ancestors'];
}

interface ReadOptions {
  readonly signal: AbortSignal;
}

export async function readPicture(path: string, { signal }: ReadOptions): Promise<InputPicture> {
  const bytes = await readImageFile(path, { signal });
  const { raster } = await decodeImage(bytes, { signal });
  const name = blobName(bytes);
  const found = await readPictureRecipe(bytes);
  const past =
    found.kind === 'studio' ? [...found.recipe.ancestors, { request: found.recipe.request, result: name }] : [];
  return { name, raster, past };
}

/** A mask: one channel, white is what may change. */
export async function readMask(path: string, { signal }: ReadOptions): Promise<Omit<InputPicture, 'past'>> {
  const bytes = await readImageFile(path, { signal });
  return { name: blobName(bytes), raster: await decodeMask(bytes, { signal }) };
}

function blobName(bytes: Uint8Array): BlobName {
  return zBlobName.parse(createHash('sha256').update(bytes).digest('hex'));
}
