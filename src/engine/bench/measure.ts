import { evaluateDim } from '#model/ir/dim';
import type { Graph } from '#model/ir/graph';

import type { OrtSession } from '../ort/ort-session.ts';
import { tensor, zeros, type Tensor } from '../ort/tensor.ts';
import type { Bindings } from './graph-cost.ts';

/** Times in milliseconds of several runs; the fastest is the least disturbed. */
export interface Timing {
  readonly bestMs: number;
  readonly medianMs: number;
}

/** Runs at least three times and about a second, after one run to warm up. */
export async function measure(run: () => Promise<unknown>): Promise<Timing> {
  await run();
  const times: number[] = [];
  const start = performance.now();
  while (times.length < 3 || (performance.now() - start < 1000 && times.length < 50)) {
    const from = performance.now();
    await run();
    times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  return { bestMs: times[0]!, medianMs: times[Math.floor(times.length / 2)]! };
}

/** Two runs measured by turns, so that noise of the machine falls on both. */
export async function measurePair(a: () => Promise<unknown>, b: () => Promise<unknown>): Promise<[Timing, Timing]> {
  const first = [await measure(a), await measure(b)] as const;
  const second = [await measure(a), await measure(b)] as const;
  const better = (x: Timing, y: Timing) => (x.bestMs < y.bestMs ? x : y);
  return [better(first[0], second[0]), better(first[1], second[1])];
}

/** Plausible inputs for a graph: small numbers for floats, zeros for ids. */
export function plausibleInputs(graph: Graph, session: OrtSession, bindings: Bindings): Record<string, Tensor> {
  const inputs: Record<string, Tensor> = {};
  for (const [name, { dtype, shape }] of graph.inputs) {
    if (!session.inputs.has(name)) continue;
    const extents = shape.map((dim) => evaluateDim(dim, bindings));
    inputs[name] = dtype === 'f32' ? waves(extents) : zeros(dtype, extents);
  }
  return inputs;
}

function waves(shape: readonly number[]): Tensor {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return tensor(
    'f32',
    shape,
    Float32Array.from({ length: count }, (_, i) => Math.sin(i * 0.7)),
  );
}
