import { nd, sumOver, tabulate } from '#testing/nd';
import { describeOps, floats, numbers, some, whole, type OpCase } from '#testing/op-cases';
import type { Value } from '../../ir/graph.ts';
import type { DType } from '../../ir/tensor-type.ts';
import * as t from '../tensor.ts';
import type { reductions } from './reduction.ts';

/** By the operation that a case is about. */
const cases: Record<keyof typeof reductions, readonly OpCase[]> = {
  'reduce-sum': [
    reduction(
      (x) => t.reduceSum(x, [0, 2]),
      [1, 3, 1],
      (values) => sumOver(values.length, (i) => values[i]!),
      ['f32', 'i32', 'i64'],
    ),
    reduction(
      (x) => t.reduceSum(x, [2, 0], false),
      [3],
      (values) => sumOver(values.length, (i) => values[i]!),
    ),
  ],
  'reduce-mean': [
    reduction(
      (x) => t.reduceMean(x, [-1, 0], false),
      [3],
      (values) => sumOver(values.length, (i) => values[i]! / values.length),
      floats,
    ),
  ],
  'reduce-max': [
    reduction(
      (x) => t.reduceMax(x, [0, 2]),
      [1, 3, 1],
      (values) => Math.max(...values),
      numbers,
    ),
  ],
  'arg-max': [
    {
      build: (x) => t.argMax(x, 1),
      inputs: [{ given: nd([2, 3], [1, 3, 2, 5, 4, 5]) }],
      expected: () => nd([2], [1, 0]),
      dtypes: ['f32', 'i32'],
      symbolic: [['n', 3]],
    },
  ],
  softmax: [
    {
      build: (x) => t.softmax(x),
      inputs: [some(2, 3)],
      expected: (x) => tabulate([2, 3], (i, j) => Math.exp(x.at(i, j)) / sumOver(3, (k) => Math.exp(x.at(i, k)))),
      dtypes: floats,
      symbolic: [['n', 3]],
    },
    {
      build: (x) => t.softmax(x, 0),
      inputs: [some(2, 3)],
      expected: (x) => tabulate([2, 3], (i, j) => Math.exp(x.at(i, j)) / sumOver(2, (k) => Math.exp(x.at(k, j)))),
    },
  ],
  'log-softmax': [
    {
      build: (x) => t.logSoftmax(x),
      inputs: [some(2, 3)],
      expected: (x) => tabulate([2, 3], (i, j) => x.at(i, j) - Math.log(sumOver(3, (k) => Math.exp(x.at(i, k))))),
      dtypes: floats,
      symbolic: [['n', 3]],
    },
  ],
};

describeOps(cases);

/** Over the first and the last axis of [2, 3, 4]. */
function reduction(
  build: (x: Value) => Value,
  shape: readonly number[],
  reduce: (values: number[]) => number,
  dtypes: readonly DType[] = ['f32'],
): OpCase {
  return {
    build,
    inputs: [whole(2, 3, 4)],
    expected: (x) =>
      nd(
        shape,
        [0, 1, 2].map((j) => reduce(Array.from({ length: 8 }, (_, at) => x.at(at >> 2, j, at & 3)))),
      ),
    dtypes,
    symbolic: [['n', 3, 4]],
  };
}
