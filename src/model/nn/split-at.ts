import { subtractDims } from '../ir/dim.ts';
import type { Value } from '../ir/graph.ts';
import * as t from '../ops/tensor.ts';

/**
 * Cuts an axis in two: as many entries as `like` has along its axis `likeAxis`, and the rest. Known extents become plain
 * slices; symbolic ones are measured in the graph.
 */
export function splitAt(x: Value, axis: number, like: Value, likeAxis: number): [head: Value, tail: Value] {
  const count = like.shape[likeAxis]!;
  if (typeof count === 'number') return [t.slice(x, axis, 0, count), t.slice(x, axis, count)];
  const zero = x.scope.constant('i64', [1], BigInt64Array.of(0n));
  const at = t.extent(like, likeAxis);
  const rest = subtractDims(x.shape[axis]!, count);
  return [t.dynamicSlice(x, axis, zero, at, count), t.dynamicSlice(x, axis, at, t.extent(x, axis), rest)];
}
