/** @file The refiner (`txt_in`): turns a condition of the language model into what the visual decoder attends to. */
import type { Value } from '../ir/graph.ts';
import { attention, splitHeads } from '../nn/attention.ts';
import type { Builder } from '../nn/builder.ts';
import { layerNorm, linear, silu, sub, type Module } from '../nn/layers.ts';
import * as t from '../ops/tensor.ts';
import type { RefinerConfig } from './config.ts';

const PREFIX = 'visual_generator.backbone.txt_in.';
const NORM_EPSILON = 1e-6;

export interface RefinedCondition {
  /** Text tokens of the decoder's joint attention, [batch, tokens, hidden]. */
  readonly text: Value;
  /** The [CLS] token, which modulates every block, [batch, hidden]. */
  readonly pooled: Value;
}

/** Which positions of a padded condition count. */
export interface ConditionPadding {
  /** 1 where a position counts, else 0: f32[batch, tokens, 1]. */
  readonly weight: Value;
  /** Added to attention scores: 0 where a key counts, else very negative; f32[batch, 1, 1, 1 + tokens], [CLS] first. */
  readonly keyBias: Value;
}

/**
 * Does not depend on the timestep: run it once per condition.
 *
 * @param condition [batch, tokens, conditionSize]: the two hidden states side by side
 * @param padding for batches of conditions of unequal length, as in training
 */
export function refineCondition(
  builder: Builder,
  config: RefinerConfig,
  condition: Value,
  padding: ConditionPadding | null = null,
): RefinedCondition {
  const m: Module = { builder, part: 'refiner', prefix: PREFIX };
  const { hiddenSize } = config;
  const batch = condition.shape[0]!;

  const mean = padding
    ? t.div(t.reduceSum(t.mul(condition, padding.weight), 1, false), t.reduceSum(padding.weight, 1, false))
    : t.reduceMean(condition, 1, false);
  const context = linear(
    m,
    silu(m, linear(m, mean, 'c_embedder.linear_1', hiddenSize)),
    'c_embedder.linear_2',
    hiddenSize,
  );

  const embedded = linear(m, condition, 'input_embedder', hiddenSize);
  const cls = builder.vector('refiner', `${PREFIX}cls_token`, [1, 1, hiddenSize]);
  let x = t.concat([t.expand(cls, [batch, 1, hiddenSize]), embedded], 1);

  for (let i = 0; i < config.blockCount; i++) {
    x = block(sub(m, `individual_token_refiner.blocks.${i}.`), config, x, context, padding?.keyBias ?? null);
  }
  return { text: t.slice(x, 1, 1), pooled: t.reshape(t.slice(x, 1, 0, 1), [batch, hiddenSize]) };
}

function block(m: Module, config: RefinerConfig, x: Value, context: Value, keyBias: Value | null): Value {
  const { hiddenSize, headCount } = config;
  const gates = linear(m, silu(m, context), 'adaLN_modulation.1', 2 * hiddenSize);
  const [attentionGate, mlpGate] = t
    .chunk(gates, 2, -1)
    .map((gate) => t.reshape(gate, [gate.shape[0]!, 1, hiddenSize])) as [Value, Value];

  const qkv = linear(m, layerNorm(m, x, 'norm1', NORM_EPSILON), 'self_attn_qkv', 3 * hiddenSize);
  const [q, k, v] = t.chunk(qkv, 3, -1).map((part) => splitHeads(part, headCount)) as [Value, Value, Value];
  const mixed = linear(m, attention(m.builder, q, k, v, keyBias), 'self_attn_proj', hiddenSize);
  const attended = t.add(x, t.mul(mixed, attentionGate));

  const normalised = layerNorm(m, attended, 'norm2', NORM_EPSILON);
  const mlp = linear(m, silu(m, linear(m, normalised, 'mlp.fc1', config.mlpSize)), 'mlp.fc2', hiddenSize);
  return t.add(attended, t.mul(mlp, mlpGate));
}
