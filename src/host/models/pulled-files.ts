import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { type Checksum, matchesChecksum } from '#files/content-hash';
import { writeFileDurably } from '#files/durable-write';
import { systemCode } from '#files/file-error';
import { parseHostilePath } from '#files/safe-name';

/** Stands in a pulled folder and says what is in it. A folder without one, or that is not complete, is not to be used. */
const recordName = '.pulled.json';

const zPulledFile = z.object({
  path: z.string().refine((path) => parseHostilePath(path).length > 0),
  sizeBytes: z.int().min(0),
  checksum: z.object({ algorithm: z.enum(['sha256', 'git-sha1']), hex: z.string() }).optional(),
});
export type PulledFile = z.infer<typeof zPulledFile>;

const zPulledRecord = z.object({
  version: z.literal(1),
  repo: z.string(),
  commit: z.string(),
  endpoint: z.string(),
  /** Files that were downloaded and found right, as they came. */
  files: z.array(zPulledFile),
  complete: z.boolean(),
});
export type PulledRecord = z.infer<typeof zPulledRecord>;

/** Undefined if there is none, or it is damaged: then every file is checked by its content. */
export async function readPulledRecord(folder: string): Promise<PulledRecord | undefined> {
  try {
    return zPulledRecord.parse(JSON.parse(await readFile(join(folder, recordName), 'utf8')));
  } catch {
    return undefined;
  }
}

export async function writePulledRecord(folder: string, record: PulledRecord): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFileDurably(join(folder, recordName), `${JSON.stringify(record, null, 2)}\n`);
}

/** How a file on the disk compares with what it should be. */
export type FileState = 'right' | 'missing' | 'wrong';

interface CheckOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ((count: number) => void) | undefined;
}

/** Compares a file's content with its checksum, or, where there is none, its size. */
export async function checkFile(
  path: string,
  { sizeBytes, checksum }: { readonly sizeBytes?: number | undefined; readonly checksum?: Checksum | undefined },
  options: CheckOptions = {},
): Promise<FileState> {
  const size = await sizeOf(path);
  if (size === undefined) return 'missing';
  if (sizeBytes !== undefined && size !== sizeBytes) return 'wrong';
  if (checksum === undefined) return sizeBytes === undefined ? 'wrong' : 'right';
  return (await matchesChecksum(path, checksum, size, options)) ? 'right' : 'wrong';
}

/** Undefined if there is no such file. */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
