import { describe, expect, it } from 'vitest';

import { tensor } from '#engine/ort/tensor';
import { finishGraph, Scope, type Value } from '#model/ir/graph';
import { printGraph } from '#model/ir/print';
import { verifyGraph } from '#model/ir/verify';
import { apply1 } from '#model/ops/apply';
import * as t from '#model/ops/tensor';
import { runGraph } from '#testing/run-graph';

import { gradients } from './gradients.ts';

describe('gradients', () => {
  it('are a graph of their own, which shares what the forward graph computed', () => {
    const scope = new Scope();
    const x = scope.input('x', 'f32', [4, 2]);
    const w = scope.parameter('w', 'f32', [2, 3]);
    const loss = t.reduceSum(t.tanh(t.matmul(x, w)), [0, 1], false);
    const [gradient] = gradients(loss, [w]);
    const graph = finishGraph({ loss, gradient: gradient! });
    verifyGraph(graph);
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "input x: f32[4,2]
      parameter w: f32[2,3]
      %0 = matmul(x, w, transposeA=false, transposeB=false): f32[4,3]
      %1 = tanh(%0): f32[4,3]
      %2 = reduce-sum(%1, axes=[0,1], keep=false): f32[]
      %3 = reshape(1, shape=[1,1]): f32[1,1]
      %4 = expand(%3, shape=[4,3]): f32[4,3]
      %5 = mul(%1, %1): f32[4,3]
      %6 = sub(1, %5): f32[4,3]
      %7 = mul(%4, %6): f32[4,3]
      %8 = matmul(x, %7, transposeA=true, transposeB=false): f32[2,3]
      output loss = %2
      output gradient = %8"
    `);
  });

  it('add up where a value is used more than once, also through a value in between', async () => {
    const results = await runGraph(
      (scope) => {
        const x = scope.input('x', 'f32', [1]);
        const squared = t.mul(x, x);
        const y = t.add(t.mul(squared, squared), t.mul(squared, x)); // x⁴ + x³
        const [forX, forSquared] = gradients(t.reshape(y, []), [x, squared]) as [Value, Value];
        return { forX, forSquared };
      },
      { x: tensor('f32', [1], Float32Array.of(2)) },
    );
    expect(results.forX.data).toEqual(Float32Array.of(4 * 8 + 3 * 4));
    expect(results.forSquared.data).toEqual(Float32Array.of(2 * 4 + 2));
  });

  it('tell apart what a loss does not depend on from a gradient of zeros', () => {
    const scope = new Scope();
    const [used, cancelled, unused] = ['used', 'cancelled', 'unused'].map((name) => scope.parameter(name, 'f32', [2]));
    const loss = t.reduceSum(t.add(used!, t.mul(cancelled!, 0)), 0, false);
    const made = gradients(loss, [used!, cancelled!, unused!]);
    expect(made.map((gradient) => gradient !== null)).toEqual([true, true, false]);
  });

  it('go through graphs deeper than the call stack', async () => {
    const depth = 10_000;
    const { gradient } = await runGraph(
      (scope) => {
        const x = scope.input('x', 'f32', []);
        let y = x;
        for (let i = 0; i < depth; i++) y = i % 2 === 0 ? t.add(y, t.mul(x, x)) : t.sub(y, x);
        return { gradient: gradients(y, [x])[0]! };
      },
      { x: tensor('f32', [], Float32Array.of(3)) },
    );
    expect(gradient.data).toEqual(Float32Array.of(1 + (depth / 2) * (2 * 3 - 1)));
  });

  it('refuse to pass what has no derivative, and say what that is', () => {
    const scope = new Scope();
    const x = scope.parameter('x', 'f32', [1, 2, 8]);
    const attended = apply1('multi-head-attention', [x, x, x, null], { heads: 2, scale: 0.5 });
    expect(() => gradients(t.reduceSum(attended, [0, 1, 2], false), [x])).toThrow(
      'multi-head-attention(f32[1,2,8], f32[1,2,8], f32[1,2,8], _) is not differentiable',
    );
    // Beside the way to the loss it does no harm.
    const other = scope.parameter('other', 'f32', [1, 2, 8]);
    const both = t.reduceSum(t.mul(attended, other), [0, 1, 2], false);
    expect(gradients(both, [other])[0]).not.toBeNull();
  });

  it('are of single numbers only', () => {
    const scope = new Scope();
    const x = scope.parameter('x', 'f32', [2]);
    expect(() => gradients(x, [x])).toThrow('A loss is one floating-point number, not f32[2]');
    expect(() => gradients(t.argMax(x, 0), [x])).toThrow('not i64[]');
  });
});
