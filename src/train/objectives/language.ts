import type { Value } from '#model/ir/graph';
import type { Builder } from '#model/nn/builder';
import { embedVisual, indicatorEmbeddings, mergeVisual, visualLogits } from '#model/ovis/adapter';
import type { OvisConfig } from '#model/ovis/config';
import { embedTokens, tokenLogits, type LanguageModelStates } from '#model/ovis/language-model';
import { encodePatches, type VisionInputs } from '#model/ovis/vision-encoder';
import * as t from '#model/ops/tensor';

import { crossEntropy } from '../losses/cross-entropy.ts';

/** Sequences in which some places hold pictures and indicators instead of text. */
export interface MixedSequences {
  /** i64[batch, tokens]; 0 where something else stands. */
  readonly ids: Value;
  /** Where in the flattened batch · tokens something else stands, i64[places]. */
  readonly places: Value;
  /** Which row of `visualRows` stands there, i64[places]. */
  readonly sources: Value;
}

/** What may stand in those places, [groups + 4, hidden]: the pictures' embeddings, and after them the indicators −301 to −304. */
export function visualRows(builder: Builder, { vision, llm }: OvisConfig, pictures: VisionInputs): Value {
  const features = encodePatches(builder, vision, pictures);
  const embeddings = embedVisual(builder, vision, llm, visualLogits(builder, vision, features));
  return t.concat([embeddings, indicatorEmbeddings(builder, vision, llm)], 0);
}

/** Embeddings of mixed sequences for the language model, [batch, tokens, hidden]. */
export function embedSequences(builder: Builder, { llm }: OvisConfig, sequences: MixedSequences, visual: Value): Value {
  const [batch, tokens] = sequences.ids.shape as readonly [number, number];
  const text = embedTokens(builder, llm, t.reshape(sequences.ids, [batch * tokens]));
  const merged = mergeVisual(text, t.gather(visual, sequences.sources), sequences.places);
  return t.reshape(merged, [batch, tokens, llm.hiddenSize]);
}

/** What the refiner is given of every token, [batch, tokens, 2 · hidden]. */
export function conditionOf({ last, secondLast }: LanguageModelStates): Value {
  return t.concat([last, secondLast], -1);
}

/**
 * Logits and the loss of the token after each one.
 *
 * @param states [batch, tokens, hidden]
 * @param targets i64[batch, tokens]: the token that comes next, any id where none counts
 * @param weights f32[batch, tokens]: 1 where it counts, else 0
 */
export function nextTokenLoss(
  builder: Builder,
  { llm }: OvisConfig,
  states: Value,
  targets: Value,
  weights: Value,
): { readonly logits: Value; readonly loss: Value } {
  const [batch, tokens, hidden] = states.shape as readonly [number, number, number];
  const rows = batch * tokens;
  const logits = tokenLogits(builder, llm, t.reshape(states, [rows, hidden]));
  return { logits, loss: crossEntropy(logits, t.reshape(targets, [rows]), t.reshape(weights, [rows])) };
}
