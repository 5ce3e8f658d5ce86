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

/** How long one side is measured before the other gets its turn, and how often at the most. */
const TURN_MS = 700;
const TURN_RUNS = 25;

/** Runs for about a second after one run to warm up; what takes longer than that runs twice. */
export async function measure(run: () => Promise<unknown>): Promise<Timing> {
  await run();
  return summary([...(await takeTurn(run)), ...(await takeTurn(run))]);
}

/** Two runs measured by turns, so that noise of the machine falls on both. */
export async function measurePair(a: () => Promise<unknown>, b: () => Promise<unknown>): Promise<[Timing, Timing]> {
  await a();
  await b();
  const times: [number[], number[]] = [[], []];
  for (let turn = 0; turn < 2; turn++) {
    times[0].push(...(await takeTurn(a)));
    times[1].push(...(await takeTurn(b)));
  }
  return [summary(times[0]), summary(times[1])];
}

async function takeTurn(run: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  const start = performance.now();
  do {
    const from = performance.now();
    await run();
    times.push(performance.now() - from);
  } while (performance.now() - start < TURN_MS && times.length < TURN_RUNS);
  return times;
}

function summary(times: readonly number[]): Timing {
  const sorted = times.toSorted((a, b) => a - b);
  return { bestMs: sorted[0]!, medianMs: sorted[Math.floor(sorted.length / 2)]! };
}

/** Plausible inputs for a graph: small numbers for floats, zeros for ids. Inputs of one type share their elements. */
export function plausibleInputs(graph: Graph, session: OrtSession, bindings: Bindings): Record<string, Tensor> {
  const inputs: Record<string, Tensor> = {};
  const made = new Map<string, Tensor>();
  for (const [name, { dtype, shape }] of graph.inputs) {
    if (!session.inputs.has(name)) continue;
    const extents = shape.map((dim) => evaluateDim(dim, bindings));
    const key = `${dtype} ${extents.join()}`;
    const tensor = made.get(key) ?? (dtype === 'f32' ? waves(extents) : zeros(dtype, extents));
    made.set(key, tensor);
    inputs[name] = tensor;
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
