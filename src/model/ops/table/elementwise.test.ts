import { nd, tabulate } from '#testing/nd';
import {
  describeOps,
  flags,
  floats,
  numbers,
  positive,
  some,
  whole,
  type OpCase,
  type Operand,
} from '#testing/op-cases';
import type { Value } from '../../ir/graph.ts';
import type { DType } from '../../ir/tensor-type.ts';
import * as t from '../tensor.ts';
import type { elementwise } from './elementwise.ts';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const halves = { given: nd([2, 3], [-2.7, -1, -0.2, 0, 0.6, 2.9]) };

/** By the operation that a case is about. */
const cases: Record<keyof typeof elementwise, readonly OpCase[]> = {
  neg: [pointwise(t.neg, (x) => -x, whole(2, 3), numbers)],
  abs: [pointwise(t.abs, Math.abs, whole(2, 3), numbers)],
  sign: [pointwise(t.sign, Math.sign, halves)],
  exp: [pointwise(t.exp, Math.exp)],
  log: [pointwise(t.log, Math.log, positive(2, 3))],
  sqrt: [pointwise(t.sqrt, Math.sqrt, positive(2, 3))],
  reciprocal: [pointwise(t.reciprocal, (x) => 1 / x, positive(2, 3))],
  sin: [pointwise(t.sin, Math.sin)],
  cos: [pointwise(t.cos, Math.cos)],
  tanh: [pointwise(t.tanh, Math.tanh)],
  sigmoid: [pointwise(t.sigmoid, sigmoid)],
  erf: [pointwise(t.erf, erf)],
  floor: [pointwise(t.floor, Math.floor, halves)],
  not: [pointwise(t.not, (x) => 1 - x, { given: nd([2, 3], [0, 1, 1, 0, 0, 1]), dtype: 'bool' }, ['bool'])],
  silu: [pointwise(t.fusedSilu, (x) => x * sigmoid(x))],
  gelu: [
    pointwise(
      (x) => t.fusedGelu(x, 'tanh'),
      (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
    ),
    pointwise(
      (x) => t.fusedGelu(x, 'none'),
      (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
    ),
  ],
  cast: [
    pointwise((x) => t.cast(x, 'i32'), Math.trunc, halves),
    pointwise(
      (x) => t.cast(x, 'bool'),
      (x) => Number(x !== 0),
      halves,
    ),
    pointwise(
      (x) => t.cast(x, 'f32'),
      (x) => x,
      whole(2, 3),
      ['f16', 'i8', 'i32', 'i64'],
    ),
  ],
  add: [
    pairwise(t.add, (a, b) => a + b),
    {
      build: (x) => t.add(1.5, x),
      inputs: [some(2)],
      expected: (x) => tabulate([2], (i) => x.at(i) + 1.5),
      dtypes: floats,
    },
  ],
  sub: [pairwise(t.sub, (a, b) => a - b)],
  mul: [pairwise(t.mul, (a, b) => a * b)],
  div: [pairwise(t.div, (a, b) => a / b, { a: some(2, 3), b: positive(3), dtypes: floats })],
  pow: [pairwise(t.pow, (a, b) => a ** b, { a: positive(2, 3), b: some(3), dtypes: floats })],
  max: [pairwise(t.max, Math.max)],
  min: [pairwise(t.min, Math.min)],
  equal: [
    pairwise(t.equal, (a, b) => Number(a === b), {
      a: { given: nd([2, 3], [1, 2, 3, 3, 2, 1]) },
      b: { given: nd([3], [1, 2, 4]) },
    }),
  ],
  less: [pairwise(t.less, (a, b) => Number(a < b))],
  greater: [pairwise(t.greater, (a, b) => Number(a > b))],
  and: [logical(t.and, (a, b) => a === 1 && b === 1)],
  or: [logical(t.or, (a, b) => a === 1 || b === 1)],
  where: [
    {
      build: (c, a, b) => t.where(c, a, b),
      inputs: [flags(1, 0, 1), whole(2, 3), whole(2, 1)],
      expected: (c, a, b) => tabulate([2, 3], (...i) => (c.at(...i) ? a : b).at(...i)),
      dtypes: numbers,
      symbolic: [[3], ['n', 3], ['n', 1]],
    },
  ],
};

describeOps(cases);

function pointwise(
  build: (x: Value) => Value,
  formula: (x: number) => number,
  input: Operand = some(2, 3),
  dtypes = floats,
): OpCase {
  return {
    build,
    inputs: [input],
    expected: (x) => tabulate(x.shape, (...i) => formula(x.at(...i))),
    dtypes,
    symbolic: [['n', 3]],
  };
}

function pairwise(
  build: (a: Value, b: Value) => Value,
  formula: (a: number, b: number) => number,
  options: { a?: Operand; b?: Operand; dtypes?: readonly DType[] } = {},
): OpCase {
  const { a = whole(2, 3), b = whole(3), dtypes = numbers } = options;
  return {
    build,
    inputs: [a, b],
    expected: (x, y) => tabulate(x.shape, (...i) => formula(x.at(...i), y.at(...i))),
    dtypes,
    symbolic: [['n', 3], [3]],
  };
}

function logical(build: (a: Value, b: Value) => Value, formula: (a: number, b: number) => boolean): OpCase {
  return pairwise(build, (a, b) => Number(formula(a, b)), {
    a: { given: nd([2, 3], [0, 1, 0, 1, 0, 1]), dtype: 'bool' },
    b: flags(0, 1, 1),
    dtypes: ['bool'],
  });
}

/** Abramowitz and Stegun 7.1.5. */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
