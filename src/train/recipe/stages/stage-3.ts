import { curricula } from '../../data/scene/curriculum.ts';
import type { Stage } from '../stage.ts';
import { understanding } from './mixes.ts';
import { smokeSize } from './smoke-size.ts';

/** Stage 3: everything that understands; it is frozen for good afterwards. */
export const understandingLearning: Stage = {
  id: '3-understanding',
  purpose: 'answer questions about pictures',
  trains: ['vision', 'adapter', 'llm'],
  learns: 'answers and pictures',
  mix: { ...understanding },
  sizes: {
    nano: {
      steps: 4_000,
      batchSize: 16,
      curriculum: curricula.placed,
      pictures: [{ width: 128, height: 128 }],
      peakRate: 7e-4,
      warmupSteps: 50,
      averageDecay: 0.998,
      dropWords: 0.1,
    },
    smoke: smokeSize,
    '3b': {
      steps: 25_000,
      batchSize: 8192,
      curriculum: curricula.scenes,
      pictures: [{ width: 512, height: 512 }],
      peakRate: 5e-5,
      warmupSteps: 1_000,
      averageDecay: 0.9999,
      dropWords: 0.1,
    },
  },
};
