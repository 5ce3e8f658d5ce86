import { join } from 'node:path';

import { Option } from 'commander';

import { scales, stageIds, type Scale, type StageId } from '#train/recipe/stage';

import type { RegisterCommand } from '../cli-context.ts';
import { integer } from '../option-values.ts';
import { runScript } from '../run-script.ts';

interface TrainOptions {
  readonly recipe: Scale;
  readonly folder?: string;
  readonly from?: string;
  readonly only?: StageId;
  readonly endNow?: boolean;
  readonly export?: string;
  readonly cache: string;
  readonly seed: number;
  readonly threads: number;
  readonly workers: number;
  readonly json?: boolean;
}

export const registerTrain: RegisterCommand = (program, context) => {
  program
    .command('train')
    .description('train a model by the six-stage recipe; goes on where it was interrupted')
    .addOption(new Option('--recipe <name>', 'how large').choices(scales).default('nano'))
    .option('--folder <folder>', 'where the training is kept')
    .option('--from <package>', 'a new training begins with the weights of this model package')
    .addOption(new Option('--only <stage>', 'one stage').choices(stageIds))
    .option('--end-now', 'with --only: finish the stage with what it has learnt so far')
    .option('--export <folder>', 'write the model as a checkpoint folder at the end')
    .option('--cache <folder>', 'where drawn sprites are kept', '.cache/train')
    .option('--seed <n>', 'the same seed makes the same model', integer, 1)
    .option('--threads <n>', 'of one operation', integer, 2)
    .option('--workers <n>', 'threads that draw pictures ahead', integer, 1)
    .addHelpText(
      'after',
      '\nExamples:\n  studio train\n  studio train --recipe smoke --folder /tmp/smoke --export /tmp/smoke-model\n  studio train --only autoencoder --end-now\n  studio train --from resources/models/ovis-u1-nano --folder /tmp/more --only 4-generation',
    )
    .action(async (_: unknown, command: { optsWithGlobals(): TrainOptions }) => {
      const { recipe, folder, from, only, endNow, export: exportTo, json, ...rest } = command.optsWithGlobals();
      await runScript(context, 'train.js', [
        `--recipe=${recipe}`,
        `--folder=${folder ?? join(context.dataFolder, 'training', recipe)}`,
        `--sizes=${join(context.resourcesFolder, 'configs', `ovis-u1-${recipe}`)}`,
        ...(from === undefined ? [] : [`--from=${from}`]),
        ...(only === undefined ? [] : [`--only=${only}`]),
        ...(endNow ? ['--end-now'] : []),
        ...(exportTo === undefined ? [] : [`--export=${exportTo}`]),
        ...(json ? ['--json'] : []),
        `--cache=${rest.cache}`,
        `--seed=${rest.seed}`,
        `--threads=${rest.threads}`,
        `--workers=${rest.workers}`,
      ]);
    });
};
