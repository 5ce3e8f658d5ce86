import { open, rm } from 'node:fs/promises';

import { renameDurably, temporaryPathBeside } from '#files/durable-write';
import { fileError } from '#files/file-error';
import { layOutSafetensors } from '../safetensors.ts';
import type { TensorData } from '../tensor-data.ts';
import { defined } from '#base/assert';
import { writeFully } from './file-range.ts';

/**
 * Writes tensors that are in memory as one file. It replaces an older one as a whole or not at all, and survives a power
 * cut.
 * @throws AppError `disk-full`, `permission-denied`, `folder-read-only`, `file-missing` (no such folder)
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, TensorData>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const specs = [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const { head, entries } = layOutSafetensors(specs, metadata);
  const temporary = temporaryPathBeside(path);
  try {
    const file = await open(temporary, 'wx');
    try {
      await writeFully(file, head, 0);
      for (const { name, offsetBytes } of entries) {
        await writeFully(file, defined(tensors.get(name), name).bytes, offsetBytes);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await renameDurably(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError(error, path, 'write the weights');
  }
}
