import { randomInt } from 'node:crypto';

import type { Device } from '#shared/contract/device';

import type { RegisterCommand } from '../cli-context.ts';
import { runJob, withEngine } from '../engine-session.ts';
import { readPicture } from '../input-picture.ts';
import { chooseModel, modelId } from '../model-choice.ts';
import { decimal, integer } from '../option-values.ts';
import { checkRequest, deviceOption, modelOption } from '../picture-job.ts';

interface DescribeOptions {
  readonly model?: string;
  readonly device?: Device;
  readonly ask: string;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
  readonly seed?: number;
}

export const registerDescribe: RegisterCommand = (program, context) => {
  program
    .command('describe <pictures...>')
    .description('say what is in pictures, or answer a question about them')
    .addOption(modelOption())
    .addOption(deviceOption())
    .option('-a, --ask <question>', 'what to ask', 'Describe the picture in detail.')
    .option('--max-tokens <n>', 'the longest answer', integer, 512)
    .option('--temperature <n>', '0 always gives the same answer, more gives others', decimal, 0)
    .option('--top-p <n>', 'choose among the likeliest words that sum up to this', decimal, 1)
    .option('--top-k <n>', 'choose among this many words (0: all)', integer, 0)
    .option('--seed <n>', 'for temperatures above 0', integer)
    .addHelpText(
      'after',
      `
Examples:
  studio describe photo.jpg
  studio describe before.png after.png --ask "What has changed?"`,
    )
    .action(async (paths: string[], options: DescribeOptions) => {
      const model = await chooseModel(options.model, context);
      const pictures = await Promise.all(paths.map((path) => readPicture(path, context)));
      const { device, ask, maxTokens, temperature, topP, topK, seed = randomInt(2 ** 32) } = options;
      const request = checkRequest({
        kind: 'describe',
        model: modelId(model),
        precision: model.precision,
        images: pictures.map(({ name }) => name),
        turns: [{ role: 'user', text: ask }],
        maxTokens,
        temperature,
        topP,
        topK,
        seed,
      });
      const inputs = new Map(pictures.map(({ name, raster }) => [name, raster]));
      await withEngine(context, async (engine) => {
        const job = { request, inputs, modelFolder: model.directory, device: device ?? null };
        const { text, report } = await runJob(engine, job, context);
        // People have read it by now.
        context.output.result({ text, report }, '');
      });
    });
};
