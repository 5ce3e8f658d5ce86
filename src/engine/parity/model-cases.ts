/** @file Cases of single parts of the model: vision, language, refiner, decoder, VAE. */
import { decoderRope } from '#model/ovis/processing/rope';
import type { VisionGrid } from '#model/ovis/processing/vision-layout';
import { imagePositions, packLatents, tokenTime } from '#model/ovis/sampling/latent-tokens';
import { expandPictures, visualIds } from '#model/ovis/text/token-ids';

import { tensor, type Tensor } from '../ort/tensor.ts';
import { Chat } from '../ovis/chat.ts';
import { encodePrompt, refineCondition } from '../ovis/condition.ts';
import type { OvisModel } from '../ovis/ovis-model.ts';
import { decodePixels, encodeMoments } from '../ovis/vae.ts';
import { runVision, type VisualEmbeddings } from '../ovis/vision.ts';
import type { GoldenCase } from './golden-case.ts';

export type Elements = Float32Array | Int32Array | Uint8Array;
/** Runs a case and gives its outputs by the manifest's names. */
export type RunCase = (golden: GoldenCase, model: OvisModel) => Promise<Record<string, Elements>>;

export const floats = (value: Tensor): Float32Array => value.data as Float32Array;

export function f32(golden: GoldenCase, name: string): Tensor {
  return tensor('f32', golden.shape(name), golden.f32(name));
}

export const visionCase: RunCase = async (golden, model) => {
  const outputs = await runVision(model, visionInputs(golden));
  const { classCount, vocabularySize } = model.config.vision;
  return {
    features: floats(outputs.features),
    logits: floats(outputs.logits),
    tokens: paddedSoftmax(floats(outputs.logits), classCount, vocabularySize),
    embeds: floats(outputs.embeddings),
  };
};

export const prefillCase: RunCase = async (golden, model) => {
  const sequence = { ids: golden.i32('in.input_ids'), visualSkip: 0 };
  const { condition } = await encodePrompt(model, sequence, null);
  // Token by token: all logits, and the cache with them.
  const chat = new Chat(model);
  const logits: number[] = [];
  const last: number[] = [];
  const secondLast: number[] = [];
  for (const [at, id] of sequence.ids.entries()) {
    const first = at === 0;
    const outputs = await (first ? chat.start({ ids: Int32Array.of(id), visualSkip: 0 }, null) : chat.next(id));
    logits.push(...outputs.logits);
    last.push(...floats(outputs.last));
    secondLast.push(...floats(outputs.secondLast));
  }
  return {
    logits: Float32Array.from(logits),
    hidden_last: Float32Array.from(last),
    hidden_second_last: Float32Array.from(secondLast),
    cond: floats(condition),
  };
};

export const greedyCase: RunCase = async (golden, model) => {
  const visual = await embedGolden(golden, model);
  const ids = golden.i32('in.input_ids');
  const answer = await answerGreedily(model, [...ids], visual, {
    maxTokens: golden.number('max_new_tokens'),
    endId: golden.params['eos_token_id'] === null ? null : golden.number('eos_token_id'),
  });
  return { ...answer, prefill_last_logits: answer.step_logits.slice(0, model.config.llm.vocabularySize) };
};

export const mergeCase: RunCase = async (golden, model) => {
  const visual = await embedGolden(golden, model);
  const sequence = expandPictures([...golden.i32('in.input_ids')], visual.counts, model.config.multimodalMaxLength);
  const { merged } = await encodePrompt(model, sequence, visual);
  return { merged_embeds: floats(merged), image_positions: picturePlaces(sequence.ids) };
};

export const refinerCase: RunCase = async (golden, model) => {
  const { text, pooled } = await refineCondition(model, f32(golden, 'in.cond'));
  return { txt_fea: floats(text), txt_fea_avg: floats(pooled) };
};

/** Feeds the graph directly: positions are the case's own. */
export const decoderCase: RunCase = async (golden, model) => {
  const condition = await refineCondition(model, f32(golden, 'in.txt'));
  const session = await model.session('decoder');
  const pictures = golden.has('in.cond_img') ? ['img', 'cond_img'] : ['img'];
  const tokens = pictures.flatMap((name) => Array.from(golden.f32(`in.${name}`)));
  const positions = ['txt', ...pictures].flatMap((name) => Array.from(golden.f32(`in.${name}_ids`)));
  const rope = decoderRope(Float32Array.from(positions), model.config.decoder);
  const channels = model.config.decoder.tokenChannels;
  const { velocity } = await session.run({
    ...condition,
    tokens: tensor('f32', [1, tokens.length / channels, channels], Float32Array.from(tokens)),
    timestep: f32(golden, 'in.timesteps'),
    cos: tensor('f32', rope.shape, rope.cos),
    sin: tensor('f32', rope.shape, rope.sin),
  });
  return { pred: floats(velocity!).subarray(0, golden.f32('in.img').length) };
};

