import type { Value } from '#model/ir/graph';
import type { Builder } from '#model/nn/builder';
import type { OvisConfig } from '#model/ovis/config';
import { decoderRope } from '#model/ovis/processing/rope';
import { decoderPositions, type LatentSize } from '#model/ovis/sampling/latent-tokens';
import { encodePicture } from '#model/ovis/vae';
import { linear, type Module } from '#model/nn/layers';
import * as t from '#model/ops/tensor';

import { meanSquaredError } from '../../losses/flow-matching.ts';
import { predictFlow } from '../../objectives/flow.ts';
import { conditionOf } from '../../objectives/language.ts';
import type { Objective } from '../../session/training-step.ts';
import { namedClasses, namedQuestions } from '../assembly/named.ts';
import { thingsFrom } from './things.ts';
import { rotary, sequenceStates, type SequenceShape } from './sequence.ts';

/** Names of the heads, which are no part of the model and are left behind. */
const HEAD_PREFIX = 'named.';

/** Of the heads that ask the decoder. */
const SHOWN_PREFIX = 'shown.';

/** How much it counts that the refiner knows what it reads: in pixels alone, which thing a prompt names hardly shows at first. */
const NAMED_WEIGHT = 0.1;
/**
 * How much it counts that the decoder knows half-way what it is about to show where: that is what its words are for, and
 * pixels say it late (representation alignment, arXiv 2410.06940, with the scene itself in place of an encoder of it).
 */
const SHOWN_WEIGHT = 0.2;

/** Sizes of a batch of pictures on their way to noise. */
export interface FlowShape {
  readonly batch: number;
  /** Latent cells of the pictures; those of context pictures are the same. */
  readonly latents: LatentSize;
  readonly hasContext: boolean;
  /** Tokens of the condition, padding included. */
  readonly length: number;
  /** Whether the refiner is also asked what its condition names, see `namedInputs`. */
  readonly names: boolean;
  /** Whether the decoder is also asked what stands where, see `thingInputs`. */
  readonly shows: boolean;
  /** What the condition is made from inside the graph, so that the loss reaches it; null where it is fed. */
  readonly sequence: SequenceShape | null;
}

/**
 * The velocity of noisy latents.
 *
 * Inputs: clean, noise and, with context, context f32[batch, tokens, channels]; time f32[batch]; condition f32[batch,
 * length, condition size], or the inputs of `sequenceStates`; conditionWeight f32[batch, length, 1] and conditionBias
 * f32[batch, 1, 1, 1 + length], see `ConditionPadding`; with names those of `namedInputs`, with shows those of
 * `thingInputs`, one place a token.
 */
export function flowObjective(builder: Builder, config: OvisConfig, shape: FlowShape): Objective {
  const { batch, latents, hasContext, length, names, shows, sequence } = shape;
  const tokens = [batch, (latents.rows * latents.columns) / 4, config.decoder.tokenChannels];
  const input = (name: string, size: readonly number[]) => builder.input(name, 'f32', size);
  const positions = decoderPositions(length, latents, hasContext ? [latents] : []);
  const { pooled, predicted, halfway, target } = predictFlow(builder, config, {
    clean: input('clean', tokens),
    noise: input('noise', tokens),
    time: input('time', [batch]),
    context: hasContext ? input('context', tokens) : null,
    condition: sequence
      ? conditionOf(sequenceStates(builder, config, sequence))
      : input('condition', [batch, length, config.refiner.conditionSize]),
    padding: {
      weight: input('conditionWeight', [batch, length, 1]),
      keyBias: input('conditionBias', [batch, 1, 1, 1 + length]),
    },
    rotary: rotary(builder, decoderRope(positions, config.decoder), true),
  });
  const flow = meanSquaredError(predicted, target);
  const named = names ? namedLoss(builder, pooled) : null;
  const shown = shows ? shownLoss(builder, halfway) : null;
  let loss = flow;
  if (named) loss = t.add(loss, t.mul(named, NAMED_WEIGHT));
  if (shown) loss = t.add(loss, t.mul(shown.loss, SHOWN_WEIGHT));
  return {
    loss,
    metrics: { [hasContext ? 'edits' : 'pictures']: flow, ...(named && { named }), ...shown?.metrics },
  };
}

/** What stands where, as the decoder knows it half-way. @param halfway [batch, tokens, hidden] */
function shownLoss(builder: Builder, halfway: Value): Objective {
  const [batch, tokens, hidden] = halfway.shape as readonly [number, number, number];
  const m: Module = { builder, part: 'decoder', prefix: SHOWN_PREFIX };
  return thingsFrom(m, t.reshape(halfway, [batch * tokens, hidden]), batch * tokens);
}

/** Cross-entropy of what the pooled condition says is named. Inputs: those of `namedInputs`. @param pooled [batch, hidden] */
function namedLoss(builder: Builder, pooled: Value): Value {
  const m: Module = { builder, part: 'refiner', prefix: HEAD_PREFIX };
  const [batch] = pooled.shape as readonly [number, number];
  const losses = namedQuestions.map((question) => {
    const targets = builder.input(question, 'f32', [batch, namedClasses[question]]);
    const said = t.logSoftmax(linear(m, pooled, question, namedClasses[question]));
    return t.neg(t.div(t.reduceSum(t.mul(said, targets), [0, 1], false), batch));
  });
  return losses.reduce((sum, loss) => t.add(sum, loss));
}

/** Scaled latents as the decoder takes them. Input: pixels f32[batch, 3, height, width]. @returns f32[batch, tokens, channels] */
export function packedLatents(builder: Builder, { vae }: OvisConfig, pixels: readonly [number, number, number]): Value {
  const [batch, height, width] = pixels;
  const [rows, columns] = [height / vae.factor, width / vae.factor];
  const { mean } = encodePicture(
    builder,
    vae,
    builder.input('pixels', 'f32', [batch, vae.imageChannels, height, width]),
  );
  const cells = t.reshape(t.mul(mean, vae.scalingFactor), [batch, vae.latentChannels, rows / 2, 2, columns / 2, 2]);
  const packed = t.transpose(cells, [0, 2, 4, 1, 3, 5]);
  return t.reshape(packed, [batch, (rows * columns) / 4, 4 * vae.latentChannels]);
}
