/** @file The language model: a Qwen3 decoder, from embeddings to hidden states and logits. */
import type { Value } from '../ir/graph.ts';
import { joinHeads, rotate, splitHeads, type Rotary } from '../nn/attention.ts';
import type { Builder } from '../nn/builder.ts';
import { linear, rmsNorm, sub, swiGlu, type Module } from '../nn/layers.ts';
import { splitAt } from '../nn/split-at.ts';
import { apply } from '../ops/apply.ts';
import * as t from '../ops/tensor.ts';
import type { LlmConfig } from './config.ts';

const PREFIX = 'llm.model.';
const EMBEDDINGS = `${PREFIX}embed_tokens.weight`;

/** Keys (after the rotary embedding) and values of one layer, [batch, kv heads, tokens, head size]. */
export interface KeyValue {
  readonly key: Value;
  readonly value: Value;
}

/**
 * Keys and values of the tokens before these. The buffers may be longer than what they hold, so that a caller can grow
 * them in place and feed them without copying.
 */
export interface PastKeyValues {
  readonly layers: readonly KeyValue[];
  /** Added to scores: 0 for slots in use, very negative for free ones; f32[slots]. */
  readonly slotBias: Value;
}

export interface LanguageModelStates {
  /** After the final norm, [batch, tokens, hidden]: `hidden_states[-1]`. */
  readonly last: Value;
  /** What goes into the last layer, not normed: `hidden_states[-2]`. */
  readonly secondLast: Value;
  /** Of these tokens only, to be appended to the past. */
  readonly present: readonly KeyValue[];
}

/** Embeddings of token ids; image placeholders are any valid id. @param ids i64[...] */
export function embedTokens(builder: Builder, config: LlmConfig, ids: Value): Value {
  return builder.lookUp('llm', ids, EMBEDDINGS, config.vocabularySize, config.hiddenSize);
}

/** Where the tokens stand in their sequence. */
export interface SequencePositions {
  /** Tables for the positions of these tokens; pairs are halves, not interleaved. */
  readonly rotary: Rotary;
  /** Added to the scores among these tokens: 0 up to the query's own position, very negative after; f32[tokens, tokens]. */
  readonly causalBias: Value;
}

/**
 * @param embeddings [batch, tokens, hidden]
 * @param past null where a sequence starts
 */
export function runLanguageModel(
  builder: Builder,
  config: LlmConfig,
  embeddings: Value,
  positions: SequencePositions,
  past: PastKeyValues | null = null,
): LanguageModelStates {
  const m: Module = { builder, part: 'llm', prefix: PREFIX };
  const present: KeyValue[] = [];
  let x = embeddings;
  let secondLast = x;
  for (let i = 0; i < config.layerCount; i++) {
    secondLast = x;
    const layer = sub(m, `layers.${i}.`);
    const before = past && { ...past.layers[i]!, slotBias: past.slotBias };
    const normed = rmsNorm(layer, x, 'input_layernorm.weight', config.normEps);
    const { mixed, keyValue } = selfAttention(sub(layer, 'self_attn.'), config, normed, positions, before);
    present.push(keyValue);
    x = t.add(x, mixed);
    const names = { gate: 'gate_proj', up: 'up_proj', down: 'down_proj' };
    const wide = rmsNorm(layer, x, 'post_attention_layernorm.weight', config.normEps);
    x = t.add(x, swiGlu(sub(layer, 'mlp.'), wide, names, config.intermediateSize));
  }
  return { last: rmsNorm(m, x, 'norm.weight', config.normEps), secondLast, present };
}

/** Scores of every token of the vocabulary; the head is the embedding table. @param states [..., hidden] */
export function tokenLogits(builder: Builder, config: LlmConfig, states: Value): Value {
  return builder.tiedHead('llm', states, EMBEDDINGS, config.vocabularySize, config.hiddenSize);
}

function selfAttention(
  m: Module,
  config: LlmConfig,
  x: Value,
  { rotary, causalBias }: SequencePositions,
  past: (KeyValue & { readonly slotBias: Value }) | null,
): { mixed: Value; keyValue: KeyValue } {
  const { headCount, kvHeadCount, headSize, hiddenSize, normEps } = config;
  const project = (name: string, heads: number) =>
    splitHeads(linear(m, x, name, heads * headSize, { bias: false }), heads);
  const turned = (heads: Value, norm: string) => rotate(m.builder, rmsNorm(m, heads, norm, normEps), rotary);
  const q = turned(project('q_proj', headCount), 'q_norm.weight');
  const k = turned(project('k_proj', kvHeadCount), 'k_norm.weight');
  const v = project('v_proj', kvHeadCount);

  const headsFirst = (heads: Value) => t.transpose(heads, [0, 2, 1, 3]);
  const keyValue = { key: headsFirst(k), value: headsFirst(v) };
  const mixed =
    m.builder.fusedAttention && !past
      ? fusedCausalAttention(q, k, v)
      : groupedQueryAttention(q, keyValue, causalBias, past);
  return { mixed: linear(m, mixed, 'o_proj', hiddenSize, { bias: false }), keyValue };
}

function fusedCausalAttention(q: Value, k: Value, v: Value): Value {
  const [batch, , heads, size] = q.shape as readonly [number, number, number, number];
  const tokens = t.cast(t.extent(q, 1), 'i32');
  const lastIndex = t.expand(t.sub(tokens, 1), [batch]);
  const inputs = [joinHeads(q), joinHeads(k), joinHeads(v), null, null, lastIndex, tokens];
  const attributes = { heads, kvHeads: k.shape[2] as number, scale: 1 / Math.sqrt(size) };
  return apply('grouped-query-attention', inputs, attributes)[0]!;
}

/**
 * Attention in which groups of query heads share a key and value head. Past and present keys are multiplied apart, so that
 * the past stays where the caller keeps it.
 *
 * @param q [batch, tokens, heads, size]
 * @returns [batch, tokens, heads · size]
 */
function groupedQueryAttention(
  q: Value,
  present: KeyValue,
  causalBias: Value,
  past: (KeyValue & { readonly slotBias: Value }) | null,
): Value {
  const [batch, tokens, heads, size] = q.shape as readonly [number, number, number, number];
  const kvHeads = present.key.shape[1] as number;
  const grouped = t.reshape(q, [batch, tokens, kvHeads, heads / kvHeads, size]);
  const queries = t.mul(t.transpose(grouped, [0, 2, 3, 1, 4]), 1 / Math.sqrt(size));
  const shared = (x: Value) => t.reshape(x, [batch, kvHeads, 1, x.shape[2]!, size]);
  const scores = (key: Value, bias: Value) => t.add(t.matmul(queries, shared(key), { transposeB: true }), bias);

  const own = scores(present.key, causalBias);
  let mixed: Value;
  if (past) {
    const weights = t.softmax(t.concat([scores(past.key, past.slotBias), own], -1));
    const [pastWeights, ownWeights] = splitAt(weights, 4, past.key, 2);
    mixed = t.add(t.matmul(pastWeights, shared(past.value)), t.matmul(ownWeights, shared(present.value)));
  } else {
    mixed = t.matmul(t.softmax(own), shared(present.value));
  }
  return t.reshape(t.transpose(mixed, [0, 3, 1, 2, 4]), [batch, tokens, heads * size]);
}
