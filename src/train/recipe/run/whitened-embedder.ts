/**
 * @file Where the refiner's first layer starts. A language model's hidden states are a few huge directions that hardly
 * differ between prompts, and many small ones that say what a prompt is about: learnt from a random start, the small ones
 * come late. So the layer starts as a whitening of the conditions of the stage's own prompts: every direction the same size.
 */
import { defined } from '#base/assert';

import { createRng } from '../../data/random.ts';
import { floats } from '../../runtime.ts';
import type { Weights } from '../../session/training-state.ts';
import type { TrainingBatch } from '../../session/training-plan.ts';

const LAYER = 'visual_generator.backbone.txt_in.input_embedder';
const BATCHES = 24;
/** Of the mean variance: directions much smaller than this are noise, and stay small. */
const NOISE_SHARE = 1e-5;

/**
 * Weight [hidden, condition size] and bias [hidden] of the layer, by their checkpoint names.
 *
 * @param batches with the inputs `condition` and `conditionWeight` of `flowObjective`
 * @param hiddenSize rows of the layer
 */
export async function whitenedEmbedder(
  batches: AsyncIterator<TrainingBatch, undefined>,
  hiddenSize: number,
  seed: number,
): Promise<Weights> {
  const { mean, covariance, size } = await statistics(batches);
  const trace = mean.reduce((sum, _, i) => sum + covariance[i * size + i]!, 0);
  for (let i = 0; i < size; i++) covariance[i * size + i]! += (NOISE_SHARE * trace) / size;
  const inverse = inverseLower(cholesky(covariance, size), size);
  const rng = createRng(seed, 'embedder');
  const weight = new Float32Array(hiddenSize * size);
  const bias = new Float32Array(hiddenSize);
  for (let row = 0; row < hiddenSize; row++) {
    // A random mix of the whitened directions; Σ mix·L⁻¹ has variance 1.
    const sums = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      const share = rng.normal() / Math.sqrt(size);
      for (let column = 0; column <= k; column++) sums[column]! += share * inverse[k * size + column]!;
    }
    weight.set(sums, row * size);
    bias[row] = -sums.reduce((sum, value, column) => sum + value * mean[column]!, 0);
  }
  return new Map([
    [`${LAYER}.weight`, weight],
    [`${LAYER}.bias`, bias],
  ]);
}

/** Mean [size] and covariance [size, size] of all tokens that count. */
async function statistics(batches: AsyncIterator<TrainingBatch, undefined>) {
  let size = 0;
  let sums = new Float64Array();
  let products = new Float64Array();
  let count = 0;
  for (let index = 0; index < BATCHES; index++) {
    const { inputs } = defined((await batches.next()).value, 'batch');
    const condition = defined(inputs['condition'], 'condition');
    const values = floats(condition);
    const counts = floats(inputs['conditionWeight']);
    if (size === 0) {
      size = condition.shape.at(-1)!;
      sums = new Float64Array(size);
      products = new Float64Array(size * size);
    }
    for (const [token, weight] of counts.entries()) {
      if (weight === 0) continue;
      count++;
      const x = values.subarray(token * size, (token + 1) * size);
      for (let i = 0; i < size; i++) {
        sums[i]! += x[i]!;
        for (let j = 0; j <= i; j++) products[i * size + j]! += x[i]! * x[j]!;
      }
    }
  }
  const mean = sums.map((sum) => sum / count);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = products[i * size + j]! / count - mean[i]! * mean[j]!;
      products[i * size + j] = value;
      products[j * size + i] = value;
    }
  }
  return { mean, covariance: products, size };
}

/** L with L·Lᵀ = A for a symmetric positive A [size, size], row by row; above the diagonal stays what A had. */
function cholesky(a: Float64Array, size: number): Float64Array {
  const l = a.slice();
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = l[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * size + k]! * l[j * size + k]!;
      l[i * size + j] = i === j ? Math.sqrt(Math.max(sum, Number.MIN_VALUE)) : sum / l[j * size + j]!;
    }
  }
  return l;
}

/** L⁻¹ of a lower triangular L [size, size]. */
function inverseLower(l: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    inverse[column * size + column] = 1 / l[column * size + column]!;
    for (let row = column + 1; row < size; row++) {
      let sum = 0;
      for (let k = column; k < row; k++) sum -= l[row * size + k]! * inverse[k * size + column]!;
      inverse[row * size + column] = sum / l[row * size + row]!;
    }
  }
  return inverse;
}
