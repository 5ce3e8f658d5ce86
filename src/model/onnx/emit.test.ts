import { describe, expect, it } from 'vitest';

import { runGraph } from '#testing/run-graph';
import { tensor } from '#engine/ort/tensor';
import { finishGraph, Scope } from '../ir/graph.ts';
import { printGraph } from '../ir/print.ts';
import { verifyGraph } from '../ir/verify.ts';
import * as t from '../ops/tensor.ts';

describe('a graph', () => {
  it('shares equal expressions, leaves out what nothing uses, and prints stably', () => {
    const scope = new Scope();
    const x = scope.input('x', 'f32', ['batch', 4]);
    const w = scope.parameter('w', 'f32', [4, 8]);
    t.exp(x); // not reached from the output
    const twice = t.add(t.matmul(x, w), t.matmul(x, w));
    const graph = finishGraph({ y: t.mul(twice, 0.5) });
    verifyGraph(graph);
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "input x: f32[batch,4]
      parameter w: f32[4,8]
      %0 = matmul(x, w, transposeA=false, transposeB=false): f32[batch,8]
      %1 = add(%0, %0): f32[batch,8]
      %2 = mul(%1, 0.5): f32[batch,8]
      output y = %2"
    `);
  });

  it('runs on onnxruntime with its weights in the model', async () => {
    const { y } = await runGraph(
      (scope) => {
        const x = scope.input('x', 'f32', ['batch', 2]);
        const w = scope.parameter('w', 'f32', [2, 3]);
        return { y: t.reshape(t.softmax(t.matmul(x, w)), ['batch', 3, 1]) };
      },
      { x: tensor('f32', [1, 2], Float32Array.of(1, 2)) },
      { parameters: () => Float32Array.of(0, 1, 2, 0, 0, 0) },
    );
    expect(y.shape).toEqual([1, 3, 1]);
    expect([...(y.data as Float32Array)].map((value) => value.toFixed(4))).toEqual(['0.0900', '0.2447', '0.6652']);
  });

  it('says which operands do not fit', () => {
    const scope = new Scope();
    const a = scope.input('a', 'f32', ['n', 4]);
    const b = scope.input('b', 'f32', [5, 8]);
    expect(() => t.matmul(a, b)).toThrow('matmul: inner extents differ (4 and 5): f32[n,4], f32[5,8]');
  });
});
