import { curricula } from '../../data/scene/curriculum.ts';
import type { StageSize } from '../stage.ts';

/** A stage as the test runs it: every part of the recipe is passed through, and nothing is learnt. */
export const smokeSize: StageSize = {
  steps: 4,
  batchSize: 2,
  curriculum: curricula['close-up'],
  pictures: [{ width: 32, height: 32 }],
  peakRate: 1e-3,
  warmupSteps: 2,
  averageDecay: 0.9,
  dropWords: 0.1,
};
