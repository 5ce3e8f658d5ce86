import { mkdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { throwIfCancelled } from '#base/abort';
import { AppError } from '#base/app-error';
import { renameDurably, syncFolder } from '#files/durable-write';
import { fileError } from '#files/file-error';
import { tryFileLock } from '#files/file-lock';
import { requireFreeBytes } from '#files/free-space';

const temporaryPrefix = '.unfinished-';

/**
 * Makes a folder appear at `target` as a whole or not at all. `fill` writes into a temporary folder beside it, which is
 * then brought to the disk and renamed, or removed if anything fails. What a process left that was killed while doing
 * this is swept by the next attempt at the same target.
 * @param purpose what is being done, as the beginning of a sentence: "Importing Ovis-U1-3B"
 * @param fill gets the temporary folder, and a signal that also aborts when the lock is lost
 * @returns what `fill` does
 * @throws AppError `folder-exists`, `folder-busy`, `disk-space-short`, `disk-full`, and whatever `fill` throws
 */
export async function createFolder<T>(
  target: string,
  {
    neededBytes,
    purpose,
    signal = new AbortController().signal,
  }: { neededBytes: number; purpose: string; signal?: AbortSignal | undefined },
  fill: (folder: string, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const place = resolve(target);
  const temporary = join(dirname(place), temporaryPrefix + basename(place));
  throwIfCancelled(signal);
  await refuseExisting(place);
  const attempt = await tryFileLock(`${temporary}.lock`, { purpose });
  if (!attempt.acquired) throw busy(place);
  const { lock } = attempt;
  try {
    await rm(temporary, { recursive: true, force: true });
    await requireFreeBytes(place, neededBytes, purpose);
    await mkdir(temporary, { recursive: true });
    const result = await fill(temporary, AbortSignal.any([signal, lock.lost]));
    throwIfCancelled(signal);
    if (lock.lost.aborted) throw busy(place);
    await refuseExisting(place);
    await syncFolder(temporary);
    await renameDurably(temporary, place);
    return result;
  } catch (error) {
    if (lock.lost.aborted) throw busy(place);
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw fileError(error, place, 'write the model files');
  } finally {
    await lock.release();
  }
}

async function refuseExisting(place: string): Promise<void> {
  const existing = await stat(place).catch(() => undefined);
  if (existing === undefined) return;
  throw new AppError('folder-exists', `${place} exists already; remove it, or choose another name.`, {
    data: { path: place },
  });
}

function busy(place: string): AppError {
  return new AppError('folder-busy', `${place} is being written by another process already; wait until it has ended.`, {
    data: { path: place },
  });
}
