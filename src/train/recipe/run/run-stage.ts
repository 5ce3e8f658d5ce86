import path from 'node:path';

import { assertNever } from '#base/assert';

import { initialWeights } from '../../session/initialise.ts';
import { openMetricsLog, type MetricsLog } from '../../session/metrics-log.ts';
import { train, type StepMetrics } from '../../session/train.ts';
import { hasCheckpoint, resumeState } from '../../session/checkpoints.ts';
import { parametersOf } from '../../session/training-plan.ts';
import { startState, weightsOf, type Weights } from '../../session/training-state.ts';
import { generationSheet, reconstructionSheet } from './sheets.ts';
import { writePng } from './write-png.ts';
import { jointRun } from './joint-run.ts';
import { thingsRun } from './things-run.ts';
import { autoencoderRun } from './autoencoder-run.ts';
import { whitenedEmbedder } from './whitened-embedder.ts';
import type { TrainedWeights } from '../../session/write-checkpoint.ts';
import type { StageContext, StageRun } from './stage-run.ts';

export interface StageProgress {
  readonly steps: number;
  readonly metrics: StepMetrics;
}

export interface RunStageOptions {
  readonly saveEvery: number;
  /** Ends the stage where it stands instead of going on. */
  readonly endNow?: boolean;
  readonly onStep: (progress: StageProgress) => void;
  /** Updates between two sheets of pictures; one is made at the end, too. */
  readonly sheetEvery: number;
  readonly onSheet: (sheet: SheetReport) => void;
}

export interface SheetReport {
  readonly file: string;
  /** Of an autoencoder's sheet, in dB. */
  readonly psnr?: number;
}

/**
 * Trains a stage from where it stands to its end.
 *
 * @returns what it has learnt: the moving averages of what it trains
 * @throws AppError as `train` does
 */
export async function runStage(
  context: StageContext,
  { saveEvery, sheetEvery, endNow = false, onStep, onSheet }: RunStageOptions,
): Promise<TrainedWeights> {
  const { stage, folder, weights, seed, loadGraph, signal } = context;
  const run = await startRun(context);
  const { plan } = run;
  const stageFolder = folder.stageFolder(stage.id);
  const start = new Map([
    ...initialWeights(parametersOf(plan).values(), seed),
    ...weights,
    ...(await anew(context, run)),
  ]);
  // What the newest checkpoint holds: training makes one at its end.
  const newestAverages = async () =>
    weightsOf(plan, await resumeState(stageFolder, plan, startState(plan, start)), { average: true });
  const showNewest = async (step: number) => {
    const made = await makeSheet(context, await newestAverages(), step);
    if (made) onSheet(made);
  };
  const options = { weights: start, batches: run.batches, loadGraph, folder: stageFolder, saveEvery, signal };
  let log: MetricsLog | undefined;
  let lastStep = 0;
  try {
    for await (const metrics of train(endNow ? { ...plan, steps: 0 } : plan, { ...options, traceNonFinite: true })) {
      log ??= await openMetricsLog(path.join(stageFolder, 'log.jsonl'), { afterStep: metrics.step - 1 });
      await log.append(metrics);
      onStep({ steps: plan.steps, metrics });
      lastStep = metrics.step;
      if (lastStep % sheetEvery === 0 && lastStep < plan.steps) await showNewest(lastStep);
    }
    if (lastStep > 0) await showNewest(lastStep);
    return new Map([...(await newestAverages())].filter(([, { spec }]) => plan.trains(spec)));
  } finally {
    await run.release();
  }
}

/** What begins anew in a stage that has no checkpoint yet. */
async function anew({ stage, folder, seed }: StageContext, run: StageRun): Promise<Weights> {
  if (!stage.whitens || (await folder.hasStart()) || (await hasCheckpoint(folder.stageFolder(stage.id))))
    return new Map();
  const batches = run.batches(0);
  try {
    return await whitenedEmbedder(batches, folder.config.refiner.hiddenSize, seed);
  } finally {
    await batches.return?.();
  }
}

async function startRun(context: StageContext): Promise<StageRun> {
  const { learns } = context.stage;
  switch (learns) {
    case 'words':
    case 'answers and pictures':
      return jointRun(context);
    case 'things in their places':
      return thingsRun(context);
    case 'pictures as they are':
      return autoencoderRun(context);
    default:
      return assertNever(learns);
  }
}

/** Writes a sheet of what a stage has learnt, where it makes pictures. */
async function makeSheet(context: StageContext, learnt: TrainedWeights, step: number): Promise<SheetReport | null> {
  const { stage, folder } = context;
  const weights = new Map(context.weights);
  for (const [name, { data }] of learnt) weights.set(name, data);
  const file = path.join(folder.stageFolder(stage.id), `sheet-${String(step).padStart(6, '0')}.png`);
  if (stage.trains.includes('decoder')) {
    await writePng(file, await generationSheet(context, weights));
    return { file };
  }
  if (!stage.trains.includes('vae')) return null;
  const { picture, psnr } = await reconstructionSheet(context, weights);
  await writePng(file, picture);
  return { file, psnr };
}
