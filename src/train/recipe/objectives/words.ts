import type { Builder } from '#model/nn/builder';
import type { OvisConfig } from '#model/ovis/config';

import { nextTokenLoss } from '../../objectives/language.ts';
import type { Objective } from '../../session/training-step.ts';
import { sequenceStates, type SequenceShape } from './sequence.ts';

/** The next token of sequences. Inputs: those of `sequenceStates`, targets i64 and targetWeights f32, [batch, length]. */
export function wordsObjective(builder: Builder, config: OvisConfig, shape: SequenceShape): Objective {
  const { last } = sequenceStates(builder, config, shape);
  const size = [shape.batch, shape.length];
  const targets = builder.input('targets', 'i64', size);
  const weights = builder.input('targetWeights', 'f32', size);
  const { loss } = nextTokenLoss(builder, config, last, targets, weights);
  return { loss, metrics: { words: loss } };
}
