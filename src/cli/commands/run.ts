import { randomInt } from 'node:crypto';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';

import { AppError, toAppError } from '#base/app-error';
import { isCancelled, throwIfCancelled } from '#base/abort';
import type { BlobName } from '#shared/contract/job-request';
import type { Raster } from '#raster/raster';

import type { CliContext, RegisterCommand } from '../cli-context.ts';
import { withEngine } from '../engine-session.ts';
import { readPicture } from '../input-picture.ts';
import { chooseModel } from '../model-choice.ts';
import { decimal } from '../option-values.ts';
import type { OutputPlace } from '../output-picture.ts';
import { addPictureOptions, makePicture, parseRequest, readReferences, type PictureOptions } from '../picture-job.ts';

interface RunOptions extends PictureOptions {
  readonly instruction: string;
  readonly imageGuidance: number;
}

const pictureExtensions = new Set(['.png', '.jpg', '.jpeg', '.webp', '.avif', '.tif', '.tiff', '.gif', '.svg']);

export const registerRun: RegisterCommand = (program, context) => {
  addPictureOptions(program.command('run <files...>'), { guidance: 6 })
    .description('edit many pictures with one instruction')
    .requiredOption('-i, --instruction <words>', 'what to do with each picture')
    .option('--image-guidance <n>', 'how closely to keep to the picture', decimal, 1.5)
    .addHelpText(
      'after',
      `
Folders stand for the pictures in them. Results are PNG files of the same names, with their recipes, in the
folder of --out (default: "edited"). A picture that fails does not keep the others; those that are there
already are left alone without --force, so a run that was stopped goes on where it was.

Examples:
  studio run photos/ -i "make it winter"
  studio run a.jpg b.jpg -i "remove the background" -o cut-outs --seed 7`,
    )
    .action((files: string[], options: RunOptions) => runBatch(context, files, options));
};

async function runBatch(context: CliContext, files: readonly string[], options: RunOptions): Promise<void> {
  const { output, signal } = context;
  const model = await chooseModel(options.model, context);
  const folder = options.out ?? 'edited';
  const sources = await picturesOf(files);
  const references = await readReferences(options, context);
  const seed = options.seed ?? randomInt(2 ** 32 - options.count);
  await mkdir(folder, { recursive: true });
  const failed: AppError[] = [];
  let made = 0;
  let skipped = 0;
  await withEngine(context, async (engine) => {
    for (const { path, name } of sources) {
      throwIfCancelled(signal);
      const places = await placesFor(join(folder, name), options);
      skipped += options.count - places.length;
      if (places.length === 0) continue;
      try {
        const picture = await readPicture(path, context);
        const particular = { kind: 'edit', image: picture.name, imageGuidance: options.imageGuidance } as const;
        const task = { prompt: options.instruction, request: particular };
        const inputs = new Map<BlobName, Raster>([picture, ...references].map(({ name, raster }) => [name, raster]));
        for (const { place, index } of places) {
          const request = parseRequest(task, options, { model, seed: seed + index, references });
          const { past } = picture;
          await makePicture(engine, context, { request, inputs, place, model, past, device: options.device });
          made += 1;
        }
      } catch (error) {
        if (isCancelled(error)) throw error;
        const problem = toAppError(error);
        failed.push(problem);
        output.warn(`${path}: ${problem.message}`);
      }
    }
  });
  output.note(`${made} made, ${skipped} left alone, ${failed.length} failed.`);
  const [first] = failed;
  if (first) throw first;
}

/** The results that are still to be made of one picture; all of them with `--force`. */
async function placesFor(stem: string, { count, force }: RunOptions) {
  const places: { readonly place: OutputPlace; readonly index: number }[] = [];
  for (let index = 0; index < count; index += 1) {
    const path = count === 1 ? `${stem}.png` : `${stem}-${index + 1}.png`;
    const isThere = (await stat(path).catch(() => undefined)) !== undefined;
    if (force || !isThere) places.push({ place: { path, format: 'png' }, index });
  }
  return places;
}

interface Source {
  readonly path: string;
  /** Of the result, without extension. */
  readonly name: string;
}

/**
 * The pictures that are meant, folders opened, each with a name of its own.
 *
 * @throws AppError `usage-invalid` when there is none
 */
async function picturesOf(files: readonly string[]): Promise<Source[]> {
  const paths: string[] = [];
  for (const file of files) {
    const isFolder = (await stat(file).catch(() => undefined))?.isDirectory() ?? false;
    const names = isFolder ? (await readdir(file)).toSorted((one, other) => one.localeCompare(other)) : [];
    const pictures = names.filter((name) => pictureExtensions.has(extname(name).toLowerCase()));
    paths.push(...(isFolder ? pictures.map((name) => join(file, name)) : [file]));
  }
  if (paths.length === 0) throw new AppError('usage-invalid', 'There is no picture in what was named.');
  const taken = new Map<string, number>();
  return paths.map((path) => {
    const stem = basename(path, extname(path));
    const copy = (taken.get(stem) ?? 0) + 1;
    taken.set(stem, copy);
    return { path, name: copy === 1 ? stem : `${stem}-${copy}` };
  });
}
