import { assert } from '#base/assert';
import type { Value } from '#model/ir/graph';
import * as t from '#model/ops/tensor';
import type { shape as definitions } from '#model/ops/table/shape';

import { shapedLike, sumTo } from '../sum-to.ts';
import { flat, type VjpTable } from '../vjp.ts';

export const shape: VjpTable<keyof typeof definitions> = {
  reshape: ({ inputs: [x], gradient }) => [shapedLike(gradient, x!)],
  'reshape-like': ({ inputs: [x], gradient }) => [shapedLike(gradient, x!)],
  transpose: ({ attributes: { permutation }, gradient }) => [
    t.transpose(
      gradient,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  ],
  expand: ({ inputs: [x], gradient }) => [sumTo(gradient, x!.shape)],
  concat: ({ attributes: { axis }, inputs, gradient }) =>
    t.split(
      gradient,
      axis,
      inputs.map((input) => knownExtent(input!, axis)),
    ),
  split: ({ attributes: { axis }, outputs, gradients }) => [
    t.concat(
      outputs.map((output, index) => gradients[index] ?? zeros(output)),
      axis,
    ),
  ],
  slice: ({ attributes: { axis, start, end, step }, inputs: [x], gradient }) => {
    const extent = knownExtent(x!, axis);
    const from = (at: number) => Math.min(at < 0 ? at + extent : at, extent);
    if (step < 0) {
      // The same elements in rising order are a slice with a positive step.
      const count = gradient.shape[axis] as number;
      const last = Math.min(from(start), extent - 1) + (count - 1) * step;
      return [spread(t.slice(gradient, axis, -1, null, -1), axis, last, -step, extent)];
    }
    assert(end === null || from(end) >= 0, 'the end of a slice lies behind the start of its axis');
    return [spread(gradient, axis, Math.max(from(start), 0), step, extent)];
  },
  // Measured extents are for inference; training graphs have known ones.
  'dynamic-slice': 'not differentiable',
  extent: flat,
  pad: ({ attributes: { before }, inputs: [x], gradient }) => [
    x!.shape.reduce<Value>((rest, dim, axis) => {
      if (rest.shape[axis] === dim) return rest;
      return t.slice(rest, axis, before[axis]!, before[axis]! + knownExtent(x!, axis));
    }, gradient),
  ],
  gather: ({ attributes: { axis }, inputs: [x, indices], gradient }) => {
    // Rows first: what was gathered along another axis is turned there and back.
    const rank = indices!.shape.length;
    const rows = moveAxes(gradient, axis, rank);
    const table = x!.shape.map((_, at) => at);
    const rowsFirst = [axis, ...table.filter((at) => at !== axis)];
    const turned = rowsFirst.map((at) => x!.shape[at]!);
    const flatIndices = t.cast(t.reshape(indices!, [count(indices!)]), 'i64');
    const updates = t.reshape(rows, [count(indices!), ...turned.slice(1)]);
    const sums = t.scatterRows(zeros({ ...x!, shape: turned }), flatIndices, updates, 'add');
    return [
      t.transpose(
        sums,
        table.map((at) => rowsFirst.indexOf(at)),
      ),
      null,
    ];
  },
  'scatter-rows': ({ attributes: { reduction }, inputs: [, indices, updates], gradient }) => [
    reduction === 'add' ? gradient : t.scatterRows(gradient, indices!, zeros(updates!)),
    null,
    t.gather(gradient, indices!),
  ],
  'gather-elements': ({ attributes: { axis }, inputs: [x, indices], gradient }) => [
    t.scatterElements(zeros(x!), indices!, gradient, axis, 'add'),
    null,
  ],
  'scatter-elements': ({ attributes: { axis, reduction }, inputs: [, indices, updates], gradient }) => [
    reduction === 'add' ? gradient : t.scatterElements(gradient, indices!, zeros(updates!), axis),
    null,
    t.gatherElements(gradient, indices!, axis),
  ],
};

function knownExtent(x: Value, axis: number): number {
  const extent = x.shape[axis];
  assert(typeof extent === 'number', `axis ${axis} has a known extent where it is cut`);
  return extent;
}

function count(x: Value): number {
  return x.shape.reduce<number>((product, _, axis) => product * knownExtent(x, axis), 1);
}

function zeros(like: Pick<Value, 'scope' | 'dtype' | 'shape'>): Value {
  return t.expand(t.full(like.scope, like.dtype, 0), like.shape);
}

/** A tensor with `extent` entries along an axis: those of `x` at start, start + step, …, and zeros between and around. */
function spread(x: Value, axis: number, start: number, step: number, extent: number): Value {
  let apart = x;
  if (step > 1) {
    const { shape } = x;
    const between = (value: number) => shape.map(() => 0).toSpliced(axis + 1, 0, value);
    const single = t.reshape(x, shape.toSpliced(axis + 1, 0, 1));
    const wide = (shape[axis] as number) * step;
    apart = t.reshape(t.pad(single, between(0), between(step - 1)), shape.with(axis, wide));
    if (start + wide > extent) apart = t.slice(apart, axis, 0, extent - start);
  }
  const around = (value: number) => apart.shape.map((_, at) => (at === axis ? value : 0));
  const after = extent - start - (apart.shape[axis] as number);
  return start === 0 && after === 0 ? apart : t.pad(apart, around(start), around(after));
}

/** `count` axes from `axis` on moved to the front. */
function moveAxes(x: Value, axis: number, count: number): Value {
  const axes = x.shape.map((_, at) => at);
  const moved = axes.slice(axis, axis + count);
  return t.transpose(x, [...moved, ...axes.filter((at) => !moved.includes(at))]);
}
