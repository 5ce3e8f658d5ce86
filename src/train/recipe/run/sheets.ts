/** @file What a training shows of itself now and then: pictures that a person can judge. */
import { fromVaePixels } from '#model/ovis/processing/context-image';
import { decodeLatents, encodePicture } from '#model/ovis/vae';
import type { Raster } from '#raster/raster';

import { makeBatch, planarFloats } from '../../data/batches/batch.ts';
import { contactSheet } from '../../data/contact-sheet.ts';
import { floats, hostTensor } from '../../runtime.ts';
import type { Weights } from '../../session/training-state.ts';
import { pictureAt } from '../assembly/patches.ts';
import { frozenGraph } from './frozen-graph.ts';
import { samplePictures } from './sample-pictures.ts';
import { batchSpec, type StageContext } from './stage-run.ts';
import { openTokenizer } from './tokenizer.ts';

const COLUMNS = 4;
const STEPS = 20;
const GUIDANCE = 4;
/** A seed that training does not use. */
const SEED = 20_000_003;

/** Prompts that every sheet shows, from easy to hard. */
const PROMPTS = [
  'a cat on a white background',
  'a red apple on a light blue background',
  'a tree on a yellow background',
  'a slice of pizza',
  'a dog in the center',
  'a blue car on a white background',
  '一只熊猫',
  'a sun on a blue background',
  'a red apple and a cat on a blue background',
  'three lemons on a white background',
  'a star above a house',
  '草地上的一只狐狸',
] as const;

/** Pictures for fixed prompts, in rows. */
export async function generationSheet(context: StageContext, weights: Weights): Promise<Raster> {
  const { folder, size, loadGraph, seed } = context;
  const tokenizer = await openTokenizer(folder, seed);
  const model = { config: folder.config, weights, tokenizer, loadGraph };
  const settings = { size: size.pictures[0]!, steps: STEPS, guidance: GUIDANCE, seed: SEED };
  return contactSheet(await samplePictures(model, PROMPTS, settings), { columns: COLUMNS });
}

export interface ReconstructionSheet {
  /** Pictures and what came back of them, side by side. */
  readonly picture: Raster;
  /** Peak signal-to-noise ratio over all of them, in dB. */
  readonly psnr: number;
}

/** Pictures that training has not seen, through the VAE and back. */
export async function reconstructionSheet(context: StageContext, weights: Weights): Promise<ReconstructionSheet> {
  const { folder, sheet, loadGraph } = context;
  const { vae } = folder.config;
  const { cropSide: _, ...spec } = batchSpec(context);
  const batch = makeBatch({ ...spec, seed: SEED, mix: { generate: 1 }, batchSize: 2 * COLUMNS }, sheet, 0);
  if (batch.family !== 'generation') throw new Error('Invariant broken: the mix has pictures only');
  const { count, width, height } = batch.targets;
  const shape = [1, vae.imageChannels, height, width];
  const graph = await frozenGraph(
    (builder) => ({
      back: decodeLatents(builder, vae, encodePicture(builder, vae, builder.input('pixels', 'f32', shape)).mean),
    }),
    weights,
    loadGraph,
  );
  const pictures: Raster[] = [];
  let squares = 0;
  try {
    const all = planarFloats(batch.targets);
    const each = all.length / count;
    for (let index = 0; index < count; index++) {
      const pixels = all.slice(index * each, (index + 1) * each);
      const back = floats((await graph.run({ pixels: hostTensor('f32', shape, pixels) }))['back']);
      const original = pictureAt(batch.targets, index);
      const result = fromVaePixels(back, { width, height });
      for (const [at, value] of original.data.entries()) squares += (value - result.data[at]!) ** 2;
      pictures.push(original, result);
    }
    return {
      picture: contactSheet(pictures, { columns: COLUMNS }),
      psnr: 10 * Math.log10(255 ** 2 / (squares / (count * each))),
    };
  } finally {
    await graph.release();
  }
}
