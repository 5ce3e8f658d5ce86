import { expect, it } from 'vitest';

import { createSession } from '#engine/ort/ort-session';
import { tensor, type Tensor } from '#engine/ort/tensor';
import { finishGraph, Scope, type Node, type Value } from '#model/ir/graph';
import { verifyGraph } from '#model/ir/verify';
import { emitOnnx } from '#model/onnx/emit';
import * as t from '#model/ops/tensor';
import { createRandom } from '#testing/random';

import { gradients } from './gradients.ts';
import { recomputed } from './recompute.ts';

const layers = 6;
const size = 4;

/** A stack of blocks; every second block's output is kept. */
function stack() {
  const scope = new Scope();
  const x = scope.input('x', 'f32', [3, size]);
  const weights = Array.from({ length: layers }, (_, i) => scope.parameter(`w${i}`, 'f32', [size, size]));
  const kept = new Set<Value>();
  let h = x;
  weights.forEach((weight, i) => {
    h = t.add(h, t.softmax(t.tanh(t.matmul(h, weight))));
    if (i % 2 === 1) kept.add(h);
  });
  const loss = t.reduceSum(t.mul(h, h), [0, 1], false);
  const made = gradients(loss, weights).map((gradient, i) => [`g${i}`, gradient!] as const);
  return { loss, kept, outputs: { loss, ...Object.fromEntries(made) } };
}

async function run(outputs: Record<string, Value>): Promise<Record<string, Tensor>> {
  const graph = finishGraph(outputs);
  verifyGraph(graph);
  const session = await createSession(
    emitOnnx(graph, () => 'fed'),
    { device: 'cpu' },
  );
  const { normal } = createRandom(2);
  const random = (shape: readonly number[]) =>
    tensor('f32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, normal));
  try {
    const inputs = [...graph.inputs, ...graph.parameters].sort(([a], [b]) => (a < b ? -1 : 1));
    return await session.run(
      Object.fromEntries(inputs.map(([name, { shape }]) => [name, random(shape as readonly number[])])),
    );
  } finally {
    await session.release();
  }
}

it('what is computed again is the same, and only the kept values wait for it', async () => {
  const { loss, kept, outputs } = stack();
  const lean = recomputed(loss, outputs, (value) => kept.has(value));
  expect(await run(lean)).toEqual(await run(outputs));

  const forward = new Set<Node>(finishGraph({ loss }).nodes);
  const heldFrom = (wanted: Record<string, Value>) => {
    const held = new Set<number>();
    for (const node of finishGraph(wanted).nodes) {
      if (forward.has(node)) continue;
      for (const input of node.inputs) {
        if (input?.source.kind === 'node' && forward.has(input.source.node)) held.add(input.id);
      }
    }
    return held;
  };
  expect(heldFrom(outputs).size).toBeGreaterThan(2 * layers);
  expect(heldFrom(lean)).toEqual(new Set([...kept].map(({ id }) => id)));
  const count = (wanted: Record<string, Value>, op: string) =>
    finishGraph(wanted).nodes.filter((node) => node.op === op).length;
  // Once more, each block but for what nobody needs.
  expect(count(lean, 'tanh')).toBe(2 * count(outputs, 'tanh'));
});
