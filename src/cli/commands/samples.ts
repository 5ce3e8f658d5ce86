import { Option } from 'commander';

import { writeFileDurably } from '#files/durable-write';
import { encodeImage } from '#host/images/encode-image';
import { sampleKinds, type SampleKind } from '#train/data/samples/sample-plan';
import { curricula, type CurriculumId } from '#train/data/scene/curriculum';
import { showSamples } from '#train/data/show-samples';
import { openSprites } from '#train/data/sprites/sprite-cache';

import type { CliContext, RegisterCommand } from '../cli-context.ts';
import { integer } from '../option-values.ts';

interface SamplesCommandOptions {
  readonly kind: SampleKind;
  readonly curriculum: CurriculumId;
  readonly count: number;
  readonly size: number;
  readonly seed: number;
  readonly out?: string;
  readonly cache: string;
}

export const registerSamples: RegisterCommand = (program, context) => {
  program
    .command('samples')
    .description('show what training is made of: pictures on one sheet, and their words')
    .addOption(new Option('--kind <name>', 'kind of sample').choices(sampleKinds).default('generate'))
    .addOption(new Option('--curriculum <name>', 'how hard').choices(Object.keys(curricula)).default('scenes'))
    .option('--count <n>', 'how many', integer, 24)
    .option('--size <pixels>', 'width and height of each picture', integer, 128)
    .option('--seed <n>', 'the same seed shows the same samples', integer, 0)
    .option('-o, --out <file.png>', 'where to put the sheet')
    .option('--cache <folder>', 'where drawn sprites are kept', '.cache/train')
    .addHelpText('after', '\nExample:\n  studio samples --kind recolor --out recolor.png')
    .action((options: SamplesCommandOptions) => show(options, context));
};

async function show(options: SamplesCommandOptions, { output, signal }: CliContext): Promise<void> {
  const { kind, curriculum, count, size, seed, out, cache } = options;
  const sheet = await openSprites(cache);
  const { picture, texts } = showSamples({ kind, count, seed, size, curriculum: curricula[curriculum] }, sheet);
  if (out !== undefined && picture)
    await writeFileDurably(out, await encodeImage(picture, { format: 'png' }, { signal }));
  output.result(
    { kind, texts, sheet: picture ? (out ?? null) : null },
    texts.map((text, index) => `${index + 1}. ${text}`).join('\n'),
  );
}
