/** @file Flow matching: a straight line from a picture's latents (t = 0) to noise (t = 1), whose direction is learnt. */
import type { Value } from '#model/ir/graph';
import * as t from '#model/ops/tensor';

/** Latents on their way to noise: (1 - t)·clean + t·noise. @param time [batch] @returns [batch, tokens, channels] */
export function noisyLatents(clean: Value, noise: Value, time: Value): Value {
  const level = t.reshape(time, [time.shape[0]!, ...clean.shape.slice(1).map(() => 1)]);
  return t.add(clean, t.mul(level, velocity(clean, noise)));
}

/** What is learnt: noise - clean, the same at every t. */
export function velocity(clean: Value, noise: Value): Value {
  return t.sub(noise, clean);
}

/** Mean of squared differences over everything. @param weights one per sample, [batch]; null for all the same */
export function meanSquaredError(predicted: Value, target: Value, weights: Value | null = null): Value {
  const difference = t.sub(predicted, target);
  const axes = difference.shape.map((_, axis) => axis);
  const squares = t.mul(difference, difference);
  if (!weights) return t.reduceMean(squares, axes, false);
  const perSample = t.reduceMean(squares, axes.slice(1), false);
  return t.reduceMean(t.mul(perSample, weights), 0, false);
}
