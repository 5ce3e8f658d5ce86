import { curricula } from '../../data/scene/curriculum.ts';
import type { Stage } from '../stage.ts';
import { generation } from './mixes.ts';
import { smokeSize } from './smoke-size.ts';

/** Stage 0: the refiner and the decoder, from nothing, on embeddings of a language model that has seen no pictures. */
export const decoderPretraining: Stage = {
  id: '0-decoder-pretraining',
  purpose: 'draw what words say',
  trains: ['refiner', 'decoder'],
  learns: 'answers and pictures',
  whitens: true,
  mix: { ...generation },
  sizes: {
    nano: {
      steps: 24_000,
      batchSize: 16,
      curriculum: curricula.placed,
      opening: { curriculum: curricula['close-up'], steps: 16_000 },
      pictures: [{ width: 128, height: 128 }],
      peakRate: 5e-4,
      warmupSteps: 200,
      averageDecay: 0.999,
      looks: 2,
      dropWords: 0.1,
    },
    smoke: {
      ...smokeSize,
      steps: 12,
      curriculum: curricula.placed,
      opening: { curriculum: curricula['close-up'], steps: 6 },
    },
    '3b': {
      steps: 500_000,
      batchSize: 1024,
      curriculum: curricula.scenes,
      pictures: [{ width: 512, height: 512 }],
      peakRate: 1e-4,
      warmupSteps: 1_000,
      averageDecay: 0.9999,
      dropWords: 0.1,
    },
  },
};
