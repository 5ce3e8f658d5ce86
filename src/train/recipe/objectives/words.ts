import type { Builder } from '#model/nn/builder';
import type { OvisConfig } from '#model/ovis/config';
import * as t from '#model/ops/tensor';

import { nextTokenLoss } from '../../objectives/language.ts';
import type { Objective } from '../../session/training-step.ts';
import { sequenceStates, type SequenceShape } from './sequence.ts';

/**
 * How much the size of the states that conditions are made of counts. Norms make a language model blind to it, and
 * training lets it grow until a few directions are a thousand times as large as what tells one word from another: the
 * refiner, which reads these states as they are, then hardly learns.
 */
const STATE_WEIGHT = 0.05;

/** The next token of sequences. Inputs: those of `sequenceStates`, targets i64 and targetWeights f32, [batch, length]. */
export function wordsObjective(builder: Builder, config: OvisConfig, shape: SequenceShape): Objective {
  const { last, secondLast } = sequenceStates(builder, config, shape);
  const size = [shape.batch, shape.length];
  const targets = builder.input('targets', 'i64', size);
  const weights = builder.input('targetWeights', 'f32', size);
  const { loss } = nextTokenLoss(builder, config, last, targets, weights);
  const stateSize = t.reduceMean(t.mul(secondLast, secondLast), [0, 1, 2], false);
  return { loss: t.add(loss, t.mul(stateSize, STATE_WEIGHT)), metrics: { words: loss, stateSize } };
}
