import { join } from 'node:path';

import { Option } from 'commander';

import { abilities, type Ability } from '#train/evaluation/abilities';

import type { RegisterCommand } from '../cli-context.ts';
import { chooseModel } from '../model-choice.ts';
import { integer } from '../option-values.ts';
import { runScript } from '../run-script.ts';

interface EvaluateOptions {
  readonly judge?: string;
  readonly trainJudge?: number;
  readonly tests: number;
  readonly only?: Ability;
  readonly steps: number;
  readonly out?: string;
  readonly cache: string;
  readonly json?: boolean;
}

export const registerEvaluate: RegisterCommand = (program, context) => {
  program
    .command('evaluate [model]')
    .description('measure what a model can do: drawing, editing, answering, on what training never showed')
    .option('--judge <folder>', 'where the judge is; the one that comes along, unless one is trained')
    .option('--train-judge <steps>', 'train the judge first, or go on with it', integer)
    .option('--tests <n>', 'tests of every category and kind', integer, 20)
    .addOption(new Option('--only <ability>', 'one ability').choices(abilities))
    .option('--steps <n>', 'steps of every picture', integer, 20)
    .option('-o, --out <folder>', 'where to put the table and sheets of pictures')
    .option('--cache <folder>', 'where drawn sprites are kept', '.cache/train')
    .addHelpText(
      'after',
      '\nExamples:\n  studio evaluate ovis-u1-nano --tests 50 --out scores\n  studio evaluate --train-judge 3000 --judge my-judge',
    )
    .action(async (model: string | undefined, _: unknown, command: { optsWithGlobals(): EvaluateOptions }) => {
      const { judge, trainJudge, tests, only, steps, out, cache, json } = command.optsWithGlobals();
      // Training the judge needs no model.
      const folders =
        model === undefined && trainJudge !== undefined ? [] : [(await chooseModel(model, context)).directory];
      const ownJudge =
        trainJudge === undefined
          ? join(context.resourcesFolder, 'judge')
          : join(context.dataFolder, 'training', 'judge');
      await runScript(context, 'evaluate.js', [
        `--judge=${judge ?? ownJudge}`,
        ...(trainJudge === undefined ? [] : [`--train-judge=${trainJudge}`]),
        `--tests=${tests}`,
        ...(only === undefined ? [] : [`--only=${only}`]),
        `--steps=${steps}`,
        ...(out === undefined ? [] : [`--out=${out}`]),
        ...(json ? ['--json'] : []),
        `--cache=${cache}`,
        '--',
        ...folders,
      ]);
    });
};
