import { basename, join, resolve } from 'node:path';

import { formatBytes } from '#base/format-bytes';
import { safeFileName } from '#files/safe-name';
import type { JsonObject } from '#model/weights/json';
import { importCheckpoint } from '#model/weights/node/import-checkpoint';
import { precisions, type Precision } from '#model/weights/package-manifest';
import { Option } from 'commander';

import { byteProgress } from './byte-progress.ts';
import type { CliContext } from './cli-context.ts';
import { formatDuration } from './progress-bar.ts';

export const precisionOption = () =>
  new Option('--precision <name>', 'how to store the weights: int8 is the fastest on a CPU, q4 the smallest')
    .choices(precisions)
    .default('int8');

interface ImportModelOptions {
  readonly precision: Precision;
  /** What the model is called; the name of the folder if not given. */
  readonly name?: string | undefined;
  readonly origin?: JsonObject;
}

/** Makes an installed model of a checkpoint's folder, and says so. */
export async function importModel(
  { output, signal, modelsFolder, scriptsFolder }: CliContext,
  folder: string,
  { precision, name, origin }: ImportModelOptions,
): Promise<void> {
  const title = name ?? basename(resolve(folder));
  const id = safeFileName(name ?? `${title}-${precision}`);
  const target = join(modelsFolder, id);
  const { bytesWritten, durationMs } = await importCheckpoint(folder, target, {
    precision,
    name: title,
    origin,
    signal,
    threadScript: conversionThread(scriptsFolder),
    onProgress: byteProgress(output, { name: 'import', label: 'Importing' }),
  });
  output.result(
    { name: id, folder: target, precision, bytesWritten, durationMs },
    `${id} is installed (${formatBytes(bytesWritten)}, ${formatDuration(durationMs)}).`,
  );
}

/** The script that imports run their conversions in. */
export function conversionThread(scriptsFolder: string): string {
  return join(scriptsFolder, 'conversion-thread.js');
}
