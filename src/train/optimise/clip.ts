import type { Value } from '#model/ir/graph';
import * as t from '#model/ops/tensor';

/** Root of the sum of the squares of all elements of all gradients. */
export function globalNorm(gradients: readonly Value[]): Value {
  const squares = gradients.map((gradient) =>
    t.reduceSum(
      t.mul(gradient, gradient),
      gradient.shape.map((_, axis) => axis),
      false,
    ),
  );
  return t.sqrt(squares.reduce((sum, square) => t.add(sum, square)));
}

/** What gradients of norm `norm` are to be multiplied with so that it does not exceed `limit`. */
export function clippingFactor(norm: Value, limit: number): Value {
  return t.min(t.div(limit, t.add(norm, 1e-6)), 1);
}
