import { curricula } from '../../data/scene/curriculum.ts';
import type { Stage } from '../stage.ts';
import { generation } from './mixes.ts';
import { smokeSize } from './smoke-size.ts';

/** Stage 4: the refiner and the decoder again, on the embeddings that understanding has changed. */
export const generationLearning: Stage = {
  id: '4-generation',
  purpose: 'draw from the tuned embeddings',
  trains: ['refiner', 'decoder'],
  learns: 'answers and pictures',
  mix: { ...generation },
  sizes: {
    nano: {
      steps: 5_600,
      batchSize: 16,
      curriculum: curricula.placed,
      opening: { curriculum: curricula.singles, steps: 3_600 },
      pictures: [{ width: 128, height: 128 }],
      peakRate: 5e-4,
      warmupSteps: 100,
      averageDecay: 0.999,
      looks: 2,
      dropWords: 0.1,
    },
    smoke: smokeSize,
    '3b': {
      steps: 275_000,
      batchSize: 1024,
      curriculum: curricula.scenes,
      pictures: [{ width: 512, height: 512 }],
      peakRate: 5e-5,
      warmupSteps: 1_000,
      averageDecay: 0.9999,
      dropWords: 0.1,
    },
  },
};
