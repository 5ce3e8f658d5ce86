import { describe, expect, it } from 'vitest';

import { createSession } from '#engine/ort/ort-session';
import { tensor } from '#engine/ort/tensor';
import { lineBatches, linePlan, lineWeights } from '#testing/line-plan';
import { fromTensor, sumOver, tabulate, toTensor, type Nd } from '#testing/nd';
import { createRandom } from '#testing/random';
import { runGraph } from '#testing/run-graph';

import { train } from '../session/train.ts';
import type { TrainingPlan } from '../session/training-plan.ts';
import type { TrainingState } from '../session/training-state.ts';
import { adamW } from './adamw.ts';
import { clippingFactor, globalNorm } from './clip.ts';
import { muon, orthogonalised } from './muon.ts';
import { averageShare, warmupCosine, warmupStable } from './schedule.ts';

const loadGraph = (model: Uint8Array) => createSession(model, { device: 'cpu' });

async function lastLoss(plan: TrainingPlan): Promise<number> {
  let last = Number.NaN;
  for await (const { loss } of train(plan, { weights: lineWeights(), batches: lineBatches(), loadGraph })) last = loss;
  return last;
}

async function trained(plan: TrainingPlan): Promise<TrainingState['tensors']> {
  const training = train(plan, { weights: lineWeights(), batches: lineBatches(), loadGraph });
  for (;;) {
    const next = await training.next();
    if (next.done) return next.value.tensors;
  }
}

describe('AdamW', () => {
  it('decays only what it is told to', async () => {
    const decayed = async (decays: (name: string) => boolean) => {
      const optimiser = adamW({ weightDecay: 1, decays });
      const plan: TrainingPlan = { ...linePlan({ steps: 1 }), optimiser, schedule: () => 0.5 };
      const tensors = await trained(plan);
      return (name: string) => tensors.get(name)!.data;
    };
    const all = await decayed(() => true);
    const weights = await decayed((name) => name.endsWith('.weight'));
    expect(weights('line.weight')).toEqual(all('line.weight'));
    // Every element moves by the rate in the first step; halving before that is the decay.
    const [start] = lineWeights().get('line.bias')!;
    expect(Math.abs(weights('line.bias')[0]! - start!)).toBeCloseTo(0.5, 3);
    expect(Math.abs(all('line.bias')[0]! - start! / 2)).toBeCloseTo(0.5, 3);
  });
});

describe('Muon', () => {
  it.each([
    [6, 10],
    [10, 6],
  ])('turns a matrix of %d by %d into one without preferred directions', async (rows, columns) => {
    const { normal } = createRandom(4);
    // Singular values from about 0.1 to 10 times each other.
    const x = tabulate([rows, columns], (i) => normal() * 3 ** (i % 4));
    const { y } = await runGraph((scope) => ({ y: orthogonalised(scope.input('x', 'f32', x.shape)) }), {
      x: toTensor(x, 'f32'),
    });
    const q = fromTensor(y);
    const short = Math.min(rows, columns);
    const long = Math.max(rows, columns);
    const stretch = (matrix: Nd, v: readonly number[]) => {
      const at = (i: number, k: number) => (rows < columns ? matrix.at(i, k) : matrix.at(k, i));
      const image = Array.from({ length: long }, (_, k) => sumOver(short, (i) => at(i, k) * v[i]!));
      return Math.hypot(...image) / Math.hypot(...v);
    };
    const directions = Array.from({ length: 50 }, () => Array.from({ length: short }, normal));
    const spread = (matrix: Nd) => {
      const lengths = directions.map((v) => stretch(matrix, v));
      return Math.max(...lengths) / Math.min(...lengths);
    };
    expect(spread(x)).toBeGreaterThan(4);
    expect(spread(q)).toBeLessThan(1.8);
    for (const v of directions) expect(Math.abs(stretch(q, v) - 0.95)).toBeLessThan(0.3);
    // It still points where the matrix does.
    expect(sumOver(rows * columns, (i) => x.data[i]! * q.data[i]!)).toBeGreaterThan(0);
  });

  it('learns, with AdamW for what is no matrix', async () => {
    const plan = { ...linePlan({ steps: 300 }), optimiser: muon({ others: adamW() }) };
    expect(await lastLoss(plan)).toBeLessThan(0.01);
  });
});

it('gradients are clipped by the norm of all of them together', async () => {
  const gradients = { a: tensor('f32', [2], Float32Array.of(3, 0)), b: tensor('f32', [1, 2], Float32Array.of(0, 4)) };
  const { norm, small, large } = await runGraph((scope) => {
    const norm = globalNorm([scope.input('a', 'f32', [2]), scope.input('b', 'f32', [1, 2])]);
    return { norm, small: clippingFactor(norm, 1), large: clippingFactor(norm, 10) };
  }, gradients);
  expect(fromTensor(norm).data).toEqual([5]);
  expect(fromTensor(small).data[0]).toBeCloseTo(0.2, 6);
  expect(fromTensor(large).data).toEqual([1]);
});

describe('a learning rate', () => {
  it('rises, and falls along a cosine', () => {
    const rate = warmupCosine({ peak: 1, warmupSteps: 4, steps: 104, last: 0.1 });
    expect([1, 2, 4, 54, 104, 200].map((step) => Number(rate(step).toFixed(6)))).toEqual([
      0.25, 0.5, 1, 0.55, 0.1, 0.1,
    ]);
  });

  it('rises, stays, and falls at the end', () => {
    const rate = warmupStable({ peak: 2, warmupSteps: 2, cooldownSteps: 10, steps: 100 });
    expect([1, 2, 50, 90, 95, 100].map(rate)).toEqual([1, 2, 2, 2, 1, 0]);
  });
});

it('averages forget their beginning soon, and little later on', () => {
  expect(averageShare(1, 0.999)).toBeCloseTo(9 / 11, 10);
  expect(averageShare(90, 0.999)).toBeCloseTo(0.09, 10);
  expect(averageShare(100_000, 0.999)).toBeCloseTo(0.001, 10);
});
