import { basename, join, resolve } from 'node:path';

import { formatBytes } from '#base/format-bytes';
import { safeFileName } from '#host/files/safe-name';
import { importCheckpoint } from '#model/weights/node/import-checkpoint';
import { precisions, type Precision } from '#model/weights/package-manifest';
import { Option } from 'commander';

import type { RegisterCommand } from '../cli-context.ts';
import { formatDuration } from '../progress-bar.ts';
import { RateClock } from '../rate-clock.ts';

interface ImportOptions {
  readonly precision: Precision;
  readonly name?: string;
}

export const registerImport: RegisterCommand = (program, context) => {
  program
    .command('import <folder>')
    .description('make a model of a checkpoint folder in the layout of Hugging Face')
    .addOption(
      new Option('--precision <name>', 'how to store the weights: int8 is the fastest on a CPU, q4 the smallest')
        .choices(precisions)
        .default('int8'),
    )
    .option('--name <name>', 'what to call it (default: the name of the folder and the precision)')
    .addHelpText(
      'after',
      `
Examples:
  studio import ~/Downloads/Ovis-U1-3B
  studio import ./my-finetune --precision q4 --name my-finetune`,
    )
    .action(async (folder: string, options: ImportOptions) => {
      const { output, signal, modelsFolder } = context;
      const title = options.name ?? basename(resolve(folder));
      const name = safeFileName(options.name ?? `${title}-${options.precision}`);
      const clock = new RateClock(() => performance.now());
      const target = join(modelsFolder, name);
      const { bytesWritten, durationMs } = await importCheckpoint(folder, target, {
        precision: options.precision,
        name: title,
        signal,
        onProgress: ({ bytesDone, bytesTotal }) =>
          output.progress({
            task: { name: 'import', label: 'Importing' },
            done: bytesDone,
            total: bytesTotal,
            amount: `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`,
            timeLeftMs: clock.timeLeftMs(bytesDone, bytesTotal),
          }),
      });
      output.result(
        { name, folder: target, precision: options.precision, bytesWritten, durationMs },
        `${name} is installed (${formatBytes(bytesWritten)}, ${formatDuration(durationMs)}).`,
      );
    });
};
