import { join } from 'node:path';

import { makeCheckpoint, readCheckpointSizes } from '#model/weights/node/make-checkpoint';
import { Option } from 'commander';

import { byteProgress } from '../byte-progress.ts';
import type { CliContext, RegisterCommand } from '../cli-context.ts';
import { integer } from '../option-values.ts';

interface MakeCheckpointCommandOptions {
  readonly like: string;
  readonly out: string;
  readonly dtype: 'bf16' | 'f16' | 'f32';
  readonly seed: number;
}

export const registerMakeCheckpoint: RegisterCommand = (program, context) => {
  program
    .command('make-checkpoint')
    .description('write a checkpoint of random weights, for tests and measurements')
    .requiredOption('--like <sizes>', '3b, or a folder with config.json and preprocessor_config.json')
    .requiredOption('-o, --out <folder>', 'folder to make')
    .addOption(new Option('--dtype <name>', 'type of the weights').choices(['bf16', 'f16', 'f32']).default('bf16'))
    .option('--seed <n>', 'the same seed makes the same bytes', integer, 0)
    .addHelpText('after', '\nExample:\n  studio make-checkpoint --like 3b --out /tmp/ovis-3b')
    .action(async ({ like, out, dtype, seed }: MakeCheckpointCommandOptions) => {
      const { output, signal } = context;
      await makeCheckpoint(out, await readCheckpointSizes(sizesFolder(like, context)), {
        dtype,
        seed,
        signal,
        onProgress: byteProgress(output, { name: 'write', label: 'Writing' }),
      });
      output.result({ folder: out }, `${out} is made.`);
    });
};

/** Where the sizes of a model are: one that we know by name, or a folder. */
export function sizesFolder(like: string, { resourcesFolder }: Pick<CliContext, 'resourcesFolder'>): string {
  return like.toLowerCase() === '3b' ? join(resourcesFolder, 'configs', 'ovis-u1-3b') : like;
}
