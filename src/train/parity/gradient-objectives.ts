/** @file The losses of the golden gradient cases, built from what training uses. */
import type { Value } from '#model/ir/graph';
import { MASKED, type Rotary } from '#model/nn/attention';
import type { Builder } from '#model/nn/builder';
import type { OvisConfig } from '#model/ovis/config';
import { runLanguageModel } from '#model/ovis/language-model';
import { densePositionWeights, positionTaps } from '#model/ovis/processing/position-table';
import { decoderRope, llmRope, visionRope, type RopeTable } from '#model/ovis/processing/rope';
import { visionPositions, type VisionGrid } from '#model/ovis/processing/vision-layout';
import { frameOfPatches, windowOfPatches } from '#model/ovis/processing/vision-segments';
import { expandPictures, visualIds } from '#model/ovis/text/token-ids';
import { decodeLatents, encodePicture } from '#model/ovis/vae';
import type { VisionInputs } from '#model/ovis/vision-encoder';
import * as t from '#model/ops/tensor';

import { absoluteError, klDivergence, samplePosterior } from '../losses/autoencoder.ts';
import { meanSquaredError } from '../losses/flow-matching.ts';
import { predictFlow } from '../objectives/flow.ts';
import { conditionOf, embedSequences, nextTokenLoss, visualRows } from '../objectives/language.ts';
import { hostTensor, type HostTensor } from '../runtime.ts';
import type { GradientCase } from './gradient-case.ts';

export interface BuiltObjective {
  readonly loss: Value;
  /** Compared with the case's outputs of these names. */
  readonly outputs: Readonly<Record<string, Value>>;
  readonly inputs: Readonly<Record<string, HostTensor>>;
}

export type GradientObjective = (builder: Builder, config: OvisConfig, golden: GradientCase) => BuiltObjective;

/** By how a case's name begins: folders may hold more of a kind. */
export const objectives: readonly (readonly [prefix: string, build: GradientObjective])[] = [
  ['flow', flowCase],
  ['lora', flowCase],
  ['lm_to_flow', languageToFlowCase],
  ['lm', languageCase],
  ['vae', autoencoderCase],
];

/** Declares inputs of the graph and keeps what they are fed. */
class Feeds {
  readonly inputs: Record<string, HostTensor> = {};
  readonly #builder: Builder;
  readonly #golden: GradientCase;

  constructor(builder: Builder, golden: GradientCase) {
    this.#builder = builder;
    this.#golden = golden;
  }

  feed(name: string, tensor: HostTensor): Value {
    this.inputs[name] = tensor;
    return this.#builder.input(name, tensor.dtype, tensor.shape);
  }

