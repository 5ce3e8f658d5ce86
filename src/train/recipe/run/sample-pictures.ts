/** @file Many small pictures at once from weights that are still being trained: what the sheets show. */
import { decoderRope } from '#model/ovis/processing/rope';
import type { OvisConfig } from '#model/ovis/config';
import { fromVaePixels } from '#model/ovis/processing/context-image';
import type { PictureSize } from '#model/ovis/processing/smart-resize';
import { guideByText } from '#model/ovis/sampling/guidance';
import { decoderPositions, unpackLatents } from '#model/ovis/sampling/latent-tokens';
import { timesteps } from '#model/ovis/sampling/timesteps';
import { generatePrompt, unconditionalPrompt } from '#model/ovis/text/prompts';
import type { OvisTokenizer } from '#model/ovis/text/tokenizer';
import { refineCondition } from '#model/ovis/refiner';
import { decodeLatents } from '#model/ovis/vae';
import { predictVelocity } from '#model/ovis/visual-decoder';
import * as t from '#model/ops/tensor';
import type { Raster } from '#raster/raster';

import { createRng } from '../../data/random.ts';
import { conditionOf } from '../../objectives/language.ts';
import { floats, hostTensor, type LoadGraph } from '../../runtime.ts';
import type { Weights } from '../../session/training-state.ts';
import { normals } from '../assembly/autoencoder-batches.ts';
import { paddingInputs } from '../assembly/flow-batches.ts';
import { blankInputs, gridOf } from '../assembly/patches.ts';
import { paddedLength, promptSequence, sequenceInputs } from '../assembly/sequences.ts';
import { embeddingsOf, rotary, sequenceStates } from '../objectives/sequence.ts';
import { FrozenGraphs } from './frozen-graph.ts';

export interface SamplingModel {
  readonly config: OvisConfig;
  readonly weights: Weights;
  readonly tokenizer: OvisTokenizer;
  readonly loadGraph: LoadGraph;
}

export interface SamplingSettings {
  readonly size: PictureSize;
  readonly steps: number;
  readonly guidance: number;
  readonly seed: number;
}

/** A picture for every prompt, all of one size; the same settings give the same pictures. */
export async function samplePictures(
  { config, weights, tokenizer, loadGraph }: SamplingModel,
  prompts: readonly string[],
  { size, steps, guidance, seed }: SamplingSettings,
): Promise<Raster[]> {
  const graphs = new FrozenGraphs(weights, loadGraph);
  try {
    const count = prompts.length;
    // Both branches of guidance in one batch: with the words, and without.
    const batch = 2 * count;
    const grid = gridOf(size, 'condition', config.processor);
    const format = { tokenizer, pictureEmbeddings: embeddingsOf(grid, config), maxLength: config.multimodalMaxLength };
    const told = prompts.map((prompt) => promptSequence(generatePrompt(prompt), format));
    const sequences = [...told, ...prompts.map(() => promptSequence(unconditionalPrompt(), format))];
    const length = paddedLength(sequences);
    const language = await graphs.get('condition', (builder) => ({
      condition: conditionOf(sequenceStates(builder, config, { batch, length, pictures: { count: 1, grid } })),
    }));
    const { condition } = await language.run({
      ...sequenceInputs(sequences, length, { embeddingsEach: format.pictureEmbeddings, shared: true }),
      ...blankInputs(size, config),
    });

    const cells = { rows: size.height / config.vae.factor, columns: size.width / config.vae.factor };
    const tokens = [batch, (cells.rows * cells.columns) / 4, config.decoder.tokenChannels] as const;
    const decoder = await graphs.get('decoder', (builder) => {
      const keyBias = builder.input('conditionBias', 'f32', [batch, 1, 1, 1 + length]);
      const given = builder.input('condition', 'f32', [batch, length, config.refiner.conditionSize]);
      const weight = builder.input('conditionWeight', 'f32', [batch, length, 1]);
      const positions = decoderPositions(length, cells);
      return {
        velocity: predictVelocity(builder, config.decoder, {
          ...refineCondition(builder, config.refiner, given, { weight, keyBias }),
          tokens: builder.input('tokens', 'f32', tokens),
          timestep: builder.input('time', 'f32', [batch]),
          rotary: rotary(builder, decoderRope(positions, config.decoder), true),
          keyBias: t.pad(t.slice(keyBias, 3, 1), [0, 0, 0, 0], [0, 0, 0, tokens[1]]),
        }),
      };
    });
    const padding = paddingInputs(sequences, length);
    let latents = normals(createRng(seed, 'sheet'), [count, tokens[1], tokens[2]]);
    const times = timesteps(steps, tokens[1], config.decoder.schedule);
    for (const [step, time] of times.subarray(0, -1).entries()) {
      const both = new Float32Array(2 * latents.length);
      both.set(latents);
      both.set(latents, latents.length);
      const inputs = {
        ...padding,
        condition: condition!,
        tokens: hostTensor('f32', tokens, both),
        time: hostTensor('f32', [batch], new Float32Array(batch).fill(time)),
      };
      const velocity = floats((await decoder.run(inputs))['velocity']);
      const [toward, without] = [velocity.subarray(0, latents.length), velocity.subarray(latents.length)];
      const guided = guideByText(without, toward, guidance);
      const stride = times[step + 1]! - time;
      latents = latents.map((value, at) => value + stride * guided[at]!);
    }

    const { latentChannels, scalingFactor, imageChannels } = config.vae;
    const shape = [1, latentChannels, cells.rows, cells.columns];
    const vae = await graphs.get('vae', (builder) => ({
      pixels: decodeLatents(builder, config.vae, builder.input('latents', 'f32', shape)),
    }));
    const each = latents.length / count;
    const pictures: Raster[] = [];
    for (let index = 0; index < count; index++) {
      const unpacked = unpackLatents(latents.subarray(index * each, (index + 1) * each), cells, 1 / scalingFactor);
      const { pixels } = await vae.run({ latents: hostTensor('f32', shape, new Float32Array(unpacked)) });
      pictures.push(fromVaePixels(floats(pixels).subarray(0, imageChannels * size.width * size.height), size));
    }
    return pictures;
  } finally {
    await graphs.release();
  }
}
