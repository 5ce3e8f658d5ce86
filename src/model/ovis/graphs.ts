/**
 * @file The graphs that inference runs, by name: what each is fed and what it gives. One session each, so that a phase of
 * a job loads only what it needs. Extents in quotes vary from run to run.
 */
import { addDims, multiplyDims, type Dim } from '../ir/dim.ts';
import { finishGraph, Scope, type Graph, type Value } from '../ir/graph.ts';
import type { Rotary } from '../nn/attention.ts';
import { Builder, type BuilderOptions } from '../nn/builder.ts';
import * as t from '../ops/tensor.ts';
import { embedVisual, indicatorEmbeddings, mergeVisual, visualLogits } from './adapter.ts';
import type { OvisConfig } from './config.ts';
import {
  embedTokens,
  runLanguageModel,
  tokenLogits,
  type PastKeyValues,
  type SequencePositions,
} from './language-model.ts';
import { refineCondition } from './refiner.ts';
import { decodeLatents, encodePicture } from './vae.ts';
import { encodePatches } from './vision-encoder.ts';
import { predictVelocity } from './visual-decoder.ts';

type Outputs = Record<string, Value>;
type BuildGraph = (builder: Builder, config: OvisConfig) => Outputs;

/**
 * Patches of one picture to embeddings.
 *
 * patches f32[4·groups, 588], positionWeights f32[4·groups, table], cos and sin f32[4·groups, head / 2], windows
 * i32[4·groups] (only with window attention) → features, logits, embeddings f32[groups, hidden], indicators f32[4, hidden]
 */
function vision(builder: Builder, config: OvisConfig): Outputs {
  return visionOutputs(builder, config, null);
}

/** The same for several pictures in one sequence; pictures i32[4·groups] tells them apart. */
function packedVision(builder: Builder, config: OvisConfig): Outputs {
  return visionOutputs(builder, config, builder.input('pictures', 'i32', [visionTokens(config)]));
}

/**
 * A whole sequence to its condition.
 *
 * ids i64[tokens], visual f32[places, hidden], places i64[places], cos and sin f32[tokens, head / 2], causalBias
 * f32[tokens, tokens] (not with fused attention, which is causal by itself) → merged f32[1, tokens, hidden] (what the model
 * was given), condition f32[1, tokens, 2·hidden]
 */
function condition(builder: Builder, { llm }: OvisConfig): Outputs {
  const { merged, positions } = languageInputs(builder, llm);
  const { last, secondLast } = runLanguageModel(builder, llm, merged, positions);
  return { merged, condition: t.concat([last, secondLast], -1) };
}

/**
 * Some tokens after a past to the logits of the one after them. Fed as `condition`, and in addition key.N and value.N
 * f32[1, kv heads, slots, head] and slotBias f32[slots] → merged, last and secondLast
 * f32[1, tokens, hidden], logits f32[1, vocabulary], newKey.N and newValue.N f32[1, kv heads, tokens, head]
 */
function chat(builder: Builder, { llm }: OvisConfig): Outputs {
  const { merged, positions } = languageInputs(builder, llm);
  const slots = [1, llm.kvHeadCount, 'slots', llm.headSize];
  const past: PastKeyValues = {
    layers: Array.from({ length: llm.layerCount }, (_, i) => ({
      key: builder.input(`key.${i}`, 'f32', slots),
      value: builder.input(`value.${i}`, 'f32', slots),
    })),
    slotBias: builder.input('slotBias', 'f32', ['slots']),
  };
  const { last, secondLast, present } = runLanguageModel(builder, llm, merged, positions, past);
  const final = t.reshape(t.slice(last, 1, -1), [1, llm.hiddenSize]);
  const outputs: Outputs = { merged, last, secondLast, logits: tokenLogits(builder, llm, final) };
  present.forEach(({ key, value }, i) => Object.assign(outputs, { [`newKey.${i}`]: key, [`newValue.${i}`]: value }));
  return outputs;
}

/** condition f32[1, tokens, 2·hidden] → text f32[1, tokens, hidden], pooled f32[1, hidden] */
function refiner(builder: Builder, { refiner: config }: OvisConfig): Outputs {
  const { text, pooled } = refineCondition(
    builder,
    config,
    builder.input('condition', 'f32', [1, 'tokens', config.conditionSize]),
  );
  return { text, pooled };
}

