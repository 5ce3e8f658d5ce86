import type { JsonObject } from '#model/weights/json';

import { makeBatch, planarFloats } from '../../data/batches/batch.ts';
import { floats, hostTensor } from '../../runtime.ts';
import { packedLatents } from '../objectives/flow.ts';
import { frozenGraph } from './frozen-graph.ts';
import { batchSpec, type StageContext } from './stage-run.ts';
import type { TrainedWeights } from '../../session/write-checkpoint.ts';
import type { TrainingFolder } from './training-folder.ts';

const BATCHES = 16;

/**
 * Measures how large a new VAE's latents are, and writes into the configuration what brings them to a deviation of one:
 * noise is added to them in those units.
 *
 * @param context of the autoencoder's stage
 * @param learnt what came out of it
 */
export async function scaleLatents(context: StageContext, learnt: TrainedWeights): Promise<TrainingFolder> {
  const { folder, sheet, loadGraph } = context;
  const weights = new Map(Array.from(learnt, ([name, { data }]) => [name, data]));
  const config = { ...folder.config, vae: { ...folder.config.vae, scalingFactor: 1 } };
  const spec = { ...batchSpec(context), mix: { generate: 1 } };
  const side = spec.cropSide ?? spec.sizes[0]!.width;
  const graph = await frozenGraph(
    (builder) => ({ latents: packedLatents(builder, config, [spec.batchSize, side, side]) }),
    weights,
    loadGraph,
  );
  let count = 0;
  let sum = 0;
  let squares = 0;
  try {
    for (let index = 0; index < BATCHES; index++) {
      const batch = makeBatch(spec, sheet, index);
      if (batch.family !== 'generation') throw new Error('Invariant broken: the mix has pictures only');
      const shape = [spec.batchSize, config.vae.imageChannels, side, side];
      const { latents } = await graph.run({ pixels: hostTensor('f32', shape, planarFloats(batch.targets)) });
      for (const value of floats(latents)) {
        count++;
        sum += value;
        squares += value * value;
      }
    }
  } finally {
    await graph.release();
  }
  const deviation = Math.sqrt(squares / count - (sum / count) ** 2);
  return folder.withConfig(withScale(folder.files.config, Number((1 / deviation).toPrecision(6))));
}

function withScale(config: JsonObject, scalingFactor: number): JsonObject {
  const generator = config['visual_generator_config'] as JsonObject;
  const vae = { ...(generator['vae_config'] as JsonObject), scaling_factor: scalingFactor };
  return { ...config, visual_generator_config: { ...generator, vae_config: vae } };
}
