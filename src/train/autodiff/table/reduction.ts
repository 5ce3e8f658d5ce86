import { assert } from '#base/assert';
import type { Value } from '#model/ir/graph';
import * as t from '#model/ops/tensor';
import type { reductions as definitions } from '#model/ops/table/reduction';

import { flat, type VjpTable } from '../vjp.ts';

export const reductions: VjpTable<keyof typeof definitions> = {
  'reduce-sum': ({ attributes: { axes }, inputs: [x], gradient }) => [t.expand(kept(gradient, x!, axes), x!.shape)],
  'reduce-mean': ({ attributes: { axes }, inputs: [x], gradient }) => {
    const share = 1 / axes.reduce((count, axis) => count * knownExtent(x!, axis), 1);
    return [t.expand(kept(t.mul(gradient, share), x!, axes), x!.shape)];
  },
  // Equal maxima share the gradient.
  'reduce-max': ({ attributes: { axes }, inputs: [x], outputs: [y], gradient }) => {
    const isMax = t.cast(t.equal(x!, kept(y!, x!, axes)), x!.dtype);
    return [t.mul(isMax, t.div(kept(gradient, x!, axes), t.reduceSum(isMax, axes)))];
  },
  'arg-max': flat,
  softmax: ({ attributes: { axis }, outputs: [y], gradient }) => [
    t.mul(y!, t.sub(gradient, t.reduceSum(t.mul(gradient, y!), axis))),
  ],
  'log-softmax': ({ attributes: { axis }, outputs: [y], gradient }) => [
    t.sub(gradient, t.mul(t.exp(y!), t.reduceSum(gradient, axis))),
  ],
};

/** What a reduction of `x` gave, with the reduced axes there again as single entries. */
function kept(reduced: Value, x: Value, axes: readonly number[]): Value {
  if (reduced.shape.length === x.shape.length) return reduced;
  return t.reshape(
    reduced,
    x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)),
  );
}

function knownExtent(x: Value, axis: number): number {
  const extent = x.shape[axis];
  assert(typeof extent === 'number', `axis ${axis} of a mean has a known extent`);
  return extent;
}
