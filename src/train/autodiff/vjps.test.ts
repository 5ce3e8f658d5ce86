import { describe, expect, it } from 'vitest';

import { createSession } from '#engine/ort/ort-session';
import { tensor, type Tensor } from '#engine/ort/tensor';
import { finishGraph, Scope, type Node, type Value } from '#model/ir/graph';
import { verifyGraph } from '#model/ir/verify';
import { emitOnnx } from '#model/onnx/emit';
import { apply1 } from '#model/ops/apply';
import type { OpKind } from '#model/ops/attributes';
import * as t from '#model/ops/tensor';
import { createRandom } from '#testing/random';

import { gradients } from './gradients.ts';
import { vjps } from './vjps.ts';

/** A shape of random numbers, with bounds where an operation is smooth in a part of the line only; or whole numbers. */
type Operand =
  | readonly number[]
  | { readonly shape: readonly number[]; readonly from: number; readonly to: number }
  | { readonly ids: readonly number[]; readonly shape?: readonly number[] };

interface Case {
  readonly name?: string;
  readonly build: (...inputs: Value[]) => Value;
  readonly inputs: readonly Operand[];
}

const positive = (...shape: number[]) => ({ shape, from: 0.4, to: 2 });
const away = (...shape: number[]) => ({ shape, from: 0.2, to: 1.3 }); // from zero, and from each other with high probability
const m = [2, 3] as const;

function one(build: (...inputs: Value[]) => Value, ...inputs: Operand[]): Case {
  return { build, inputs };
}

