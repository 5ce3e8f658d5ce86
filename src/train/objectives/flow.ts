import type { Value } from '#model/ir/graph';
import type { Rotary } from '#model/nn/attention';
import type { Builder } from '#model/nn/builder';
import type { OvisConfig } from '#model/ovis/config';
import { refineCondition, type ConditionPadding } from '#model/ovis/refiner';
import { decodeTokens } from '#model/ovis/visual-decoder';
import * as t from '#model/ops/tensor';

import { noisyLatents, velocity } from '../losses/flow-matching.ts';

/** A batch of pictures on their way to noise. */
export interface FlowBatch {
  /** Packed latents of the pictures, and noise of that shape: [batch, tokens, channels]. */
  readonly clean: Value;
  readonly noise: Value;
  /** How far each picture is on its way, [batch]. */
  readonly time: Value;
  /** Packed latents of pictures to edit or refer to, [batch, context tokens, channels]. */
  readonly context: Value | null;
  /** [batch, text tokens, condition size] */
  readonly condition: Value;
  readonly padding: ConditionPadding | null;
  /** Tables for text, noisy and context tokens, the same for the whole batch. */
  readonly rotary: Rotary;
}

export interface FlowPrediction {
  /** What the refiner says of the whole condition, [batch, hidden]. */
  readonly pooled: Value;
  readonly noisy: Value;
  readonly target: Value;
  /** Both [batch, tokens, channels], as is `noisy`. */
  readonly predicted: Value;
  /** What the decoder has made of the noisy tokens half-way, [batch, tokens, hidden]. */
  readonly halfway: Value;
}

/** Refiner and decoder on noisy latents. What the decoder says of context tokens is dropped. */
export function predictFlow(
  builder: Builder,
  config: Pick<OvisConfig, 'refiner' | 'decoder'>,
  batch: FlowBatch,
): FlowPrediction {
  const { clean, noise, time, context, condition, padding, rotary } = batch;
  const { text, pooled } = refineCondition(builder, config.refiner, condition, padding);
  const noisy = noisyLatents(clean, noise, time);
  const { velocity: predicted, halfway } = decodeTokens(builder, config.decoder, {
    tokens: context ? t.concat([noisy, context], 1) : noisy,
    text,
    pooled,
    timestep: time,
    rotary,
    keyBias: padding && jointKeyBias(padding, noisy, context),
  });
  return {
    pooled,
    noisy,
    target: velocity(clean, noise),
    predicted: noisyTokens(predicted),
    halfway: noisyTokens(halfway),
  };

  function noisyTokens(tokens: Value): Value {
    return context ? t.slice(tokens, 1, 0, clean.shape[1] as number) : tokens;
  }
}

/** The bias of the text's keys without [CLS], and none for image tokens: [batch, 1, 1, text + image tokens]. */
function jointKeyBias({ keyBias }: ConditionPadding, noisy: Value, context: Value | null): Value {
  const imageTokens = (noisy.shape[1] as number) + ((context?.shape[1] ?? 0) as number);
  return t.pad(t.slice(keyBias, 3, 1), [0, 0, 0, 0], [0, 0, 0, imageTokens]);
}
