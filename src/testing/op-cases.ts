/** @file Tests of operations as a table: operands, how the graph is built, and what the results are, written down anew. */
import { describe, expect, it } from 'vitest';

import { createSession } from '#engine/ort/ort-session';
import type { Tensor } from '#engine/ort/tensor';
import { evaluateDim, type Dim } from '#model/ir/dim';
import { finishGraph, Scope, type Value } from '#model/ir/graph';
import type { DType } from '#model/ir/tensor-type';
import { verifyGraph } from '#model/ir/verify';
import { emitOnnx } from '#model/onnx/emit';

import { fromTensor, nd, tabulate, toTensor, type Nd } from './nd.ts';
import { createRandom } from './random.ts';

/** Numbers of the case's dtype, drawn in a range; or given numbers, of a dtype of their own where that is fixed. */
export type Operand =
  | { readonly shape: readonly number[]; readonly range: readonly [number, number]; readonly whole: boolean }
  | { readonly given: Nd; readonly dtype?: DType };

export interface OpCase {
  readonly build: (...inputs: Value[]) => Value | readonly Value[];
  readonly inputs: readonly Operand[];
  readonly expected: (...inputs: Nd[]) => Nd | readonly Nd[];
  /** f32 if not given. */
  readonly dtypes?: readonly DType[];
  /** Shapes to declare the operands with, in another run: the inferred shape must still be the real one. */
  readonly symbolic?: readonly (readonly Dim[])[];
  /** Largest difference, relative for values above 1; that of the dtype if not given. */
  readonly tolerance?: number;
}

export const floats: readonly DType[] = ['f32', 'f16'];
export const numbers: readonly DType[] = ['f32', 'f16', 'i32', 'i64'];
const tolerances: Record<DType, number> = { f32: 1e-5, f16: 4e-3, i8: 0, u8: 0, i32: 0, i64: 0, bool: 0 };

export function some(...shape: number[]): Operand {
  return { shape, range: [-2, 2], whole: false };
}
export function positive(...shape: number[]): Operand {
  return { shape, range: [0.5, 2], whole: false };
}
export function whole(...shape: number[]): Operand {
  return { shape, range: [-9, 9], whole: true };
}
export function ids(data: readonly number[], shape: readonly number[] = [data.length]): Operand {
  return { given: nd(shape, data), dtype: 'i64' };
}
export function flags(...data: number[]): Operand {
  return { given: nd([data.length], data), dtype: 'bool' };
}

/** A test for every case and dtype. @param cases by the operation that they are about */
export function describeOps(cases: Readonly<Record<string, readonly OpCase[]>>): void {
  const all = Object.entries(cases).flatMap(([op, list]) =>
    list.flatMap((entry, i) =>
      (entry.dtypes ?? ['f32']).map((dtype) => {
        const name = `${op}${list.length > 1 ? ` (${i + 1})` : ''} on ${dtype}`;
        return { name, op, dtype, entry };
      }),
    ),
  );
  describe('onnxruntime computes what is meant by', () => {
    it.each(all)('$name', async ({ op, dtype, entry }) => {
      const { uniform } = createRandom(3);
      const fed = entry.inputs.map((operand) => drawn(operand, dtype, uniform));
      // What the runtime reads is what was rounded to the dtype.
      const expected = [entry.expected(...fed.map(fromTensor))].flat();
      const actual = fed.map(({ shape }) => shape);
      for (const shapes of entry.symbolic ? [actual, entry.symbolic] : [actual]) {
        const { results, inferred, kinds } = await run(entry, fed, shapes);
        expect(kinds).toContain(op);
        const bindings = bindingsOf(shapes, actual);
        for (const [i, result] of results.entries()) {
          expect(result.dtype).toBe(inferred[i]!.dtype);
          expect(inferred[i]!.shape.map((dim) => evaluateDim(dim, bindings))).toEqual(result.shape);
          const tolerance = entry.tolerance ?? tolerances[result.dtype === 'f32' ? dtype : result.dtype];
          expectClose(fromTensor(result), expected[i]!, tolerance);
        }
      }
    });
  });
}

async function run(
  { build }: OpCase,
  fed: readonly Tensor[],
  shapes: readonly (readonly Dim[])[],
): Promise<{ results: readonly Tensor[]; inferred: readonly Value[]; kinds: readonly string[] }> {
  const scope = new Scope();
  const inferred = [build(...fed.map(({ dtype }, i) => scope.input(`x${i}`, dtype, shapes[i]!)))].flat();
  const graph = finishGraph(Object.fromEntries(inferred.map((value, i) => [`y${i}`, value])));
  verifyGraph(graph);
  const session = await createSession(
    emitOnnx(graph, () => 'fed'),
    { device: 'cpu' },
  );
  try {
    // Of some operands only the type matters, so they are no inputs of the graph.
    const used = fed.flatMap((feed, i) => (session.inputs.has(`x${i}`) ? [[`x${i}`, feed] as const] : []));
    const results = await session.run(Object.fromEntries(used));
    return { results: inferred.map((_, i) => results[`y${i}`]!), inferred, kinds: graph.nodes.map(({ op }) => op) };
  } finally {
    await session.release();
  }
}

function expectClose(actual: Nd, expected: Nd, tolerance: number): void {
  expect(actual.shape).toEqual(expected.shape);
  const off = actual.data.flatMap((value, at) => {
    const wanted = expected.data[at]!;
    return Math.abs(value - wanted) <= tolerance * Math.max(1, Math.abs(wanted)) ? [] : [{ at, value, wanted }];
  });
  expect(off).toEqual([]);
}

function drawn(operand: Operand, dtype: DType, uniform: () => number): Tensor {
  if ('given' in operand) return toTensor(operand.given, operand.dtype ?? dtype);
  const [low, high] = operand.range;
  const draw = () => low + (high - low) * uniform();
  return toTensor(
    tabulate(operand.shape, () => (operand.whole ? Math.round(draw()) : draw())),
    dtype,
  );
}

/** What the symbols of the declared shapes stand for: one symbol in a dimension at most. */
function bindingsOf(
  declared: readonly (readonly Dim[])[],
  actual: readonly (readonly number[])[],
): Record<string, number> {
  const bindings: Record<string, number> = {};
  for (const [i, shape] of declared.entries()) {
    for (const [axis, dim] of shape.entries()) {
      const symbol = typeof dim === 'string' ? /[a-z]/.exec(dim)?.[0] : undefined;
      if (symbol === undefined) continue;
      const extent = actual[i]![axis]!;
      const value = Array.from({ length: extent + 1 }, (_, n) => n).find(
        (n) => evaluateDim(dim, { [symbol]: n }) === extent,
      );
      bindings[symbol] = value!;
    }
  }
  return bindings;
}