  /** A stored input, under its own name. */
  stored(name: string): Value {
    return this.feed(name, hostTensor('f32', this.#golden.shape(name), this.#golden.f32(name)));
  }

  indices(name: string, values: readonly number[], shape: readonly number[] = [values.length]): Value {
    return this.feed(name, hostTensor('i64', shape, BigInt64Array.from(values, BigInt)));
  }

  rotary(name: string, { shape, cos, sin }: RopeTable, interleaved: boolean): Rotary {
    return {
      cos: this.feed(`${name}.cos`, hostTensor('f32', shape, cos)),
      sin: this.feed(`${name}.sin`, hostTensor('f32', shape, sin)),
      interleaved,
    };
  }
}

export function flowCase(builder: Builder, config: OvisConfig, golden: GradientCase): BuiltObjective {
  const feeds = new Feeds(builder, golden);
  return { ...flowLoss(builder, config, golden, feeds, feeds.stored('in.cond')), inputs: feeds.inputs };
}

function languageCase(builder: Builder, config: OvisConfig, golden: GradientCase): BuiltObjective {
  const feeds = new Feeds(builder, golden);
  const { states, ids, counts } = languageStates(builder, config, golden, feeds);
  const labels = mergedLabels(golden, counts);
  const next = ids.map((_, i) => labels[i + 1] ?? IGNORED);
  const targets = feeds.indices(
    'targets',
    next.map((label) => Math.max(label, 0)),
    [1, ids.length],
  );
  const counting = Float32Array.from(next, (label) => (label === IGNORED ? 0 : 1));
  const weights = feeds.feed('weights', hostTensor('f32', [1, ids.length], counting));
  const { logits, loss } = nextTokenLoss(builder, config, states.last, targets, weights);
  return { loss, outputs: { 'out.logits': logits }, inputs: feeds.inputs };
}

function languageToFlowCase(builder: Builder, config: OvisConfig, golden: GradientCase): BuiltObjective {
  const feeds = new Feeds(builder, golden);
  const { states } = languageStates(builder, config, golden, feeds);
  const condition = conditionOf(states);
  const { loss, outputs } = flowLoss(builder, config, golden, feeds, condition);
  return { loss, outputs: { ...outputs, 'out.cond': condition }, inputs: feeds.inputs };
}

function autoencoderCase(builder: Builder, { vae }: OvisConfig, golden: GradientCase): BuiltObjective {
  const feeds = new Feeds(builder, golden);
  const pixels = feeds.stored('in.pixels');
  const posterior = encodePicture(builder, vae, pixels);
  const latents = samplePosterior(posterior, feeds.stored('in.noise'));
  const recon = decodeLatents(builder, vae, latents);
  const l1 = absoluteError(recon, pixels);
  const kl = klDivergence(posterior);
  return {
    loss: t.add(l1, t.mul(kl, 1e-6)),
    outputs: { 'out.l1': l1, 'out.kl': kl, 'out.z': latents, 'out.recon': recon },
    inputs: feeds.inputs,
  };
}

function flowLoss(
  builder: Builder,
  config: OvisConfig,
  golden: GradientCase,
  feeds: Feeds,
  condition: Value,
): Omit<BuiltObjective, 'inputs'> {
  const hasContext = golden.has('in.cond_img');
  // Every sample of a batch stands at the same positions.
  const positions = ['in.txt_ids', 'in.img_ids', ...(hasContext ? ['in.cond_img_ids'] : [])].flatMap((name) => {
    const [, tokens = 0, axes = 0] = golden.shape(name);
    return Array.from(golden.f32(name).subarray(0, tokens * axes));
  });
  const { noisy, target, predicted } = predictFlow(builder, config, {
    clean: feeds.stored('in.x0'),
    noise: feeds.stored('in.eps'),
    time: feeds.stored('in.t'),
    context: hasContext ? feeds.stored('in.cond_img') : null,
    condition,
    padding: null,
    rotary: feeds.rotary('decoder', decoderRope(Float32Array.from(positions), config.decoder), true),
  });
  return {
    loss: meanSquaredError(predicted, target),
    outputs: { 'out.x_t': noisy, 'out.target': target, 'out.pred': predicted },
  };
}

/** The whole way from patches and ids to hidden states. */
function languageStates(builder: Builder, config: OvisConfig, golden: GradientCase, feeds: Feeds) {
  const grids = gridsOf(golden);
  const counts = grids.map(({ frames, rows, columns }) => (frames * rows * columns) / config.vision.mergeSize ** 2);
  const groups = counts.reduce((sum, count) => sum + count, 0);
  const { ids } = expandPictures([...golden.i32('in.input_ids')], counts, config.multimodalMaxLength);
  const places = [...ids.keys()].filter((at) => ids[at]! < 0);
  let shown = 0;
  const sources = places.map((at) =>
    ids[at] === visualIds.picture ? shown++ : groups + visualIds.pictureStart - ids[at]!,
  );
  const textIds = Array.from(ids, (id) => Math.max(id, 0));
  const embedded = embedSequences(
    builder,
    config,
    {
      ids: feeds.indices('ids', textIds, [1, ids.length]),
      places: feeds.indices('places', places),
      sources: feeds.indices('sources', sources),
    },
    visualRows(builder, config, visionInputs(config, grids, feeds)),
  );
  const states = runLanguageModel(builder, config.llm, embedded, {
    rotary: feeds.rotary('llm', llmRope(ids.length, config.llm), false),
    causalBias: feeds.feed('causalBias', causalBias(ids.length)),
  });
  return { states, ids: [...ids], counts };
}

function visionInputs(config: OvisConfig, grids: readonly VisionGrid[], feeds: Feeds): VisionInputs {
  const { vision } = config;
  const pictures = frameOfPatches(grids);
  const tokens = pictures.length;
  const table = vision.tableSize ** 2;
  const weights = densePositionWeights(positionTaps(grids, vision), vision.tableSize);
  return {
    patches: feeds.stored('in.pixel_values'),
    positionWeights: feeds.feed('positionWeights', hostTensor('f32', [tokens, table], weights)),
    rotary: feeds.rotary('vision', visionRope(visionPositions(grids, vision.mergeSize), vision), false),
    pictures: feeds.feed('pictures', hostTensor('i32', [tokens], pictures)),
    windows: vision.fullAttentionBlocks
      ? feeds.feed('windows', hostTensor('i32', [tokens], windowOfPatches(grids, vision)))
      : null,
  };
}

const IGNORED = -100;

/** The labels with one for every embedding of a picture, which is ignored. */
function mergedLabels(golden: GradientCase, counts: readonly number[]): number[] {
  const labels = golden.i32('in.labels');
  let next = 0;
  return [...golden.i32('in.input_ids')].flatMap((id, i) =>
    id === visualIds.picture ? Array.from({ length: counts[next++]! }, () => IGNORED) : [labels[i]!],
  );
}

function gridsOf(golden: GradientCase): VisionGrid[] {
  const sizes = golden.i32('in.grid_thw');
  return Array.from({ length: sizes.length / 3 }, (_, i) => ({
    frames: sizes[3 * i]!,
    rows: sizes[3 * i + 1]!,
    columns: sizes[3 * i + 2]!,
  }));
}

/** 0 up to the row's own column, very negative after it. */
function causalBias(tokens: number): HostTensor {
  const bias = new Float32Array(tokens * tokens);
  for (let row = 0; row < tokens; row++) bias.fill(MASKED, row * tokens + row + 1, (row + 1) * tokens);
  return hostTensor('f32', [tokens, tokens], bias);
}
