import { zInpaintIntent } from '#shared/contract/job-request';
import { Option } from 'commander';

import type { RegisterCommand } from '../cli-context.ts';
import { readMask, readPicture } from '../input-picture.ts';
import { decimal } from '../option-values.ts';
import { addPictureOptions, makePictures, type PictureOptions } from '../picture-job.ts';

interface InpaintOptions extends PictureOptions {
  readonly mask: string;
  readonly intent: string;
  readonly strength: number;
  readonly context: number;
  readonly imageGuidance: number;
}

export const registerInpaint: RegisterCommand = (program, context) => {
  addPictureOptions(program.command('inpaint <picture> [prompt]'), { guidance: 6 })
    .description('change what lies under a mask, and nothing else')
    .requiredOption('--mask <file>', 'picture of the same size: white may change, black stays, grey in between')
    .addOption(
      new Option('--intent <what>', 'what to do with the masked part').choices(zInpaintIntent.options).default('fill'),
    )
    .option('--strength <n>', 'from 0, keep what is there, to 1, replace it', decimal, 1)
    .option('--context <n>', 'how much more of the surroundings the model sees', decimal, 1)
    .option('--image-guidance <n>', 'how closely to keep to the picture', decimal, 1.5)
    .addHelpText(
      'after',
      `
Examples:
  studio inpaint room.jpg "a blue armchair" --mask chair.png --intent replace
  studio inpaint street.jpg --mask sign.png --intent remove -o clean.png`,
    )
    .action(async (path: string, prompt: string | undefined, options: InpaintOptions) => {
      const picture = await readPicture(path, context);
      const mask = await readMask(options.mask, context);
      await makePictures(context, options, {
        prompt: prompt ?? '',
        request: {
          kind: 'inpaint',
          image: picture.name,
          mask: mask.name,
          intent: options.intent,
          strength: options.strength,
          contextScale: options.context,
          imageGuidance: options.imageGuidance,
        },
        pictures: [picture, mask],
        past: picture.past,
      });
    });
};
