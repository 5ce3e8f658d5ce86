import { modelLimits } from '#shared/contract/model-limits';

import type { RegisterCommand } from '../cli-context.ts';
import { size, type Size } from '../option-values.ts';
import { addPictureOptions, makePictures, type PictureOptions } from '../picture-job.ts';

export const registerGenerate: RegisterCommand = (program, context) => {
  addPictureOptions(program.command('generate <prompt>'), { guidance: 5 })
    .description('make a picture from words')
    .option(
      '--size <WxH>',
      "size in pixels, rounded down to multiples of 16 (default: the model's own, 512x512 for Ovis-U1-3B)",
      size,
    )
    .addHelpText(
      'after',
      `
Examples:
  studio generate "a red fox in the snow, flat illustration"
  studio generate "a lighthouse at dusk" --size 768x512 --steps 25 --solver multistep -o lighthouse.png
  studio generate "a paper boat" --seed 7 --count 4 -o boats/`,
    )
    .action(async (prompt: string, options: PictureOptions & { readonly size?: Size }) => {
      await makePictures(context, options, ({ config }) => {
        const { minSide } = modelLimits(config);
        const wanted = options.size ?? { width: minSide, height: minSide };
        return { prompt, request: { kind: 'generate', ...wanted } };
      });
    });
};
