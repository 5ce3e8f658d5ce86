import path from 'node:path';

import { throwIfCancelled } from '#base/abort';
import { writeFileDurably } from '#files/durable-write';

import type { Scale, StageId } from '../stage.ts';
import { stages } from '../stages/stages.ts';
import { exportCheckpoint } from './export-checkpoint.ts';
import { lossCurves, trainingLosses } from './loss-curves.ts';
import { scaleLatents } from './latent-scale.ts';
import { runStage, type StageProgress } from './run-stage.ts';
import type { TrainingHost } from './stage-run.ts';
import { TrainingFolder, type ModelFiles, type PackageStart } from './training-folder.ts';

export interface RunRecipeOptions extends TrainingHost {
  readonly scale: Scale;
  /** One stage only, whatever the others' state; null for all that are not finished. */
  readonly only: StageId | null;
  /** Ends that stage with what its newest checkpoint holds. */
  readonly endNow?: boolean;
  /** Where the model is written as a checkpoint folder at the end; nowhere if not given. */
  readonly exportTo?: string;
  readonly folder: string;
  /** What a folder that is new begins with. */
  readonly start: ModelFiles | PackageStart;
  readonly seed: number;
  readonly report: (event: RecipeEvent) => void;
}

/** Where the training stands: for people as a text, for programs with its numbers. */
export interface RecipeEvent {
  /** Null when it is about the whole model. */
  readonly stage: StageId | null;
  readonly text: string;
  readonly progress?: StageProgress;
}

const LOSS_CURVES = 'losses.svg';
/** Seconds between two lines of a stage that goes on. */
const REPORT_SECONDS = 20;
/** Updates that a killed training may lose. */
const SAVE_EVERY = 200;
/** Updates between two sheets of pictures. */
const SHEET_EVERY = 1000;

/** Runs every stage that is not finished, each from its newest checkpoint. Interrupted, it goes on when called again. */
export async function runRecipe(options: RunRecipeOptions): Promise<void> {
  const { scale, only, endNow = false, exportTo, seed, signal, report } = options;
  if ('package' in options.start && (await TrainingFolder.hasBegun(options.folder)))
    report({ stage: null, text: `Goes on with the training in ${options.folder}, with its own weights.` });
  let folder = await TrainingFolder.open(options.folder, options.start);
  for (const stage of stages) {
    throwIfCancelled(signal);
    if (only !== null && stage.id !== only) continue;
    if (await folder.isFinished(stage.id)) {
      report({ stage: stage.id, text: `${stage.id}: done` });
      continue;
    }
    report({ stage: stage.id, text: `${stage.id}: ${stage.purpose}` });
    const context = {
      ...options,
      stage,
      size: stage.sizes[scale],
      folder,
      weights: await folder.weights(seed, stage.id),
    };
    const learnt = await runStage(context, {
      saveEvery: SAVE_EVERY,
      sheetEvery: SHEET_EVERY,
      endNow,
      onStep: reporter(stage.id, report),
      onSheet: ({ file, psnr }) =>
        report({ stage: stage.id, text: psnr === undefined ? file : `${file}: ${psnr.toFixed(2)} dB` }),
    });
    if (stage.learns === 'pictures as they are') folder = await scaleLatents(context, learnt);
    await folder.finish(stage.id, learnt);
    await drawLosses(folder);
    report({ stage: stage.id, text: `${stage.id}: finished` });
  }
  if (exportTo === undefined) return;
  await exportCheckpoint(folder, await folder.weights(seed), exportTo, { seed, signal });
  report({ stage: null, text: `The model is in ${exportTo}` });
}

/** The curves of all stages so far, in the training's folder. */
async function drawLosses(folder: TrainingFolder): Promise<void> {
  await writeFileDurably(path.join(folder.path, LOSS_CURVES), lossCurves(await trainingLosses(folder)));
}

/** Tells of a stage now and then, with means over the steps since the last time. */
function reporter(stage: StageId, report: RunRecipeOptions['report']): (progress: StageProgress) => void {
  let lastMs = performance.now();
  let steps: StageProgress[] = [];
  let lastSamples = 0;
  return (progress) => {
    lastSamples ||= progress.metrics.samples;
    steps.push(progress);
    const nowMs = performance.now();
    if (nowMs - lastMs < REPORT_SECONDS * 1000) return;
    const { step, samples } = progress.metrics;
    const rate = ((samples - lastSamples) * 1000) / (nowMs - lastMs);
    const numbers = meansOf(steps.map(({ metrics }) => metrics)).map(
      ([name, mean]) => `${name} ${mean.toPrecision(3)}`,
    );
    const done = `step ${step} of ${progress.steps}`;
    report({ stage, text: `${stage}: ${[done, ...numbers, `${rate.toFixed(1)} samples/s`].join(', ')}`, progress });
    lastMs = nowMs;
    lastSamples = samples;
    steps = [];
  };
}

/** Means of everything that some of the steps say of themselves, each over those that do. */
function meansOf(steps: readonly StageProgress['metrics'][]): [name: string, mean: number][] {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const { loss, metrics } of steps) {
    for (const [name, value] of Object.entries({ loss, ...metrics })) {
      const { sum, count } = sums.get(name) ?? { sum: 0, count: 0 };
      sums.set(name, { sum: sum + value, count: count + 1 });
    }
  }
  return Array.from(sums, ([name, { sum, count }]) => [name, sum / count]);
}
