import { zControlRequest } from '#shared/contract/job-request';
import { Option } from 'commander';

import type { RegisterCommand } from '../cli-context.ts';
import { readPicture } from '../input-picture.ts';
import { decimal } from '../option-values.ts';
import { addPictureOptions, makePictures, type PictureOptions } from '../picture-job.ts';

interface ControlOptions extends PictureOptions {
  readonly map: string;
  readonly imageGuidance: number;
}

export const registerControl: RegisterCommand = (program, context) => {
  addPictureOptions(program.command('control <picture> <prompt>'), { guidance: 6 })
    .description('make a picture with the outlines of another one')
    .addOption(
      new Option('--map <kind>', 'find edges, draw lines, or take the picture as the map itself')
        .choices(zControlRequest.shape.map.options)
        .default('canny'),
    )
    .option('--image-guidance <n>', 'how closely to keep to the outlines', decimal, 1.5)
    .addHelpText(
      'after',
      `
Examples:
  studio control photo.jpg "the same place as a woodcut"
  studio control sketch.png "a cottage by a lake" --map given`,
    )
    .action(async (path: string, prompt: string, options: ControlOptions) => {
      const picture = await readPicture(path, context);
      await makePictures(context, options, {
        prompt,
        request: { kind: 'control', image: picture.name, map: options.map, imageGuidance: options.imageGuidance },
        pictures: [picture],
        past: picture.past,
      });
    });
};