/** By the operation that a case is about; every operation with a rule has one. */
const cases: Partial<Record<OpKind, readonly Case[]>> = {
  neg: [one(t.neg, m)],
  abs: [one((x) => t.abs(t.sub(x, 0.75)), away(2, 3))],
  exp: [one(t.exp, m)],
  log: [one(t.log, positive(2, 3))],
  sqrt: [one(t.sqrt, positive(2, 3))],
  reciprocal: [one(t.reciprocal, positive(2, 3))],
  sin: [one(t.sin, m)],
  cos: [one(t.cos, m)],
  tanh: [one(t.tanh, m)],
  sigmoid: [one(t.sigmoid, m)],
  erf: [one(t.erf, m)],
  silu: [one(t.fusedSilu, m)],
  gelu: [one((x) => t.fusedGelu(x, 'tanh'), m), one((x) => t.fusedGelu(x, 'none'), m)],
  cast: [one((x) => t.add(x, t.cast(t.cast(x, 'i32'), 'f32')), away(2))],
  add: [one(t.add, m, m), one(t.add, m, [3]), one(t.add, [2, 1], [1, 3]), one((x) => t.add(x, x), m)],
  sub: [one(t.sub, m, [2, 1]), one((x) => t.sub(1, x), m)],
  mul: [one(t.mul, m, m), one(t.mul, m, []), one(t.mul, [2, 1, 3], [4, 1]), one((x) => t.mul(x, x), m)],
  div: [one(t.div, m, positive(3)), one((x) => t.div(1, x), positive(2, 3))],
  pow: [one(t.pow, positive(2, 3), m), one((x) => t.pow(x, 3), m)],
  max: [one(t.max, m, m), one((x) => t.max(x, 0.1), m)],
  min: [one(t.min, m, [3])],
  where: [one((a, b) => t.where(t.less(a, b), t.mul(a, 2), b), m, m), one((x) => t.where(t.greater(x, 0), x, 0), m)],
  reshape: [one((x) => t.reshape(x, [3, 2]), m)],
  'reshape-like': [one((x, like) => t.reshapeLike(x, like), m, [3, 2])],
  transpose: [one((x) => t.transpose(x, [2, 0, 1]), [2, 3, 4])],
  expand: [one((x) => t.expand(x, [2, 3, 4]), [3, 1])],
  concat: [one((a, b) => t.concat([a, b, a], 1), m, [2, 2])],
  split: [
    one((x) => t.mul(t.split(x, 1, [1, 2])[1]!, 3), m),
    one((x) => t.concat(t.split(x, 0, [1, 2, 1]).toReversed(), 0), [4, 2]),
  ],
  slice: [
    one((x) => t.slice(x, 1, 1, 3), [2, 5]),
    one((x) => t.slice(x, 1, -3), [2, 5]),
    one((x) => t.slice(x, 0, 1, null, 2), [6, 2]),
    one((x) => t.slice(x, 0, 0, 6, 3), [7, 2]),
    one((x) => t.slice(x, 1, -1, null, -1), [2, 5]),
    one((x) => t.slice(x, 1, 3, 0, -2), [2, 5]),
  ],
  pad: [one((x) => t.pad(x, [1, 0], [0, 2]), m)],
  gather: [
    one((x, ids) => t.gather(x, ids), [4, 2], { ids: [1, 3, 1] }),
    one((x, ids) => t.gather(x, ids, 1), [2, 4, 2], { ids: [0, 3, 3, 1], shape: [2, 2] }),
  ],
  'scatter-rows': [
    one((x, ids, rows) => t.scatterRows(x, ids, rows), [4, 2], { ids: [3, 1] }, [2, 2]),
    one((x, ids, rows) => t.scatterRows(x, ids, rows, 'add'), [4, 2], { ids: [3, 3] }, [2, 2]),
  ],
  'gather-elements': [one((x, ids) => t.gatherElements(x, ids, 1), m, { ids: [2, 2, 0, 1], shape: [2, 2] })],
  'scatter-elements': [
    one((x, ids, y) => t.scatterElements(x, ids, y, 1), m, { ids: [2, 0], shape: [2, 1] }, [2, 1]),
    one((x, ids, y) => t.scatterElements(x, ids, y, 1, 'add'), m, { ids: [2, 2, 0, 1], shape: [2, 2] }, [2, 2]),
  ],
  'reduce-sum': [one((x) => t.reduceSum(x, [0, 2]), [2, 3, 2]), one((x) => t.reduceSum(x, 1, false), [2, 3, 2])],
  'reduce-mean': [one((x) => t.reduceMean(x, -1), m), one((x) => t.reduceMean(x, [0, 1], false), m)],
  'reduce-max': [one((x) => t.reduceMax(x, 1), [3, 4]), one((x) => t.reduceMax(x, [0, 1], false), m)],
  softmax: [one((x) => t.softmax(x), m), one((x) => t.softmax(x, 0), m)],
  'log-softmax': [one((x) => t.logSoftmax(x), m)],
  matmul: [
    ...[false, true].flatMap((transposeA) =>
      [false, true].map((transposeB) =>
        one(
          (a, b) => t.matmul(a, b, { transposeA, transposeB }),
          transposeA ? [3, 2] : [2, 3],
          transposeB ? [4, 3] : [3, 4],
        ),
      ),
    ),
    one((a, b) => t.matmul(a, b), [2, 2, 3], [3, 2]),
    one((a, b) => t.matmul(a, b, { transposeB: true }), [2, 2, 3], [2, 3]),
    one((a, b) => t.matmul(a, b), [2, 3], [2, 3, 2]),
    one((a, b) => t.matmul(a, b, { transposeB: true }), [2, 2, 2, 3], [2, 1, 4, 3]),
  ],
  conv: [
    one((x, k, b) => t.conv(x, k, b, { padding: 1 }), [2, 2, 3, 4], [3, 2, 3, 3], [3]),
    one((x, k) => t.conv(x, k, null), [1, 2, 3, 3], [2, 2, 1, 1]),
    one((x, k) => t.conv(x, k, null, { padding: [1, 0, 2, 1] }), [1, 1, 3, 3], [1, 1, 2, 3]),
    one((x, k, b) => t.conv(x, k, b, { stride: 2, padding: [0, 0, 1, 1] }), [2, 1, 4, 6], [2, 1, 3, 3], [2]),
    one((x, k) => t.conv(x, k, null, { stride: 2, padding: 1 }), [1, 1, 5, 4], [1, 1, 3, 3]),
  ],
  'conv-transpose': [
    one(
      (x, k) => t.convTranspose(x, k, { stride: 2, padding: [0, 0, 1, 1], extra: [0, 0] }),
      [1, 2, 2, 3],
      [2, 1, 3, 3],
    ),
    one(
      (x, k) => t.convTranspose(x, k, { stride: 2, padding: [1, 1, 1, 1], extra: [1, 0] }),
      [1, 1, 2, 2],
      [1, 2, 3, 3],
    ),
  ],
  'upsample-nearest': [one((x) => t.upsampleNearest(x, 2), [1, 2, 2, 3])],
  'average-pool': [one((x) => t.averagePool(x, 2), [1, 2, 4, 2])],
  'layer-norm': [
    one((x, scale, bias) => apply1('layer-norm', [x, scale, bias], { epsilon: 1e-3 }), [2, 2, 4], [4], [4]),
    one((x) => apply1('layer-norm', [x, t.full(x.scope, 'f32', 1, [4])], { epsilon: 1e-3 }), [2, 4]),
    one((x, scale, bias) => apply1('layer-norm', [x, scale, bias], { epsilon: 1e-3 }), [2, 3, 4], [2, 1, 4], [2, 1, 4]),
    one((x, scale) => apply1('layer-norm', [x, scale], { epsilon: 1e-3 }), [2, 4], [1]),
  ],
  'rms-norm': [one((x, scale) => apply1('rms-norm', [x, scale], { epsilon: 1e-3 }), [2, 2, 4], [4])],
  'instance-norm': [
    one((x, scale, bias) => apply1('instance-norm', [x, scale, bias], { epsilon: 1e-3 }), [2, 2, 4], [2], [2]),
    one((x, scale, bias) => apply1('instance-norm', [x, scale, bias], { epsilon: 1e-3 }), [1, 2, 2, 3], [2], [2]),
  ],
  'rotary-embedding': [false, true].map((interleaved) =>
    one(
      (x) => {
        const first = x.scope.constant('i64', [1], BigInt64Array.of(0n));
        const table = (turn: (angle: number) => number) =>
          x.scope.constant(
            'f32',
            [3, 4],
            Float32Array.from({ length: 12 }, (_, i) => turn(i * 0.7)),
          );
        return apply1('rotary-embedding', [x, first, table(Math.cos), table(Math.sin)], { interleaved });
      },
      [1, 3, 16],
    ),
  ),
};

