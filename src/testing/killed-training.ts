/** @file A process of its own that trains and saves after every step, until it is killed. */
import { createSession } from '#engine/ort/ort-session';

import { lineBatches, linePlan, lineWeights } from './line-plan.ts';
import { train } from '#train/session/train';

const [, , folder = ''] = process.argv;
const training = train(linePlan({ steps: 40 }), {
  weights: lineWeights(),
  batches: lineBatches(),
  loadGraph: (model) => createSession(model, { device: 'cpu' }),
  folder,
  saveEvery: 1,
});
for await (const { step } of training) process.send?.(step);
