import type { Stage } from '../stage.ts';
import { autoencoder } from './autoencoder.ts';
import { languageModel } from './language-model.ts';
import { decoderPretraining } from './stage-0.ts';
import { adapterPretraining } from './stage-1.ts';
import { encoderAlignment } from './stage-2.ts';
import { understandingLearning } from './stage-3.ts';
import { generationLearning } from './stage-4.ts';
import { generationEditing } from './stage-5.ts';
import { visionEncoder } from './vision-encoder.ts';

/** Every stage, in the order in which they run. */
export const stages: readonly Stage[] = [
  languageModel,
  visionEncoder,
  autoencoder,
  decoderPretraining,
  adapterPretraining,
  encoderAlignment,
  understandingLearning,
  generationLearning,
  generationEditing,
];
