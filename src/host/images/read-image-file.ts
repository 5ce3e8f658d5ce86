import { readFile, stat } from 'node:fs/promises';

import { throwIfCancelled } from '#base/abort';
import { AppError } from '#base/app-error';
import { formatBytes } from '#base/format-bytes';

import { fileError } from '#files/file-error';

/** Larger files are no pictures within `maxInputPixels`, even uncompressed at 16 bits. */
const maxFileBytes = 1 << 30;

/**
 * The bytes of a picture file a person named.
 *
 * @throws AppError `file-missing`, `file-is-folder`, `permission-denied`, `image-unknown` (a device or pipe),
 *   `image-file-too-large`
 */
export async function readImageFile(
  path: string,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<Uint8Array> {
  throwIfCancelled(signal);
  try {
    // Asked by name, not by handle: opening a pipe would wait for somebody to write into it.
    const found = await stat(path);
    if (found.isDirectory()) throw Object.assign(new Error(path), { code: 'EISDIR' });
    if (!found.isFile()) throw new AppError('image-unknown', `${path} is not a file with a picture in it.`);
    if (found.size > maxFileBytes)
      throw new AppError(
        'image-file-too-large',
        `${path} has ${formatBytes(found.size)}; the most that can be opened is ${formatBytes(maxFileBytes)}.`,
        { data: { path, sizeBytes: found.size, maxBytes: maxFileBytes } },
      );
    return await readFile(path, { signal });
  } catch (error) {
    throwIfCancelled(signal);
    throw fileError(error, path, 'open the picture');
  }
}
