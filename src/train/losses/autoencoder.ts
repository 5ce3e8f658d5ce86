import type { Value } from '#model/ir/graph';
import type { Posterior } from '#model/ovis/vae';
import * as t from '#model/ops/tensor';

/** A sample of the posterior: mean + exp(logVariance / 2)·noise. */
export function samplePosterior({ mean, logVariance }: Posterior, noise: Value): Value {
  return t.add(mean, t.mul(t.exp(t.mul(logVariance, 0.5)), noise));
}

/** Mean absolute difference. */
export function absoluteError(reconstructed: Value, pixels: Value): Value {
  const difference = t.sub(reconstructed, pixels);
  return t.reduceMean(
    t.abs(difference),
    difference.shape.map((_, axis) => axis),
    false,
  );
}

/** Divergence of the posterior from the unit Gaussian, summed over a picture's latents, averaged over the batch. */
export function klDivergence({ mean, logVariance }: Posterior): Value {
  const terms = t.sub(t.add(t.mul(mean, mean), t.exp(logVariance)), t.add(logVariance, 1));
  return t.mul(t.reduceMean(t.reduceSum(terms, [1, 2, 3], false), 0, false), 0.5);
}

/**
 * A small stand-in for a perceptual loss: absolute differences of neighbouring pixels' differences, at full size and at
 * each halving. It keeps edges sharp, which an absolute error alone lets blur.
 *
 * @param scales how many sizes; each halves the one before
 */
export function edgeError(reconstructed: Value, pixels: Value, scales = 3): Value {
  let difference = t.sub(reconstructed, pixels);
  const terms: Value[] = [];
  for (let scale = 0; scale < scales; scale++) {
    if (scale > 0) difference = t.averagePool(difference, 2);
    for (const axis of [2, 3]) {
      const steps = t.sub(t.slice(difference, axis, 1), t.slice(difference, axis, 0, -1));
      terms.push(t.reduceMean(t.abs(steps), [0, 1, 2, 3], false));
    }
  }
  return t.mul(
    terms.reduce((sum, term) => t.add(sum, term)),
    1 / terms.length,
  );
}
