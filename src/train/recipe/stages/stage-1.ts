import { curricula } from '../../data/scene/curriculum.ts';
import type { Stage } from '../stage.ts';
import { editing, generation, share, understanding } from './mixes.ts';
import { smokeSize } from './smoke-size.ts';

/** Stage 1: the adapter alone, on all three families of data. */
export const adapterPretraining: Stage = {
  id: '1-adapter-pretraining',
  purpose: 'bring what is seen to where words are',
  trains: ['adapter'],
  learns: 'answers and pictures',
  mix: { ...share(8, understanding), ...share(1, generation), ...share(1, editing) },
  sizes: {
    nano: {
      steps: 300,
      batchSize: 16,
      curriculum: curricula.placed,
      pictures: [{ width: 128, height: 128 }],
      peakRate: 1e-3,
      warmupSteps: 10,
      averageDecay: 0.99,
      dropWords: 0.1,
    },
    smoke: smokeSize,
    '3b': {
      steps: 2_000,
      batchSize: 8192,
      curriculum: curricula.scenes,
      pictures: [{ width: 512, height: 512 }],
      peakRate: 5e-4,
      warmupSteps: 1_000,
      averageDecay: 0.9999,
      dropWords: 0.1,
    },
  },
};
