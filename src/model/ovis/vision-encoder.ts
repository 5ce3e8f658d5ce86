/** @file The vision encoder: an AIMv2 transformer over patches of any number of pictures of any size (NaViT packing). */
import { defined } from '#base/assert';

import { divideDims } from '../ir/dim.ts';
import type { Value } from '../ir/graph.ts';
import { attention, MASKED, rotate, splitHeads, type Rotary } from '../nn/attention.ts';
import type { Builder } from '../nn/builder.ts';
import { linear, rmsNorm, sub, swiGlu, type Module } from '../nn/layers.ts';
import * as t from '../ops/tensor.ts';
import type { VisionConfig } from './config.ts';

const PREFIX = 'visual_tokenizer.backbone.';

export interface VisionInputs {
  /** Patches in merge order, channel first: [tokens, 3 · patch²]. */
  readonly patches: Value;
  /** How each token's position mixes the rows of the position table: [tokens, table rows]. */
  readonly positionWeights: Value;
  /** Tables for row and column of each token; pairs are halves. */
  readonly rotary: Rotary;
  /** Number of the picture (or frame) of each token, i32[tokens]; null when there is one. */
  readonly pictures: Value | null;
  /** Number of the attention window of each token, i32[tokens]; null when every block sees its whole picture. */
  readonly windows: Value | null;
}

/** @returns the last block's output before `post_trunk_norm`, [tokens / merge², merge² · hidden]: features of merge groups */
export function encodePatches(builder: Builder, config: VisionConfig, inputs: VisionInputs): Value {
  const m: Module = { builder, part: 'vision', prefix: PREFIX };
  const { hiddenSize, patchSize, channels, mergeSize } = config;
  const tokens = inputs.patches.shape[0]!;

  const patcher = sub(m, 'preprocessor.');
  const bias = builder.vector('vision', `${patcher.prefix}patchifier.proj.bias`, [hiddenSize]);
  const kernel = [hiddenSize, channels, patchSize, patchSize];
  const name = `${patcher.prefix}patchifier.proj.weight`;
  const embedded = builder.linear('vision', inputs.patches, name, hiddenSize, { bias, checkpointShape: kernel });
  const tableRows = config.tableSize ** 2;
  const table = builder.vector('vision', `${patcher.prefix}pos_embed`, [1, tableRows, hiddenSize]);
  const positions = t.matmul(inputs.positionWeights, t.reshape(table, [tableRows, hiddenSize]));
  const placed = t.add(rmsNorm(patcher, embedded, 'patchifier.norm.weight', config.normEps), positions);

  const pictureBias = inputs.pictures && segmentBias(inputs.pictures);
  const windowBias = inputs.windows && segmentBias(inputs.windows);
  let x = t.reshape(placed, [1, tokens, hiddenSize]);
  for (let i = 0; i < config.blockCount; i++) {
    const windowed = config.fullAttentionBlocks !== null && !config.fullAttentionBlocks.includes(i);
    x = block(sub(m, `trunk.blocks.${i}.`), config, x, inputs.rotary, windowed ? windowBias : pictureBias);
  }
  const area = mergeSize ** 2;
  return t.reshape(x, [defined(divideDims(tokens, area), 'whole merge groups'), area * hiddenSize]);
}

/** What `encodePatches` leaves unused in a checkpoint. */
export const UNUSED_VISION_PARAMETERS = [`${PREFIX}trunk.post_trunk_norm.weight`];

function block(m: Module, config: VisionConfig, x: Value, rotary: Rotary, bias: Value | null): Value {
  const { hiddenSize, headCount, normEps } = config;
  const qkv = linear(m, rmsNorm(m, x, 'norm_1.weight', normEps), 'attn.qkv', 3 * hiddenSize, { bias: false });
  const [q, k, v] = t.chunk(qkv, 3, -1).map((part) => splitHeads(part, headCount)) as [Value, Value, Value];
  const mixed = attention(m.builder, rotate(m.builder, q, rotary), rotate(m.builder, k, rotary), v, bias);
  const attended = t.add(x, linear(m, mixed, 'attn.proj', hiddenSize, { bias: false }));
  const names = { gate: 'mlp.fc1', up: 'mlp.fc3', down: 'mlp.fc2' };
  return t.add(attended, swiGlu(m, rmsNorm(m, attended, 'norm_2.weight', normEps), names, config.intermediateSize));
}

/** Scores between tokens of different segments are masked: f32[1, 1, tokens, tokens]. */
function segmentBias(segments: Value): Value {
  const tokens = segments.shape[0]!;
  const rows = t.reshape(segments, [1, 1, tokens, 1]);
  const columns = t.reshape(segments, [1, 1, 1, tokens]);
  const zero = t.full(segments.scope, 'f32', 0);
  return t.where(t.equal(rows, columns), zero, MASKED);
}
