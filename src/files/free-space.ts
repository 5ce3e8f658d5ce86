import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

import { AppError } from '#base/app-error';
import { formatBytes } from '#base/format-bytes';

import { systemCode } from './file-error.ts';

/**
 * Bytes an ordinary user may still write on the disk of `path`, which need not exist yet: its nearest existing parent
 * is asked. Undefined where the system cannot say, and then nothing should be refused for it.
 */
export async function freeBytes(path: string): Promise<number | undefined> {
  try {
    const disk = await statfs(path);
    return disk.bavail * disk.bsize;
  } catch (error) {
    const parent = dirname(path);
    return systemCode(error) === 'ENOENT' && parent !== path ? freeBytes(parent) : undefined;
  }
}

/**
 * Refuses a task that will not fit, before it starts.
 *
 * @param purpose What needs the room, as in "… needs 7.3 GB", e.g. "Ovis-U1-3B".
 * @throws AppError `disk-space-short`
 */
export async function requireFreeBytes(path: string, neededBytes: number, purpose: string): Promise<void> {
  const free = await freeBytes(path);
  if (free === undefined || free >= neededBytes) return;
  throw new AppError(
    'disk-space-short',
    `${purpose} needs ${formatBytes(neededBytes)} on the disk of ${path}, which has ${formatBytes(free)} free. Free some space, or choose another folder with OVIS_HOME.`,
    { data: { path, neededBytes, freeBytes: free } },
  );
}
