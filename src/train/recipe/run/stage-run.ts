/** @file A stage as the trainer takes it: a plan, and batches with whatever frozen parts of the model they go through. */
import type { LoadGraph } from '../../runtime.ts';
import type { BatchSpec } from '../../data/batches/batch.ts';
import type { SpriteSheet } from '../../data/sprites/sprite-sheet.ts';
import type { TrainingBatch, TrainingPlan } from '../../session/training-plan.ts';
import type { Weights } from '../../session/training-state.ts';
import type { Scale, Stage, StageSize } from '../stage.ts';
import type { TrainingFolder } from './training-folder.ts';

/** What a training needs of the program it runs in. */
export interface TrainingHost {
  readonly loadGraph: LoadGraph;
  readonly sheet: SpriteSheet;
  /** Threads that draw batches ahead, and the script they run. */
  readonly workers: number;
  readonly workerScript: string;
  readonly signal: AbortSignal;
}

export interface StageContext extends TrainingHost {
  readonly stage: Stage;
  readonly scale: Scale;
  readonly size: StageSize;
  readonly folder: TrainingFolder;
  /** Of the whole model, before this stage. */
  readonly weights: Weights;
  readonly seed: number;
}

export interface StageRun {
  readonly plan: TrainingPlan;
  readonly batches: (fromIndex: number) => AsyncIterator<TrainingBatch, undefined>;
  /** Gives back what the batches go through. */
  readonly release: () => Promise<void>;
}

/** Which samples a stage sees. */
export function batchSpec({ stage, size, seed }: StageContext): BatchSpec {
  const { batchSize, curriculum, pictures, cropSide } = size;
  return { seed, mix: stage.mix, curriculum, batchSize, sizes: pictures, ...(cropSide !== undefined && { cropSide }) };
}
