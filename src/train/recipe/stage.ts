/** @file What one stage of the recipe is: plain data, one file per stage in `stages/`. */
import type { ModelPart } from '#model/parameters';

import type { PictureSize } from '../data/batches/batch.ts';
import type { SampleKind } from '../data/samples/sample-plan.ts';
import type { Curriculum } from '../data/scene/curriculum.ts';

/** The sizes at which the same recipe is run: the model in the box, a toy for tests, and the released model. */
export const scales = ['nano', 'smoke', '3b'] as const;
export type Scale = (typeof scales)[number];

/** In the order in which they run. The first three make what the released model took ready-made; the tokenizer needs no steps. */
export const stageIds = [
  'language-model',
  'vision-encoder',
  'autoencoder',
  '0-decoder-pretraining',
  '1-adapter-pretraining',
  '2-encoder-alignment',
  '3-understanding',
  '4-generation',
  '5-generation-editing',
] as const;
export type StageId = (typeof stageIds)[number];

export interface Stage {
  readonly id: StageId;
  readonly purpose: string;
  /** Everything else is frozen. */
  readonly trains: readonly ModelPart[];
  /**
   * `words`: every next token of dialogues; `answers and pictures`: the answers of dialogues and the flow of pictures, by the
   * family of each batch; `things in their places`: what stands in every merge group; `pictures as they are`: an autoencoder.
   */
  readonly learns: 'words' | 'answers and pictures' | 'things in their places' | 'pictures as they are';
  /** AdamW unless told: Muon learns kernels two to three times as fast, and costs more than it saves on wide matrices. */
  readonly optimiser?: 'adamw' | 'muon';
  /** Whether the refiner's first layer starts anew, see `whitenedEmbedder`: where the language model is new to it. */
  readonly whitens?: boolean;
  /** Relative frequency of each kind of sample. */
  readonly mix: Readonly<Partial<Record<SampleKind, number>>>;
  readonly sizes: Readonly<Record<Scale, StageSize>>;
}

export interface StageSize {
  readonly steps: number;
  /** Pictures or dialogues in one batch. */
  readonly batchSize: number;
  readonly curriculum: Curriculum;
  /** An easier one for the first steps: what things look like, before where they stand. */
  readonly opening?: { readonly curriculum: Curriculum; readonly steps: number };
  readonly pictures: readonly PictureSize[];
  /** Random squares of this side instead of whole pictures. */
  readonly cropSide?: number;
  readonly peakRate: number;
  readonly warmupSteps: number;
  /** Decay of the moving average of the weights, which is what later stages use. */
  readonly averageDecay: number;
  /** Updates that a batch of pictures serves, each with noise and times of its own, since encoding one is dear; 1 if not given. */
  readonly looks?: number;
  /** Part of the samples whose words are dropped, so that guidance has something to steer away from. */
  readonly dropWords?: number;
}
