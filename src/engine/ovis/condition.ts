import { expandPictures, promptIds, type TokenSequence } from '#model/ovis/text/token-ids';
import type { PromptTexts } from '#model/ovis/text/prompts';

import type { Tensor } from '../ort/tensor.ts';
import type { OvisModel } from './ovis-model.ts';
import { sequenceInputs } from './sequence.ts';
import type { VisualEmbeddings } from './vision.ts';

/** A condition after the refiner: what the decoder attends to. */
export interface RefinedCondition {
  /** [1, tokens, hidden] */
  readonly text: Tensor;
  /** [1, hidden] */
  readonly pooled: Tensor;
}

/** The ids of a prompt with a place for every visual embedding. */
export function tokenSequence(model: OvisModel, texts: PromptTexts, visual: VisualEmbeddings | null): TokenSequence {
  const ids = promptIds(texts, model.tokenizer);
  return expandPictures(ids, visual?.counts ?? [], model.config.multimodalMaxLength);
}

export interface EncodedPrompt {
  /** What the language model was given, [1, tokens, hidden]. */
  readonly merged: Tensor;
  /** Its two last hidden states side by side, [1, tokens, 2 · hidden]. */
  readonly condition: Tensor;
}

export async function encodePrompt(
  model: OvisModel,
  sequence: TokenSequence,
  visual: VisualEmbeddings | null,
): Promise<EncodedPrompt> {
  const session = await model.session('condition');
  const inputs = sequenceInputs(model.config, sequence, visual);
  const { merged, condition } = await session.run(onlyWanted(inputs, session.inputs));
  return { merged: merged!, condition: condition! };
}

export async function refineCondition(model: OvisModel, condition: Tensor): Promise<RefinedCondition> {
  const session = await model.session('refiner');
  const { text, pooled } = await session.run({ condition });
  return { text: text!, pooled: pooled! };
}

/** Fused attention over a whole sequence is causal by itself: its graph takes no bias. */
function onlyWanted(
  inputs: Readonly<Record<string, Tensor>>,
  wanted: ReadonlyMap<string, unknown>,
): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => wanted.has(name)));
}
