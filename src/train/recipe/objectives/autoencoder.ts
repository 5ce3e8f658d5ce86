import type { Builder } from '#model/nn/builder';
import type { OvisConfig } from '#model/ovis/config';
import { decodeLatents, encodePicture } from '#model/ovis/vae';

import { absoluteError, edgeError, klDivergence, samplePosterior } from '../../losses/autoencoder.ts';
import { meanSquaredError } from '../../losses/flow-matching.ts';
import type { Objective } from '../../session/training-step.ts';
import * as t from '#model/ops/tensor';

/** How much edges count beside plain differences, and how little the latents' distance from the unit Gaussian does. */
const EDGE_WEIGHT = 0.5;
const KL_WEIGHT = 1e-6;

export interface AutoencoderShape {
  readonly batch: number;
  /** Pixels along a side of a crop. */
  readonly side: number;
}

/** Inputs: pixels f32[batch, 3, side, side] in [−1, 1], posteriorNoise f32[batch, latent channels, side / factor, …]. */
export function autoencoderObjective(
  builder: Builder,
  { vae }: OvisConfig,
  { batch, side }: AutoencoderShape,
): Objective {
  const pixels = builder.input('pixels', 'f32', [batch, vae.imageChannels, side, side]);
  const cells = side / vae.factor;
  const posterior = encodePicture(builder, vae, pixels);
  const noise = builder.input('posteriorNoise', 'f32', [batch, vae.latentChannels, cells, cells]);
  const reconstructed = decodeLatents(builder, vae, samplePosterior(posterior, noise));
  const absolute = absoluteError(reconstructed, pixels);
  const edges = edgeError(reconstructed, pixels);
  const kl = klDivergence(posterior);
  return {
    loss: t.add(t.add(absolute, t.mul(edges, EDGE_WEIGHT)), t.mul(kl, KL_WEIGHT)),
    metrics: { absolute, edges, kl, squared: meanSquaredError(reconstructed, pixels) },
  };
}
