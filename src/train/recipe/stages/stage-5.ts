import { curricula } from '../../data/scene/curriculum.ts';
import type { Stage } from '../stage.ts';
import { editing, generation, share } from './mixes.ts';
import { smokeSize } from './smoke-size.ts';

/** Stage 5: drawing and editing together. */
export const generationEditing: Stage = {
  id: '5-generation-editing',
  purpose: 'change pictures as they are told',
  trains: ['refiner', 'decoder'],
  learns: 'answers and pictures',
  mix: { ...share(3, generation), ...share(1, editing) },
  sizes: {
    nano: {
      steps: 20_000,
      batchSize: 16,
      curriculum: curricula.tidy,
      opening: { curriculum: curricula.pairs, steps: 14_000 },
      pictures: [{ width: 128, height: 128 }],
      peakRate: 5e-4,
      warmupSteps: 100,
      averageDecay: 0.999,
      looks: 2,
      dropWords: 0.1,
    },
    smoke: { ...smokeSize, steps: 6 },
    '3b': {
      steps: 325_000,
      batchSize: 256,
      curriculum: curricula.scenes,
      pictures: [{ width: 512, height: 512 }],
      peakRate: 5e-5,
      warmupSteps: 1_000,
      averageDecay: 0.9999,
      dropWords: 0.1,
    },
  },
};
