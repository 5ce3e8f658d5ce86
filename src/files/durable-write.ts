import { randomUUID } from 'node:crypto';
import * as nodeFs from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { delay } from '#base/abort';

import { fileError, systemCode } from './file-error.ts';

/** The file operations durability is made of, so that a test can stand between them and the disk. */
export type DurableFs = Pick<typeof nodeFs, 'open' | 'rename' | 'rm'>;

interface DurableOptions {
  readonly fs?: DurableFs;
}

/**
 * Replaces a file as one step that survives a power cut: the new bytes are written beside it and synced, the name is
 * moved over, and the folder is synced. A reader sees the old file or the new one, never a mixture; a failure leaves the
 * old one in place and no temporary file.
 *
 * @throws AppError `disk-full`, `permission-denied`, `folder-read-only`, `file-missing` (no such folder)
 */
export async function writeFileDurably(
  path: string,
  content: string | Uint8Array,
  { fs = nodeFs }: DurableOptions = {},
): Promise<void> {
  const temporary = temporaryPathBeside(path);
  try {
    const file = await fs.open(temporary, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await renameDurably(temporary, path, { fs });
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
    throw fileError(error, path, 'save a file');
  }
}

/**
 * Moves a finished, already synced file or folder to its name and makes the move itself durable. Both names must be on
 * one disk.
 */
export async function renameDurably(from: string, to: string, { fs = nodeFs }: DurableOptions = {}): Promise<void> {
  // Windows refuses to replace a file that a virus scanner or an indexer holds open for a moment.
  for (let attempt = 0; ; attempt += 1) {
    try {
      await fs.rename(from, to);
      break;
    } catch (error) {
      if (process.platform !== 'win32' || attempt === 5 || !isSharingViolation(error)) throw error;
      await delay(20 * 2 ** attempt);
    }
  }
  await syncFolder(dirname(to), { fs });
  if (dirname(from) !== dirname(to)) await syncFolder(dirname(from), { fs });
}

/** Makes the names in a folder durable. A no-op where folders cannot be synced (Windows, some network disks). */
export async function syncFolder(folder: string, { fs = nodeFs }: DurableOptions = {}): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EBADF'].includes(systemCode(error) ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

/** A name in the same folder that is short whatever the target's name is, hidden, and recognised by `isTemporaryName`. */
export function temporaryPathBeside(path: string): string {
  return join(dirname(path), `.tmp-${randomUUID()}`);
}

/** Whether a file name is one that `temporaryPathBeside` made: left over if no process is writing it. */
export function isTemporaryName(name: string): boolean {
  return /^\.tmp-[0-9a-f]{8}-[0-9a-f-]{27}$/.test(name);
}

function isSharingViolation(error: unknown): boolean {
  return ['EPERM', 'EACCES', 'EBUSY'].includes(systemCode(error) ?? '');
}
