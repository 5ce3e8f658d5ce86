import { Option } from 'commander';

import type { RegisterCommand } from '../cli-context.ts';
import { readPicture } from '../input-picture.ts';
import { decimal } from '../option-values.ts';
import { addPictureOptions, makePictures, type PictureOptions } from '../picture-job.ts';

interface EditOptions extends PictureOptions {
  readonly imageGuidance: number;
  readonly keep: string;
}

export const registerEdit: RegisterCommand = (program, context) => {
  addPictureOptions(program.command('edit <picture> <instruction>'), { guidance: 6 })
    .description('change a picture as told in words')
    .option('--image-guidance <n>', 'how closely to keep to the picture', decimal, 1.5)
    .addOption(
      new Option('--keep <what>', '"changed" leaves every pixel that did not change as it was')
        .choices(['changed', 'all'])
        .default('changed'),
    )
    .addHelpText(
      'after',
      `
Examples:
  studio edit photo.jpg "make it autumn" -o autumn.png
  studio edit drawing.png "as a watercolour" --keep all`,
    )
    .action(async (path: string, instruction: string, options: EditOptions) => {
      const picture = await readPicture(path, context);
      await makePictures(context, options, {
        prompt: instruction,
        request: {
          kind: 'edit',
          image: picture.name,
          imageGuidance: options.imageGuidance,
          keep: options.keep,
        },
        pictures: [picture],
        past: picture.past,
      });
    });
};
