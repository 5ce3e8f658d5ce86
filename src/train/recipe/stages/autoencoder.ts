import { curricula } from '../../data/scene/curriculum.ts';
import type { Stage } from '../stage.ts';

/**
 * A VAE of SDXL's shape. It sees whatever the decoder is shown later: pictures, and the maps, holes and spoilt pictures
 * that edits begin with. Learnt on crops: an autoencoder needs no more than its neighbourhood.
 */
export const autoencoder: Stage = {
  id: 'autoencoder',
  purpose: 'latents of few numbers from which pictures come back whole',
  trains: ['vae'],
  learns: 'pictures as they are',
  optimiser: 'muon',
  mix: { generate: 6, inpaint: 1, canny: 0.5, depth: 0.5, denoise: 0.5, deblur: 0.5 },
  sizes: {
    nano: {
      steps: 6_400,
      batchSize: 4,
      curriculum: curricula.scenes,
      pictures: [{ width: 128, height: 128 }],
      cropSide: 64,
      peakRate: 3e-3,
      warmupSteps: 50,
      averageDecay: 0.999,
    },
    smoke: {
      steps: 24,
      batchSize: 4,
      curriculum: curricula['close-up'],
      pictures: [{ width: 32, height: 32 }],
      peakRate: 3e-3,
      warmupSteps: 5,
      averageDecay: 0.9,
    },
    '3b': {
      steps: 500_000,
      batchSize: 64,
      curriculum: curricula.scenes,
      pictures: [{ width: 512, height: 512 }],
      cropSide: 256,
      peakRate: 1e-4,
      warmupSteps: 5_000,
      averageDecay: 0.9999,
    },
  },
};
