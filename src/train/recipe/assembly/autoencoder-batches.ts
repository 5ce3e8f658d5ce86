import type { OvisConfig } from '#model/ovis/config';

import { planarFloats, type Batch, type PictureStack } from '../../data/batches/batch.ts';
import { createRng } from '../../data/random.ts';
import { hostTensor } from '../../runtime.ts';
import type { TrainingBatch } from '../../session/training-plan.ts';

/** The one bucket: crops all have the same size. */
export const AUTOENCODER_BUCKET = 'crops';

/** Pictures of a batch with the noise of their posteriors; of an edit, sources and targets take turns. */
export function autoencoderBatch({ vae }: OvisConfig, seed: number, batch: Batch): TrainingBatch {
  const pictures = picturesOf(batch);
  const { count, width, height } = pictures;
  const shape = [count, vae.latentChannels, height / vae.factor, width / vae.factor];
  return {
    bucket: AUTOENCODER_BUCKET,
    samples: count,
    inputs: {
      pixels: hostTensor('f32', [count, vae.imageChannels, height, width], planarFloats(pictures)),
      posteriorNoise: hostTensor('f32', shape, normals(createRng(seed, 'posterior', batch.index), shape)),
    },
  };
}

/** Standard normal numbers for a tensor of this shape. */
export function normals(rng: { normal(): number }, shape: readonly number[]): Float32Array<ArrayBuffer> {
  const length = shape.reduce((product, side) => product * side, 1);
  return Float32Array.from({ length }, () => rng.normal());
}

function picturesOf(batch: Batch): PictureStack {
  switch (batch.family) {
    case 'edit':
      return batch.index % 2 === 0 ? batch.sources : batch.targets;
    case 'generation':
      return batch.targets;
    case 'understanding':
      return batch.pictures;
    case 'language':
      throw new Error('Invariant broken: an autoencoder has nothing to learn from words');
  }
}
