import { tensor, type Tensor } from '../ort/tensor.ts';
import type { OvisModel } from './ovis-model.ts';

export interface PlanarSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The mean of the posterior of a picture, not scaled: [channels, height / factor, width / factor]. The reference samples;
 * the mean makes runs repeatable.
 *
 * @param pixels [3, height, width] in [-1, 1]; sides are multiples of the factor
 */
export async function encodeLatents(model: OvisModel, pixels: Float32Array, size: PlanarSize): Promise<Float32Array> {
  const { mean } = await encodeMoments(model, pixels, size);
  return mean.data as Float32Array;
}

export async function encodeMoments(
  model: OvisModel,
  pixels: Float32Array,
  { width, height }: PlanarSize,
): Promise<{ moments: Tensor; mean: Tensor; logVariance: Tensor }> {
  const session = await model.session('vaeEncoder');
  const { moments, mean, logVariance } = await session.run({ pixels: tensor('f32', [1, 3, height, width], pixels) });
  return { moments: moments!, mean: mean!, logVariance: logVariance! };
}

/**
 * Latents to pixels.
 *
 * @param latents [channels, height, width], not scaled
 * @param size of the latents
 * @returns [3, factor · height, factor · width], not clamped
 */
export async function decodePixels(model: OvisModel, latents: Float32Array, size: PlanarSize): Promise<Float32Array> {
  const session = await model.session('vaeDecoder');
  const shape = [1, model.config.vae.latentChannels, size.height, size.width];
  const { pixels } = await session.run({ latents: tensor('f32', shape, latents) });
  return pixels!.data as Float32Array;
}
