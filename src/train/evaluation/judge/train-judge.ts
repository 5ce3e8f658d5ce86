import path from 'node:path';

import { writeSafetensors } from '#model/weights/node/write-safetensors';
import { float32ToFloat16 } from '#model/weights/float16';
import type { TensorData } from '#model/weights/tensor-data';

import type { SpriteSheet } from '../../data/sprites/sprite-sheet.ts';
import type { LoadGraph } from '../../runtime.ts';
import { initialWeights } from '../../session/initialise.ts';
import { train, type StepMetrics } from '../../session/train.ts';
import { parametersOf } from '../../session/training-plan.ts';
import { weightsOf, type TrainingState } from '../../session/training-state.ts';
import { judgeBatches, judgePlan, type JudgeTraining } from './judge-training.ts';

export interface TrainJudgeOptions extends JudgeTraining {
  /** Where its checkpoints are kept, and in the end `judge.safetensors`. */
  readonly folder: string;
  readonly sheet: SpriteSheet;
  readonly loadGraph: LoadGraph;
  readonly signal: AbortSignal;
  readonly onStep: (metrics: StepMetrics) => void;
}

const SEED = 7;
const SAVE_EVERY = 500;

/** Trains the judge, or goes on where its training was interrupted. @returns the file that `Judge.open` takes */
export async function trainJudge(options: TrainJudgeOptions): Promise<string> {
  const { folder, sheet, loadGraph, batchSize, signal, onStep } = options;
  const plan = judgePlan(options);
  const training = train(plan, {
    weights: initialWeights(parametersOf(plan).values(), SEED),
    batches: (fromIndex) => judgeBatches(sheet, batchSize, fromIndex),
    loadGraph,
    folder: path.join(folder, 'checkpoints'),
    saveEvery: SAVE_EVERY,
    signal,
  });
  let state: TrainingState | undefined;
  while (!state) {
    const next = await training.next();
    if (next.done) state = next.value;
    else onStep(next.value);
  }
  const tensors = new Map<string, TensorData>();
  for (const [name, { spec, data }] of weightsOf(plan, state, { average: true })) {
    const halves = new Uint16Array(data.length);
    float32ToFloat16(data, halves);
    tensors.set(name, { dtype: 'f16', shape: spec.shape, bytes: new Uint8Array(halves.buffer) });
  }
  const file = path.join(folder, 'judge.safetensors');
  await writeSafetensors(file, tensors, { samples: String(state.samples) });
  return file;
}
