import type { Dim } from '#model/ir/dim';
import type { Value } from '#model/ir/graph';
import { sameShape } from '#model/ir/tensor-type';
import * as t from '#model/ops/tensor';

/** The adjoint of broadcasting: sums over the axes along which a tensor of `shape` was repeated. */
export function sumTo(gradient: Value, shape: readonly Dim[]): Value {
  const added = gradient.shape.length - shape.length;
  const leading = Array.from({ length: added }, (_, axis) => axis);
  const summed = added > 0 ? t.reduceSum(gradient, leading, false) : gradient;
  const stretched = shape.flatMap((dim, axis) => (dim === 1 && summed.shape[axis] !== 1 ? [axis] : []));
  return stretched.length > 0 ? t.reduceSum(summed, stretched) : summed;
}

/** `x` with the shape of `like`, whether or not its extents are known. */
export function shapedLike(x: Value, like: Value): Value {
  if (sameShape(x.shape, like.shape)) return x;
  return like.shape.every((dim) => typeof dim === 'number') ? t.reshape(x, like.shape) : t.reshapeLike(x, like);
}
