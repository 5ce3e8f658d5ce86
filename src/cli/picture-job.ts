/** @file What every command that makes pictures does. */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';

import { AppError } from '#base/app-error';
import type { EngineSupervisor } from '#host/engine/engine-supervisor';
import { sha256OfFile } from '#files/content-hash';
import { pixelHash } from '#host/images/pixel-hash';
import type { ModelPackage } from '#model/weights/node/model-package';
import { manifestName } from '#model/weights/package-manifest';
import type { Raster } from '#raster/raster';
import { zDevice, type Device } from '#shared/contract/device';
import type { JobReport } from '#shared/contract/job-events';
import { zJobRequest, zSolver, type BlobName, type JobRequest, type Solver } from '#shared/contract/job-request';
import type { Recipe } from '#shared/recipe/recipe';
import { Option, type Command } from 'commander';

import type { CliContext } from './cli-context.ts';
import { runJob, withEngine } from './engine-session.ts';
import { readPicture, type InputPicture } from './input-picture.ts';
import { chooseModel, modelId } from './model-choice.ts';
import { decimal, integer } from './option-values.ts';
import { outputPlace, savePicture, type OutputPlace } from './output-picture.ts';
import { formatDuration } from './progress-bar.ts';

/** Options that all commands that make pictures share. */
export interface PictureOptions {
  readonly model?: string;
  readonly device?: Device;
  readonly steps: number;
  readonly solver: Solver;
  readonly guidance: number;
  readonly seed?: number;
  readonly count: number;
  readonly reference: readonly string[];
  readonly out?: string;
  readonly force: boolean;
}

export const modelOption = () => new Option('-m, --model <name>', 'an installed model, or a folder with one');
export const deviceOption = () => new Option('--device <device>', 'where to compute').choices(zDevice.options);

export function addPictureOptions(command: Command, { guidance }: { guidance: number }): Command {
  return command
    .addOption(modelOption())
    .addOption(deviceOption())
    .option('--steps <n>', 'steps from noise to picture', integer, 50)
    .addOption(
      new Option('--solver <name>', 'multistep needs about half the steps').choices(zSolver.options).default('euler'),
    )
    .option('--guidance <n>', 'how closely to follow the words', decimal, guidance)
    .option('--seed <n>', 'the same seed makes the same picture (default: any)', integer)
    .option('-n, --count <n>', 'how many pictures to make, with seeds that follow each other', integer, 1)
    .option(
      '--reference <picture>',
      'a picture to go by, for what is in it or for its style; may be given again',
      again,
      [],
    )
    .option('-o, --out <path>', 'file (.png .jpg .webp .avif .tiff) or folder to write to')
    .option('--force', 'replace existing files', false);
}

