/** @file The smallest training there is, for tests: a linear layer that learns a linear function of logarithms. */
import type { Builder } from '#model/nn/builder';
import * as t from '#model/ops/tensor';
import type { ParameterSpec } from '#model/parameters';
import { apply1 } from '#model/ops/apply';

import { createRng } from '#train/data/random';
import { meanSquaredError } from '#train/losses/flow-matching';
import { adamW } from '#train/optimise/adamw';
import { warmupCosine } from '#train/optimise/schedule';
import { hostTensor } from '#train/runtime';
import type { TrainingBatch, TrainingPlan } from '#train/session/training-plan';
import type { Objective } from '#train/session/training-step';
import type { Weights } from '#train/session/training-state';

const IN = 3;
/** Rows of a batch in each bucket. */
const rowsOf: Record<string, number> = { narrow: 4, wide: 8, tall: 2 };

export function linePlan(options: {
  steps: number;
  outSize?: number;
  accumulation?: number;
  buckets?: readonly string[];
  trains?: (spec: ParameterSpec) => boolean;
}): TrainingPlan {
  const { steps, outSize = 2, accumulation = 1, buckets = ['narrow', 'wide'], trains = () => true } = options;
  const objective = (rows: number) => (builder: Builder) => line(builder, rows, outSize);
  return {
    name: 'line',
    steps,
    objectives: Object.fromEntries(buckets.map((name) => [name, objective(rowsOf[name]! / accumulation)])),
    trains,
    optimiser: adamW({ beta2: 0.99 }),
    schedule: warmupCosine({ peak: 0.1, warmupSteps: 3, steps: 300 }),
    averageDecay: 0.9,
    accumulation,
  };
}

function line(builder: Builder, rows: number, outSize: number): Objective {
  const x = t.log(builder.input('input x', 'f32', [rows, IN]));
  const bias = builder.vector('llm', 'line.bias', [outSize]);
  const y = builder.linear('llm', x, 'line.weight', outSize, { bias });
  const loss = meanSquaredError(y, builder.input('target', 'f32', [rows, outSize]));
  return { loss, metrics: { rootMeanSquare: apply1('sqrt', [loss], {}) } };
}

export function lineWeights({ outSize = 2 } = {}): Weights {
  const rng = createRng(1);
  const values = (count: number) => Float32Array.from({ length: count }, () => rng.normal());
  return new Map([
    ['line.weight', values(outSize * IN)],
    ['line.bias', values(outSize)],
  ]);
}

/** Batch i of every run is the same; from `poisonFrom` on, they hold what has no logarithm. */
export function lineBatches(
  options: {
    buckets?: readonly string[];
    /** Rows, where they are not the bucket's. */
    size?: number;
    poisonFrom?: number;
    onBatch?: (index: number) => unknown;
  } = {},
): (fromIndex: number) => AsyncGenerator<TrainingBatch, undefined> {
  const { buckets = ['narrow', 'wide'], size, poisonFrom = Number.POSITIVE_INFINITY, onBatch } = options;
  return async function* batches(fromIndex) {
    for (let index = fromIndex; ; index++) {
      const bucket = buckets[index % buckets.length]!;
      const rows = size ?? rowsOf[bucket]!;
      const x = new Float32Array(rows * IN);
      const target = new Float32Array(rows * 2);
      for (let row = 0; row < rows; row++) {
        const rng = createRng(2, index * rows + row);
        const logs = Array.from({ length: IN }, () => rng.normal());
        logs.forEach((value, i) => (x[row * IN + i] = index >= poisonFrom ? -1 : Math.exp(value)));
        target[2 * row] = logs[0]! - logs[1]! + 1;
        target[2 * row + 1] = 2 * logs[2]! - 1;
      }
      onBatch?.(index);
      yield {
        bucket,
        inputs: { 'input x': hostTensor('f32', [rows, IN], x), target: hostTensor('f32', [rows, 2], target) },
        samples: rows,
      };
    }
  };
}
