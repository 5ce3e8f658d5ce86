import { expect, it } from 'vitest';

import { createRng } from '../../data/random.ts';
import { hostTensor } from '../../runtime.ts';
import type { TrainingBatch } from '../../session/training-plan.ts';
import { whitenedEmbedder } from './whitened-embedder.ts';

const SIZE = 12;
const TOKENS = 400;
const HIDDEN = 64;

/** Conditions with directions of very different sizes around a large mean. */
function conditionBatch(index: number): TrainingBatch {
  const rng = createRng(1, index);
  const values = Float32Array.from(
    { length: TOKENS * SIZE },
    (_, at) => 50 + 2 ** ((at % SIZE) / 2) * 0.05 * rng.normal(),
  );
  return {
    bucket: 'b',
    samples: 1,
    inputs: {
      condition: hostTensor('f32', [1, TOKENS, SIZE], values),
      conditionWeight: hostTensor('f32', [1, TOKENS, 1], new Float32Array(TOKENS).fill(1)),
    },
  };
}

async function* batches(): AsyncGenerator<TrainingBatch, undefined> {
  for (let index = 0; ; index++) yield conditionBatch(index);
}

it('starts the refiner where every direction of the conditions counts the same', async () => {
  const weights = await whitenedEmbedder(batches(), HIDDEN, 1);
  const [weight, bias] = [...weights.values()] as [Float32Array, Float32Array];
  const { data } = conditionBatch(99).inputs['condition']!;
  const embedded = Array.from({ length: TOKENS * HIDDEN }, (_, at) => {
    const [token, row] = [Math.floor(at / HIDDEN), at % HIDDEN];
    let sum = bias[row]!;
    for (let k = 0; k < SIZE; k++) sum += weight[row * SIZE + k]! * Number(data[token * SIZE + k]);
    return sum;
  });
  const mean = embedded.reduce((sum, value) => sum + value, 0) / embedded.length;
  const deviation = Math.sqrt(embedded.reduce((sum, value) => sum + (value - mean) ** 2, 0) / embedded.length);
  expect(mean).toBeCloseTo(0, 0);
  expect(deviation).toBeGreaterThan(0.8);
  expect(deviation).toBeLessThan(1.2);

  // The smallest direction, a 45th of the largest, moves the embedding by as much.
  const moved = (channel: number) => {
    const size = 2 ** (channel / 2) * 0.05;
    let squares = 0;
    for (let row = 0; row < HIDDEN; row++) squares += (weight[row * SIZE + channel]! * size) ** 2;
    return Math.sqrt(squares / HIDDEN);
  };
  expect(moved(0) / moved(SIZE - 1)).toBeGreaterThan(0.5);
  expect(moved(0) / moved(SIZE - 1)).toBeLessThan(2);
});