/** Collects the values of an option that may be given several times. */
function again(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** What is particular to one command. */
interface PictureTask {
  readonly prompt: string;
  /** The request without what the shared options say. */
  readonly request: Readonly<Record<string, unknown>> & { readonly kind: JobRequest['kind'] };
  readonly pictures?: readonly Pick<InputPicture, 'name' | 'raster'>[];
  readonly past?: Recipe['ancestors'];
}

/**
 * Makes the pictures, one after another on one engine, and writes each as soon as it is there.
 *
 * @param wanted the task, or what it is for the model that is chosen
 */
export async function makePictures(
  context: CliContext,
  options: PictureOptions,
  wanted: PictureTask | ((model: ModelPackage) => PictureTask),
): Promise<void> {
  const model = await chooseModel(options.model, context);
  const task = typeof wanted === 'function' ? wanted(model) : wanted;
  const firstSeed = options.seed ?? randomInt(2 ** 32 - options.count);
  const references = await readReferences(options, context);
  const pictures = [...(task.pictures ?? []), ...references];
  const inputs = new Map<BlobName, Raster>(pictures.map(({ name, raster }) => [name, raster]));
  const plans = await Promise.all(
    Array.from({ length: options.count }, async (_, index) => ({
      request: parseRequest(task, options, { model, seed: firstSeed + index, references }),
      place: await outputPlace({
        out: options.out,
        title: task.prompt || task.request.kind,
        seed: firstSeed + index,
        index,
        count: options.count,
        force: options.force,
      }),
    })),
  );
  await withEngine(context, async (engine) => {
    for (const { request, place } of plans) {
      await makePicture(engine, context, {
        request,
        inputs,
        place,
        model,
        past: task.past ?? [],
        device: options.device,
      });
    }
  });
}

/** One picture: what it is made of, and where it goes. */
interface PicturePlan {
  readonly request: JobRequest;
  readonly inputs: Map<BlobName, Raster>;
  readonly place: OutputPlace;
  readonly model: ModelPackage;
  readonly past: Recipe['ancestors'];
  /** Undefined takes the fastest. */
  readonly device: Device | undefined;
}

/** Makes a picture, writes it with its recipe, and says where it is. */
export async function makePicture(
  engine: EngineSupervisor,
  context: CliContext,
  { request, inputs, place, model, past, device }: PicturePlan,
): Promise<void> {
  const { output, signal, cacheFolder } = context;
  const job = { request, inputs, modelFolder: model.directory, cacheFolder, device: device ?? null };
  const { pictures, composition, report } = await runJob(engine, job, context);
  const [picture] = pictures;
  if (picture === undefined) throw new Error('The job finished without a picture');
  const recipe = await recipeOf(picture, { context, model, request, report, past });
  await savePicture(place, picture, recipe, { signal });
  const { width, height } = picture;
  const { seed } = request as { seed: number };
  output.result(
    { path: place.path, width, height, seed, changedFraction: composition?.changedFraction ?? null, report },
    `${place.path}  (${width} × ${height}, seed ${seed}, ${formatDuration(report.totalMs)})`,
  );
}

interface RequestContext {
  readonly model: ModelPackage;
  readonly seed: number;
  readonly references: readonly InputPicture[];
}

/** The pictures to go by. */
export function readReferences({ reference }: PictureOptions, context: CliContext): Promise<InputPicture[]> {
  return Promise.all(reference.map((path) => readPicture(path, context)));
}

/** The request that a task and the shared options come to. @throws AppError `usage-invalid` */
export function parseRequest(
  { request, prompt }: PictureTask,
  { steps, solver, guidance }: PictureOptions,
  { model, seed, references }: RequestContext,
): JobRequest {
  const sampling = {
    model: modelId(model),
    precision: model.precision,
    prompt,
    steps,
    solver,
    textGuidance: guidance,
    seed,
    references: references.map(({ name }) => name),
  };
  return checkRequest({ ...request, ...sampling });
}

/** @throws AppError `usage-invalid` */
export function checkRequest(request: unknown): JobRequest {
  const { data, error } = zJobRequest.safeParse(request);
  if (data) return data;
  const { path, message } = error.issues[0]!;
  throw new AppError('usage-invalid', `The value of "${path.join('.')}" cannot be used: ${message}.`, {
    data: { field: path.join('.') },
  });
}

async function recipeOf(
  picture: Raster,
  {
    context,
    model,
    request,
    report,
    past,
  }: {
    context: CliContext;
    model: ModelPackage;
    request: JobRequest;
    report: JobReport;
    past: Recipe['ancestors'];
  },
): Promise<Recipe> {
  return {
    version: 1,
    request,
    app: { name: 'Ovis Studio', version: context.version },
    model: { name: model.name, sha256: await sha256OfFile(join(model.directory, manifestName)) },
    device: { kind: report.device, runtime: `onnxruntime ${report.runtime}` },
    result: { width: picture.width, height: picture.height, pixelsSha256: pixelHash(picture) },
    report: { totalMs: report.totalMs, warnings: report.warnings.map(({ code }) => code) },
    ancestors: past,
    madeAt: new Date().toISOString(),
  };
}
