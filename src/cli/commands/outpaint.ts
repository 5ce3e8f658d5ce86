import { AppError } from '#base/app-error';
import { InvalidArgumentError } from 'commander';

import type { RegisterCommand } from '../cli-context.ts';
import { readPicture } from '../input-picture.ts';
import { decimal } from '../option-values.ts';
import { addPictureOptions, makePictures, type PictureOptions } from '../picture-job.ts';

/** Pixels, or a share of the picture's width or height. */
type Extent = (sidePixels: number) => number;

interface OutpaintOptions extends PictureOptions {
  readonly all: Extent;
  readonly left?: Extent;
  readonly top?: Extent;
  readonly right?: Extent;
  readonly bottom?: Extent;
  readonly imageGuidance: number;
}

export const registerOutpaint: RegisterCommand = (program, context) => {
  addPictureOptions(program.command('outpaint <picture> [prompt]'), { guidance: 6 })
    .description('add to the sides of a picture')
    .option('--all <n>', 'pixels (128) or share (25%) to add at every side', extent, () => 0)
    .option('--left <n>', 'what to add at the left, instead of --all', extent)
    .option('--top <n>', 'what to add at the top', extent)
    .option('--right <n>', 'what to add at the right', extent)
    .option('--bottom <n>', 'what to add at the bottom', extent)
    .option('--image-guidance <n>', 'how closely to keep to the picture', decimal, 1.5)
    .addHelpText(
      'after',
      `
Examples:
  studio outpaint portrait.jpg --all 25%
  studio outpaint beach.jpg "a pier in the sea" --right 512`,
    )
    .action(async (path: string, prompt: string | undefined, options: OutpaintOptions) => {
      const picture = await readPicture(path, context);
      const { width, height } = picture.raster;
      const { all, left = all, top = all, right = all, bottom = all } = options;
      const extend = { left: left(width), top: top(height), right: right(width), bottom: bottom(height) };
      if (Object.values(extend).every((pixels) => pixels === 0))
        throw new AppError(
          'extend-empty',
          'Nothing would be added. Say how much with --all, --left, --top, --right or --bottom.',
        );
      await makePictures(context, options, {
        prompt: prompt ?? '',
        request: { kind: 'outpaint', image: picture.name, extend, imageGuidance: options.imageGuidance },
        pictures: [picture],
        past: picture.past,
      });
    });
};

function extent(text: string): Extent {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim());
  if (!match) throw new InvalidArgumentError('Write it in pixels (128) or as a share (25%).');
  const value = Number(match[1]);
  return (sidePixels) => Math.round(match[2] === '%' ? (sidePixels * value) / 100 : value);
}