export const vaeEncodeCase: RunCase = async (golden, model) => {
  const [, , height, width] = golden.shape('in.pixels') as [number, number, number, number];
  const { moments, mean, logVariance } = await encodeMoments(model, golden.f32('in.pixels'), { width, height });
  const [, , rows, columns] = mean.shape as [number, number, number, number];
  const scaled = floats(mean).map((value) => value * model.config.vae.scalingFactor);
  return {
    moments: floats(moments),
    mean: floats(mean),
    logvar: floats(logVariance),
    packed_scaled_latents: packLatents(scaled, { rows, columns }),
    packed_ids: imagePositions({ rows, columns }, tokenTime.context),
  };
};

export const vaeDecodeCase: RunCase = async (golden, model) => {
  const [, , height, width] = golden.shape('in.latents') as [number, number, number, number];
  return { image: await decodePixels(model, golden.f32('in.latents'), { width, height }) };
};

/** The tokens a greedy answer chooses, with the logits it chose them by. */
export async function answerGreedily(
  model: OvisModel,
  ids: readonly number[],
  visual: VisualEmbeddings | null,
  { maxTokens, endId }: { readonly maxTokens: number; readonly endId: number | null },
) {
  const sequence = expandPictures(ids, visual?.counts ?? [], model.config.multimodalMaxLength);
  const chat = new Chat(model);
  let outputs = await chat.start(sequence, visual);
  const { merged, last, secondLast } = outputs;
  const logits: number[] = [];
  const tokens: number[] = [];
  for (;;) {
    logits.push(...outputs.logits);
    const id = outputs.logits.indexOf(Math.max(...outputs.logits));
    tokens.push(id);
    if (id === endId || tokens.length === maxTokens) break;
    outputs = await chat.next(id);
  }
  return {
    merged_embeds: floats(merged),
    image_positions: picturePlaces(sequence.ids),
    hidden_last: floats(last),
    hidden_second_last: floats(secondLast),
    new_tokens: Int32Array.from(tokens),
    step_logits: Float32Array.from(logits),
  };
}

/** 1 where a sequence shows a picture, else 0. */
export function picturePlaces(ids: Int32Array): Int32Array {
  return ids.map((id) => (id === visualIds.picture ? 1 : 0));
}

async function embedGolden(golden: GoldenCase, model: OvisModel): Promise<VisualEmbeddings> {
  const pictures = visionInputs(golden);
  const area = model.config.vision.mergeSize ** 2;
  const { embeddings, indicators } = await runVision(model, pictures);
  const counts = pictures.map(({ grid }) => (grid.frames * grid.rows * grid.columns) / area);
  return { embeddings: floats(embeddings), counts, indicators: floats(indicators) };
}

/** The packed patches of a case, cut into its pictures. */
function visionInputs(golden: GoldenCase): { patches: Float32Array; grid: VisionGrid }[] {
  const sizes = golden.i32('in.grid_thw');
  const patches = golden.f32('in.pixel_values');
  const width = golden.shape('in.pixel_values')[1]!;
  let at = 0;
  return Array.from({ length: sizes.length / 3 }, (_, i) => {
    const [frames, rows, columns] = sizes.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
    const count = frames * rows * columns * width;
    return { patches: patches.subarray(at, (at += count)), grid: { frames, rows, columns } };
  });
}

/** Softmax over the classes, and zeros for the rows of the table that are none. */
function paddedSoftmax(logits: Float32Array, classes: number, columns: number): Float32Array {
  const rows = logits.length / classes;
  const result = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const values = logits.subarray(row * classes, (row + 1) * classes);
    const largest = values.reduce((a, b) => Math.max(a, b));
    const weights = values.map((value) => Math.exp(value - largest));
    const total = weights.reduce((a, b) => a + b);
    weights.forEach((weight, i) => (result[row * columns + i] = weight / total));
  }
  return result;
}