/** Constant almost everywhere: a case is that the gradient is none at all. */
const flatCases: Partial<Record<OpKind, (x: Value) => Value>> = {
  sign: t.sign,
  floor: t.floor,
  not: (x) => t.cast(t.not(t.cast(x, 'bool')), 'f32'),
  equal: (x) => t.cast(t.equal(x, 1), 'f32'),
  less: (x) => t.cast(t.less(x, 1), 'f32'),
  greater: (x) => t.cast(t.greater(x, 1), 'f32'),
  and: (x) => t.cast(t.and(t.less(x, 1), t.greater(x, 0)), 'f32'),
  or: (x) => t.cast(t.or(t.less(x, 0), t.greater(x, 1)), 'f32'),
  extent: (x) => t.cast(t.extent(x, 0), 'f32'),
  'arg-max': (x) => t.cast(t.argMax(x, 0), 'f32'),
};

describe('every operation', () => {
  it('has a case here, or no derivative', () => {
    const rows = Object.entries(vjps) as [OpKind, unknown][];
    const without = rows.filter(([op, rule]) => rule !== 'not differentiable' && !(op in cases) && !(op in flatCases));
    expect(without.map(([op]) => op)).toEqual([]);
  });

  const all = Object.entries(cases).flatMap(([op, list]) =>
    list.map((entry, i) => ({ name: list.length === 1 ? op : `${op} (${i + 1})`, op: op as OpKind, ...entry })),
  );
  it.each(all)('$name has the gradient that small steps show', async ({ op, build, inputs }) => {
    const scope = new Scope();
    const random = createRandom(5);
    const feeds = inputs.map((operand) => fed(operand, random.uniform));
    const values = feeds.map(({ dtype, shape }, i) => scope.input(`x${i}`, dtype, shape));
    const y = build(...values);
    const weights = fed(y.shape as number[], random.uniform);
    const loss = sum(t.mul(y, scope.input('weights', 'f32', y.shape)));
    const floats = values.filter(({ dtype }) => dtype === 'f32');
    const made = gradients(loss, floats);
    const outputs = Object.fromEntries(made.flatMap((gradient, i) => (gradient ? [[`g${i}`, gradient]] : [])));
    const graph = finishGraph({ y, ...outputs });
    expect(graph.nodes.some((node: Node) => node.op === op)).toBe(true);
    verifyGraph(graph);

    const session = await createSession(
      emitOnnx(graph, () => 'fed'),
      { device: 'cpu' },
    );
    const used = (more: Record<string, Tensor>) =>
      Object.fromEntries(Object.entries(more).filter(([name]) => session.inputs.has(name)));
    const named = Object.fromEntries(feeds.map((feed, i) => [`x${i}`, feed]));
    const results = await session.run(used({ ...named, weights }));
    const lossAt = async (name: string, at: number, value: number): Promise<number> => {
      const moved = Float32Array.from(named[name]!.data as Float32Array).with(at, value);
      const run = await session.run(used({ ...named, weights, [name]: { ...named[name]!, data: moved } as Tensor }), {
        outputs: ['y'],
      });
      return (run.y.data as Float32Array).reduce(
        (total, item, i) => total + item * (weights.data as Float32Array)[i]!,
        0,
      );
    };
    for (const [i, value] of floats.entries()) {
      const name = value.source.kind === 'input' ? value.source.name : '';
      const { data } = named[name]!;
      const gradient = results[`g${i}`]?.data as Float32Array | undefined;
      const step = 2 ** -8;
      for (const [at, x] of (data as Float32Array).entries()) {
        const slope = ((await lossAt(name, at, x + step)) - (await lossAt(name, at, x - step))) / (2 * step);
        // Central differences in f32 are off by step² times the third derivative, and by rounding over the step.
        expect(gradient?.[at] ?? 0, `${name}[${at}]`).toBeCloseTo(slope, 2);
      }
    }
    await session.release();
  });

  it.each(Object.entries(flatCases))('%s lets nothing through', (_, build) => {
    const x = new Scope().input('x', 'f32', [3]);
    expect(gradients(sum(build(x)), [x])).toEqual([null]);
  });
});

function sum(x: Value): Value {
  return x.shape.length === 0
    ? x
    : t.reduceSum(
        x,
        x.shape.map((_, axis) => axis),
        false,
      );
}

function fed(operand: Operand, uniform: () => number): Tensor {
  if ('ids' in operand) {
    const { ids, shape = [ids.length] } = operand;
    return tensor('i64', shape, BigInt64Array.from(ids, BigInt));
  }
  const { shape, from, to } = 'from' in operand ? operand : { shape: operand, from: -1.5, to: 1.5 };
  const count = shape.reduce((product, side) => product * side, 1);
  return tensor(
    'f32',
    [...shape],
    Float32Array.from({ length: count }, () => from + (to - from) * uniform()),
  );
}
