import { packLatents, decoderPositions, unpackLatents, type LatentSize } from '#model/ovis/sampling/latent-tokens';
import { decoderRope } from '#model/ovis/processing/rope';

import { tensor, type Tensor } from '../ort/tensor.ts';
import type { RefinedCondition } from './condition.ts';
import type { OvisModel } from './ovis-model.ts';

/** A picture that the decoder sees beside the one it makes: scaled latents, packed into tokens. */
export interface ContextTokens {
  readonly tokens: Float32Array;
  readonly size: LatentSize;
}

/** One guidance branch: gives the velocity of packed latents at a time. */
export type Branch = (latents: Float32Array, timestep: number) => Promise<Float32Array>;

/**
 * The decoder under one condition. What does not change from step to step is prepared here.
 *
 * @param size latent cells of the picture that is made
 */
export async function decoderBranch(
  model: OvisModel,
  condition: RefinedCondition,
  size: LatentSize,
  context: readonly ContextTokens[] = [],
): Promise<Branch> {
  const { decoder } = model.config;
  const session = await model.session('decoder');
  const textTokens = condition.text.shape[1]!;
  const positions = decoderPositions(
    textTokens,
    size,
    context.map((picture) => picture.size),
  );
  const rope = decoderRope(positions, decoder);
  const fixed: Record<string, Tensor> = {
    text: condition.text,
    pooled: condition.pooled,
    cos: tensor('f32', rope.shape, rope.cos),
    sin: tensor('f32', rope.shape, rope.sin),
  };
  const imageTokens = positions.length / 3 - textTokens;
  // Context tokens stay; the noisy ones are put in front of them at every step.
  const tokens = new Float32Array(imageTokens * decoder.tokenChannels);
  let at = tokens.length - context.reduce((sum, picture) => sum + picture.tokens.length, 0);
  for (const picture of context) {
    tokens.set(picture.tokens, at);
    at += picture.tokens.length;
  }
  return async (latents, timestep) => {
    tokens.set(latents);
    const { velocity } = await session.run({
      ...fixed,
      tokens: tensor('f32', [1, imageTokens, decoder.tokenChannels], tokens),
      timestep: tensor('f32', [1], Float32Array.of(timestep)),
    });
    return (velocity!.data as Float32Array).subarray(0, latents.length);
  };
}

/** Latents of a picture as context: scaled for the decoder and packed. @param latents [channels, rows, columns], not scaled */
export function contextTokens(model: OvisModel, latents: Float32Array, size: LatentSize): ContextTokens {
  const { scalingFactor } = model.config.vae;
  const scaled = latents.map((value) => value * scalingFactor);
  return { tokens: packLatents(scaled, size), size };
}

/** Packed latents as the VAE's decoder takes them: [channels, rows, columns], scaling undone. */
export function vaeLatents(model: OvisModel, tokens: Float32Array, size: LatentSize): Float32Array {
  return unpackLatents(tokens, size, 1 / model.config.vae.scalingFactor);
}
