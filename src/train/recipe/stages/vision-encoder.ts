import { curricula } from '../../data/scene/curriculum.ts';
import type { Stage } from '../stage.ts';

/**
 * A vision encoder that knows, at every place, what stands there and in which colour. The head that says so is left
 * behind.
 */
export const visionEncoder: Stage = {
  id: 'vision-encoder',
  purpose: 'see what stands where, and in which colour',
  trains: ['vision'],
  learns: 'things in their places',
  mix: { caption: 1 },
  sizes: {
    nano: {
      steps: 5_000,
      batchSize: 16,
      curriculum: curricula['known-scenes'],
      pictures: [{ width: 128, height: 128 }],
      peakRate: 1e-3,
      warmupSteps: 200,
      averageDecay: 0.999,
    },
    smoke: {
      steps: 10,
      batchSize: 4,
      curriculum: curricula['close-up'],
      pictures: [{ width: 64, height: 64 }],
      peakRate: 1e-3,
      warmupSteps: 5,
      averageDecay: 0.9,
    },
    '3b': {
      steps: 500_000,
      batchSize: 1024,
      curriculum: curricula.scenes,
      pictures: [{ width: 448, height: 448 }],
      peakRate: 5e-4,
      warmupSteps: 5_000,
      averageDecay: 0.9999,
    },
  },
};
