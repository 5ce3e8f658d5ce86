/** @file The adapter: features of merge groups become a probability over a visual vocabulary, and that an embedding. */
import type { Value } from '../ir/graph.ts';
import type { Builder } from '../nn/builder.ts';
import { layerNorm, linear, type Module } from '../nn/layers.ts';
import * as t from '../ops/tensor.ts';
import type { LlmConfig, VisionConfig } from './config.ts';

const PREFIX = 'visual_tokenizer.';
const TABLE = 'vte.weight';
const NORM_EPSILON = 1e-5;

/** Ids that stand for rows of the visual table: −301 is the first (row V − 5), −304 the last (row V − 2). */
const INDICATOR_COUNT = 4;

/** Logits over the visual vocabulary's classes. @param features [groups, merge² · hidden] */
export function visualLogits(builder: Builder, config: VisionConfig, features: Value): Value {
  const m: Module = { builder, part: 'adapter', prefix: PREFIX };
  return layerNorm(m, linear(m, features, 'head.0', config.classCount, { bias: false }), 'head.1', NORM_EPSILON);
}

/** Embeddings for the language model, [groups, llm hidden]. @param logits [groups, classes] */
export function embedVisual(builder: Builder, vision: VisionConfig, llm: LlmConfig, logits: Value): Value {
  const probabilities = t.softmax(logits);
  // The rows after the classes never take part: they are indicators.
  const weights = t.pad(probabilities, [0, 0], [0, vision.vocabularySize - vision.classCount]);
  return builder.mixRows('adapter', weights, TABLE, vision.vocabularySize, llm.hiddenSize);
}

/** Embeddings of the indicators −301 to −304, in that order: [4, llm hidden]. */
export function indicatorEmbeddings(builder: Builder, vision: VisionConfig, llm: LlmConfig): Value {
  const rows = vision.vocabularySize;
  // The first indicator is at once the last class of the softmax; the very last row is never used.
  return builder.mixtureRows('adapter', TABLE, rows, llm.hiddenSize, rows - 1 - INDICATOR_COUNT, rows - 1);
}

/**
 * Token embeddings with those of pictures and indicators put in their places.
 *
 * @param text [tokens, hidden], anything where something else belongs
 * @param visual [places, hidden]
 * @param places i64[places]: indices into `text`
 */
export function mergeVisual(text: Value, visual: Value, places: Value): Value {
  return t.scatterRows(text, places, visual);
}
