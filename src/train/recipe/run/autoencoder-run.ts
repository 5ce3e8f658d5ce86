import { autoencoderBatch, AUTOENCODER_BUCKET } from '../assembly/autoencoder-batches.ts';
import { autoencoderObjective } from '../objectives/autoencoder.ts';
import { assembled } from './assembled.ts';
import { stagePlan } from './stage-plan.ts';
import type { StageContext, StageRun } from './stage-run.ts';

/** The VAE on pictures as they are. */
export function autoencoderRun(context: StageContext): StageRun {
  const { size, folder, seed } = context;
  const side = size.cropSide ?? size.pictures[0]!.width;
  const shape = { batch: size.batchSize, side };
  return {
    plan: stagePlan(context, {
      [AUTOENCODER_BUCKET]: (builder) => autoencoderObjective(builder, folder.config, shape),
    }),
    batches: assembled(context, async (batch) => autoencoderBatch(folder.config, seed, batch)),
    release: async () => {},
  };
}
