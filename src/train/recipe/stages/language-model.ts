import { curricula } from '../../data/scene/curriculum.ts';
import type { Stage } from '../stage.ts';

const pictures = [{ width: 128, height: 128 }];

/** A small language model that reads descriptions and requests before it ever sees a picture. */
export const languageModel: Stage = {
  id: 'language-model',
  purpose: 'read and write descriptions, requests and answers in two languages',
  trains: ['llm'],
  learns: 'words',
  mix: { reading: 2, applying: 2, translating: 1 },
  sizes: {
    nano: {
      steps: 2_400,
      batchSize: 16,
      curriculum: curricula.scenes,
      pictures,
      peakRate: 2e-3,
      warmupSteps: 100,
      averageDecay: 0.998,
    },
    smoke: {
      steps: 20,
      batchSize: 4,
      curriculum: curricula['close-up'],
      pictures,
      peakRate: 3e-3,
      warmupSteps: 5,
      averageDecay: 0.9,
    },
    '3b': {
      steps: 1_000_000,
      batchSize: 512,
      curriculum: curricula.scenes,
      pictures,
      peakRate: 3e-4,
      warmupSteps: 2_000,
      averageDecay: 0.9999,
    },
  },
};
