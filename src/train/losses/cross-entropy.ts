import type { Value } from '#model/ir/graph';
import * as t from '#model/ops/tensor';

/**
 * Mean of -log softmax(logits)[label] over the rows that count.
 *
 * @param logits [rows, classes]
 * @param labels i64[rows]; any class where a row does not count
 * @param weights f32[rows]: 1 where a row counts, else 0; at least one must
 */
export function crossEntropy(logits: Value, labels: Value, weights: Value): Value {
  const [rows] = logits.shape;
  const chosen = t.gatherElements(t.logSoftmax(logits), t.reshape(labels, [rows!, 1]), 1);
  const lost = t.mul(t.reshape(chosen, [rows!]), weights);
  return t.neg(t.div(t.reduceSum(lost, 0, false), t.reduceSum(weights, 0, false)));
}