/**
 * One evaluation of the visual decoder.
 *
 * tokens f32[1, image, channels], text f32[1, text, hidden], pooled f32[1, hidden], timestep f32[1], cos and sin
 * f32[text + image, head / 2] → velocity f32[1, image, channels]
 */
function decoder(builder: Builder, { decoder: config }: OvisConfig): Outputs {
  const velocity = predictVelocity(builder, config, {
    tokens: builder.input('tokens', 'f32', [1, 'image', config.tokenChannels]),
    text: builder.input('text', 'f32', [1, 'text', config.hiddenSize]),
    pooled: builder.input('pooled', 'f32', [1, config.hiddenSize]),
    timestep: builder.input('timestep', 'f32', [1]),
    rotary: rotaryInputs(builder, addDims('image', 'text'), config.headSize, true),
  });
  return { velocity };
}

/** pixels f32[1, 3, factor·h, factor·w] → moments f32[1, 2·latent channels, h, w], mean and logVariance f32[1, latent
 * channels, h, w] */
function vaeEncoder(builder: Builder, { vae: config }: OvisConfig): Outputs {
  const sides = ['h', 'w'].map((side) => multiplyDims(config.factor, side));
  return { ...encodePicture(builder, config, builder.input('pixels', 'f32', [1, config.imageChannels, ...sides])) };
}

/** latents f32[1, latent channels, h, w] → pixels f32[1, 3, factor·h, factor·w] */
function vaeDecoder(builder: Builder, { vae: config }: OvisConfig): Outputs {
  return {
    pixels: decodeLatents(builder, config, builder.input('latents', 'f32', [1, config.latentChannels, 'h', 'w'])),
  };
}

export const ovisGraphs = {
  vision,
  packedVision,
  condition,
  chat,
  refiner,
  decoder,
  vaeEncoder,
  vaeDecoder,
} satisfies Record<string, BuildGraph>;
export type OvisGraphName = keyof typeof ovisGraphs;

export function buildOvisGraph(name: OvisGraphName, config: OvisConfig, options: BuilderOptions): Graph {
  return finishGraph(ovisGraphs[name](new Builder(new Scope(), options), config));
}

function rotaryInputs(builder: Builder, tokens: number | string, headSize: number, interleaved: boolean): Rotary {
  const shape = [tokens, headSize / 2];
  return { cos: builder.input('cos', 'f32', shape), sin: builder.input('sin', 'f32', shape), interleaved };
}

function languageInputs(builder: Builder, llm: OvisConfig['llm']): { merged: Value; positions: SequencePositions } {
  const text = embedTokens(builder, llm, builder.input('ids', 'i64', ['tokens']));
  const visual = builder.input('visual', 'f32', ['places', llm.hiddenSize]);
  const merged = mergeVisual(text, visual, builder.input('places', 'i64', ['places']));
  return {
    merged: t.reshape(merged, [1, 'tokens', llm.hiddenSize]),
    positions: {
      rotary: rotaryInputs(builder, 'tokens', llm.headSize, false),
      causalBias: builder.input('causalBias', 'f32', ['tokens', 'tokens']),
    },
  };
}

function visionTokens({ vision: config }: OvisConfig): Dim {
  return multiplyDims(config.mergeSize ** 2, 'groups');
}

function visionOutputs(builder: Builder, config: OvisConfig, pictures: Value | null): Outputs {
  const { vision: encoder, llm } = config;
  const tokens = visionTokens(config);
  const windowed = encoder.fullAttentionBlocks !== null;
  const features = encodePatches(builder, encoder, {
    patches: builder.input('patches', 'f32', [tokens, encoder.channels * encoder.patchSize ** 2]),
    positionWeights: builder.input('positionWeights', 'f32', [tokens, encoder.tableSize ** 2]),
    rotary: rotaryInputs(builder, tokens, encoder.headSize, false),
    pictures,
    windows: windowed ? builder.input('windows', 'i32', [tokens]) : null,
  });
  const logits = visualLogits(builder, encoder, features);
  const embeddings = embedVisual(builder, encoder, llm, logits);
  return { features, logits, embeddings, indicators: indicatorEmbeddings(builder, encoder, llm) };
}
