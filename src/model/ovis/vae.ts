/** @file The variational auto-encoder: diffusers' `AutoencoderKL` as SDXL has it. Pictures are [batch, 3, height, width] in [-1, 1]. */
import { multiplyDims } from '../ir/dim.ts';
import type { Value } from '../ir/graph.ts';
import { attention } from '../nn/attention.ts';
import type { Builder } from '../nn/builder.ts';
import { conv2d, groupNorm, linear, silu, sub, type Module } from '../nn/layers.ts';
import * as t from '../ops/tensor.ts';
import type { VaeConfig } from './config.ts';

const PREFIX = 'visual_generator.vae.';
const NORM_EPSILON = 1e-6;
/** Down-sampling pads at the right and the bottom only. */
const DOWN_PADDING = [0, 0, 1, 1] as const;
const LOG_VARIANCE_RANGE = [-30, 20] as const;

/** The Gaussian a picture is encoded to; mean and clamped log variance are [batch, latent channels, height / factor, width / factor]. */
export interface Posterior {
  /** Mean and log variance side by side as the network gives them, [batch, 2 · latent channels, …]. */
  readonly moments: Value;
  readonly mean: Value;
  readonly logVariance: Value;
}

/** @param pixels [batch, 3, height, width]; sides are multiples of the VAE's factor */
export function encodePicture(builder: Builder, config: VaeConfig, pixels: Value): Posterior {
  const m: Module = { builder, part: 'vae', prefix: `${PREFIX}encoder.` };
  let x = conv2d(m, pixels, 'conv_in', config.blockChannels[0]!, { kernel: 3, padding: 1 });
  config.blockChannels.forEach((channels, level) => {
    const block = sub(m, `down_blocks.${level}.`);
    for (let i = 0; i < config.layersPerBlock; i++) x = resnet(sub(block, `resnets.${i}.`), x, channels, config);
    if (level < config.blockChannels.length - 1) {
      x = conv2d(block, x, 'downsamplers.0.conv', channels, { kernel: 3, stride: 2, padding: DOWN_PADDING });
    }
  });
  x = middle(sub(m, 'mid_block.'), x, config);
  x = silu(m, groupNorm(m, x, 'conv_norm_out', config.normGroups, NORM_EPSILON));
  x = conv2d(m, x, 'conv_out', 2 * config.latentChannels, { kernel: 3, padding: 1 });
  const moments = conv2d({ ...m, prefix: PREFIX }, x, 'quant_conv', 2 * config.latentChannels, { kernel: 1 });
  const [mean, logVariance] = t.chunk(moments, 2, 1) as [Value, Value];
  return { moments, mean, logVariance: t.min(t.max(logVariance, LOG_VARIANCE_RANGE[0]), LOG_VARIANCE_RANGE[1]) };
}

/**
 * @param latents [batch, latent channels, height, width], not scaled
 * @returns [batch, 3, factor · height, factor · width], not clamped
 */
export function decodeLatents(builder: Builder, config: VaeConfig, latents: Value): Value {
  const m: Module = { builder, part: 'vae', prefix: `${PREFIX}decoder.` };
  const levels = config.blockChannels.toReversed();
  let x = conv2d({ ...m, prefix: PREFIX }, latents, 'post_quant_conv', config.latentChannels, { kernel: 1 });
  x = conv2d(m, x, 'conv_in', levels[0]!, { kernel: 3, padding: 1 });
  x = middle(sub(m, 'mid_block.'), x, config);
  levels.forEach((channels, level) => {
    const block = sub(m, `up_blocks.${level}.`);
    for (let i = 0; i <= config.layersPerBlock; i++) x = resnet(sub(block, `resnets.${i}.`), x, channels, config);
    if (level < levels.length - 1) {
      x = conv2d(block, t.upsampleNearest(x, 2), 'upsamplers.0.conv', channels, { kernel: 3, padding: 1 });
    }
  });
  x = silu(m, groupNorm(m, x, 'conv_norm_out', config.normGroups, NORM_EPSILON));
  return conv2d(m, x, 'conv_out', config.imageChannels, { kernel: 3, padding: 1 });
}

function resnet(m: Module, x: Value, channels: number, { normGroups }: VaeConfig): Value {
  let h = silu(m, groupNorm(m, x, 'norm1', normGroups, NORM_EPSILON));
  h = conv2d(m, h, 'conv1', channels, { kernel: 3, padding: 1 });
  h = silu(m, groupNorm(m, h, 'norm2', normGroups, NORM_EPSILON));
  h = conv2d(m, h, 'conv2', channels, { kernel: 3, padding: 1 });
  const shortcut = x.shape[1] === channels ? x : conv2d(m, x, 'conv_shortcut', channels, { kernel: 1 });
  return t.add(shortcut, h);
}

function middle(m: Module, x: Value, config: VaeConfig): Value {
  const channels = x.shape[1] as number;
  const first = resnet(sub(m, 'resnets.0.'), x, channels, config);
  return resnet(sub(m, 'resnets.1.'), selfAttention(sub(m, 'attentions.0.'), first, config), channels, config);
}

/** One head over all positions of the picture. */
function selfAttention(m: Module, x: Value, { normGroups }: VaeConfig): Value {
  const [batch, channels, height, width] = x.shape;
  const size = channels as number;
  const normalised = groupNorm(m, x, 'group_norm', normGroups, NORM_EPSILON);
  const tokens = t.transpose(t.reshape(normalised, [batch!, size, multiplyDims(height!, width!)]), [0, 2, 1]);
  const [q, k, v] = ['to_q', 'to_k', 'to_v'].map((name) => {
    const projected = linear(m, tokens, name, size);
    return t.reshape(projected, [batch!, tokens.shape[1]!, 1, size]);
  }) as [Value, Value, Value];
  const mixed = linear(m, attention(m.builder, q, k, v, null), 'to_out.0', size);
  return t.add(x, t.reshapeLike(t.transpose(mixed, [0, 2, 1]), x));
}
