import * as t from '#model/ops/tensor';

import type { Optimiser } from './optimiser.ts';

export interface AdamWOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Decoupled: every step shrinks a parameter by learning rate · decay, whatever its gradient. */
  readonly weightDecay?: number;
  /** Which parameters decay; all of them if not given. */
  readonly decays?: (name: string) => boolean;
}

/**
 * AdamW with bias correction:
 *
 *     m ← β₁·m + (1 - β₁)·g        v ← β₂·v + (1 - β₂)·g²
 *     p ← p·(1 - rate·decay) - rate / (1 - β₁ˢ) · m / (√v / √(1 - β₂ˢ) + ε)
 *
 * What depends on the step s and the rate alone is computed outside, in double precision, and fed.
 */
export function adamW(options: AdamWOptions = {}): Optimiser {
  const { beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8, weightDecay = 0.01, decays = () => true } = options;
  return {
    slots: () => ['adam.m', 'adam.v'],
    scalars: ({ learningRate, step }) => ({
      adamRate: learningRate / (1 - beta1 ** step),
      adamCorrection: 1 / Math.sqrt(1 - beta2 ** step),
      adamShrink: 1 - learningRate * weightDecay,
    }),
    update({ name, parameter, gradient, slots: [m, v], gradientScale, scalar }) {
      // The clipping factor goes into the small factors instead of a pass over the gradient.
      const share1 = t.mul(gradientScale, 1 - beta1);
      const share2 = t.mul(t.mul(gradientScale, gradientScale), 1 - beta2);
      const nextM = t.add(t.mul(m!, beta1), t.mul(gradient, share1));
      const nextV = t.add(t.mul(v!, beta2), t.mul(t.mul(gradient, gradient), share2));
      const root = t.add(t.mul(t.sqrt(nextV), scalar('adamCorrection')), epsilon);
      const move = t.mul(t.div(nextM, root), scalar('adamRate'));
      const kept = decays(name) && weightDecay !== 0 ? t.mul(parameter, scalar('adamShrink')) : parameter;
      return { parameter: t.sub(kept, move), slots: [nextM, nextV] };
    },
  };
}
