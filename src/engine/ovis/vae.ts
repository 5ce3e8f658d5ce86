import { tensor, type Tensor } from '../ort/tensor.ts';
import type { OvisModel } from './ovis-model.ts';
import { processInTiles, type PlanarSize } from './tiles.ts';

/**
 * Cells of latents, and pixels, that the VAE takes in one piece: the widest tensor of the released decoder then stays below
 * half a gigabyte, which Electron's allocator can still serve.
 */
const WHOLE_LATENTS = 80 * 80;
const TILE_LATENTS = 64;
const OVERLAP_LATENTS = 12;

/**
 * The mean of the posterior of a picture, not scaled: [channels, height / factor, width / factor]. The reference samples;
 * the mean makes runs repeatable.
 *
 * @param pixels [3, height, width] in [-1, 1]; sides are multiples of the factor
 */
export async function encodeLatents(model: OvisModel, pixels: Float32Array, size: PlanarSize): Promise<Float32Array> {
  const { factor } = model.config.vae;
  const options = {
    side: TILE_LATENTS * factor,
    overlap: OVERLAP_LATENTS * factor,
    whole: WHOLE_LATENTS * factor ** 2,
    scale: 1 / factor,
    multiple: factor,
  };
  return processInTiles({ data: pixels, ...planar(size) }, options, async (tile) => {
    const { mean } = await encodeMoments(model, tile.data, tile);
    return mean.data as Float32Array;
  });
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
  const { latentChannels, factor } = model.config.vae;
  const options = {
    side: TILE_LATENTS,
    overlap: OVERLAP_LATENTS,
    whole: WHOLE_LATENTS,
    scale: factor,
    multiple: 1,
  };
  return processInTiles({ data: latents, ...planar(size) }, options, async ({ data, width, height }) => {
    const { pixels } = await session.run({ latents: tensor('f32', [1, latentChannels, height, width], data) });
    return pixels!.data as Float32Array;
  });
}

function planar({ width, height }: PlanarSize): PlanarSize {
  return { width, height };
}
