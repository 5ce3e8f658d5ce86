import path from 'node:path';

import { assertNever } from '#base/assert';

import { initialWeights } from '../../session/initialise.ts';
import { openMetricsLog, type MetricsLog } from '../../session/metrics-log.ts';
import { train, type StepMetrics } from '../../session/train.ts';
import { resumeState } from '../../session/checkpoints.ts';
import { parametersOf, type TrainingPlan } from '../../session/training-plan.ts';
import { startState, weightsOf, type TrainingState } from '../../session/training-state.ts';
import { generationSheet, reconstructionSheet } from './sheets.ts';
import { writePng } from './write-png.ts';
import { jointRun } from './joint-run.ts';
import { thingsRun } from './things-run.ts';
import { autoencoderRun } from './autoencoder-run.ts';
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
  /** Updates between two sheets of pictures; a multiple of `saveEvery`. */
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
export async function runStage(context: StageContext, options: RunStageOptions): Promise<TrainedWeights> {
  const { saveEvery, sheetEvery, endNow = false, onStep, onSheet } = options;
  const { stage, folder, weights, seed, loadGraph, signal } = context;
  const run = await startRun(context);
  const stageFolder = folder.stageFolder(stage.id);
  let log: MetricsLog | undefined;
  try {
    const training = train(endNow ? { ...run.plan, steps: 0 } : run.plan, {
      weights: new Map([...initialWeights(parametersOf(run.plan).values(), seed), ...weights]),
      batches: run.batches,
      loadGraph,
      folder: stageFolder,
      saveEvery,
      traceNonFinite: true,
      signal,
    });
    let state: TrainingState | undefined;
    while (!state) {
      const next = await training.next();
      if (next.done) {
        state = next.value;
        continue;
      }
      log ??= await openMetricsLog(path.join(stageFolder, 'log.jsonl'), { afterStep: next.value.step - 1 });
      await log.append(next.value);
      onStep({ steps: run.plan.steps, metrics: next.value });
      if (next.value.step % sheetEvery === 0) {
        const made = await makeSheet(context, run.plan, next.value.step);
        if (made) onSheet(made);
      }
    }
    const learnt = weightsOf(run.plan, state, { average: true });
    return new Map([...learnt].filter(([, { spec }]) => run.plan.trains(spec)));
  } finally {
    await run.release();
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

/** Writes a sheet of what the newest checkpoint can do, where a stage makes pictures. */
async function makeSheet(context: StageContext, plan: TrainingPlan, step: number): Promise<SheetReport | null> {
  const { stage, folder, weights } = context;
  if (!stage.trains.includes('vae') && !stage.trains.includes('decoder')) return null;
  const stageFolder = folder.stageFolder(stage.id);
  const state = await resumeState(stageFolder, plan, startState(plan, weights));
  const learnt = new Map(weights);
  for (const [name, { data }] of weightsOf(plan, state, { average: true })) learnt.set(name, data);
  const file = path.join(stageFolder, `sheet-${String(step).padStart(6, '0')}.png`);
  if (stage.trains.includes('decoder')) {
    await writePng(file, await generationSheet(context, learnt));
    return { file };
  }
  const { picture, psnr } = await reconstructionSheet(context, learnt);
  await writePng(file, picture);
  return { file, psnr };
}
