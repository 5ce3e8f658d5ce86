import { curricula } from '../../data/scene/curriculum.ts';
import type { Stage } from '../stage.ts';
import { editing, generation, share, understanding } from './mixes.ts';
import { smokeSize } from './smoke-size.ts';

/** Stage 2: the vision encoder with its adapter, on all three families. */
export const encoderAlignment: Stage = {
  id: '2-encoder-alignment',
  purpose: 'see what words and pictures need',
  trains: ['vision', 'adapter'],
  learns: 'answers and pictures',
  mix: { ...share(8, understanding), ...share(1, generation), ...share(1, editing) },
  sizes: {
    nano: {
      steps: 3_000,
      batchSize: 16,
      curriculum: curricula.placed,
      pictures: [{ width: 128, height: 128 }],
      peakRate: 5e-4,
      warmupSteps: 50,
      averageDecay: 0.998,
      dropWords: 0.1,
    },
    smoke: smokeSize,
    '3b': {
      steps: 3_000,
      batchSize: 8192,
      curriculum: curricula.scenes,
      pictures: [{ width: 512, height: 512 }],
      peakRate: 1e-4,
      warmupSteps: 1_000,
      averageDecay: 0.9999,
      dropWords: 0.1,
    },
  },
};
