import { join } from 'node:path';

import type { RegisterCommand } from '../cli-context.ts';
import { chooseModel } from '../model-choice.ts';
import { integer } from '../option-values.ts';
import { runScript } from '../run-script.ts';

interface EvaluateOptions {
  readonly judge?: string;
  readonly trainJudge?: number;
  readonly tests: number;
  readonly steps: number;
  readonly out?: string;
  readonly cache: string;
  readonly json?: boolean;
}

export const registerEvaluate: RegisterCommand = (program, context) => {
  program
    .command('evaluate [model]')
    .description('measure what a model can do: drawing, editing, answering, on what training never showed')
    .option('--judge <folder>', 'where the judge is')
    .option('--train-judge <steps>', 'train the judge first, or go on with it', integer)
    .option('--tests <n>', 'tests of every category and kind', integer, 20)
    .option('--steps <n>', 'steps of every picture', integer, 20)
    .option('-o, --out <folder>', 'where to put the table and sheets of pictures')
    .option('--cache <folder>', 'where drawn sprites are kept', '.cache/train')
    .addHelpText(
      'after',
      '\nExamples:\n  studio evaluate --train-judge 6000\n  studio evaluate ovis-u1-nano --tests 50 --out scores',
    )
    .action(async (model: string | undefined, _: unknown, command: { optsWithGlobals(): EvaluateOptions }) => {
      const { judge, trainJudge, tests, steps, out, cache, json } = command.optsWithGlobals();
      // Training the judge needs no model.
      const folders =
        model === undefined && trainJudge !== undefined ? [] : [(await chooseModel(model, context)).directory];
      await runScript(context, 'evaluate.js', [
        `--judge=${judge ?? join(context.dataFolder, 'training', 'judge')}`,
        ...(trainJudge === undefined ? [] : [`--train-judge=${trainJudge}`]),
        `--tests=${tests}`,
        `--steps=${steps}`,
        ...(out === undefined ? [] : [`--out=${out}`]),
        ...(json ? ['--json'] : []),
        `--cache=${cache}`,
        '--',
        ...folders,
      ]);
    });
};
