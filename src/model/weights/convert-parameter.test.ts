import { describe, expect, test } from 'vitest';
import type { AppError } from '#base/app-error';
import { tensor } from '#engine/ort/tensor';
import { runGraph } from '#testing/run-graph';
import { Builder, withoutView } from '../nn/builder.ts';
import type { ParameterSpec } from '../parameters.ts';
import { convertParameter, type ConversionOptions } from './convert-parameter.ts';
import { dtypeSizeBytes, elementCount } from './dtype.ts';
import { storedForms, weightForm } from './layout.ts';
import { precisions, type Precision } from './package-manifest.ts';
import { restoreParameter } from './restore-parameter.ts';

/** Values from a fixed sequence, bell-shaped. */
function bell(count: number, deviation: number, seed = 1): Float32Array {
  let state = seed;
  const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const value = () => deviation * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return Float32Array.from({ length: count }, value);
}

/** What a package would hold of a parameter; every byte is checked to be written exactly once. */
async function convert(spec: ParameterSpec, precision: Precision, values: Float32Array, options?: ConversionOptions) {
  const columns = values.length / spec.shape[0]!;
  const stored = new Map(
    storedForms(spec, precision).map(({ name, dtype, shape }) => {
      const bytes = new Uint8Array(elementCount(shape) * dtypeSizeBytes[dtype]);
      return [name, { bytes, writes: new Uint8Array(bytes.length) }];
    }),
  );
  const source = {
    read: async (firstRow: number, target: Float32Array) =>
      target.set(values.subarray(firstRow * columns, firstRow * columns + target.length)),
  };
  const sink = async (name: string, fromBytes: number, bytes: Uint8Array) => {
    stored.get(name)!.bytes.set(bytes, fromBytes);
    for (let i = 0; i < bytes.length; i++) stored.get(name)!.writes[fromBytes + i]! += 1;
  };
  await convertParameter(spec, precision, { source, sink }, options);
  for (const { writes } of stored.values()) expect(writes.every((count) => count === 1)).toBe(true);
  return new Map([...stored].map(([name, { bytes }]) => [name, bytes]));
}

/** Runs what `build` makes of the parameter, its weights read from their stored form. */
async function run(
  spec: ParameterSpec,
  precision: Precision,
  values: Float32Array,
  build: (builder: Builder) => ReturnType<Builder['linear']>,
  inputs: Parameters<typeof runGraph>[1],
): Promise<Float32Array> {
  const stored = await convert(spec, precision, values);
  const { y } = await runGraph(
    (scope) => ({ y: build(new Builder(scope, { fused: true, formOf: (other) => weightForm(other, precision) })) }),
    inputs,
    { parameters: (name) => stored.get(withoutView(name))! },
  );
  return y.data as Float32Array;
}

/** x·Wᵀ */
function product(x: Float32Array, weights: Float32Array, rows: number, depth: number, out: number): Float32Array {
  return Float32Array.from({ length: rows * out }, (_, i) => {
    const [row, column] = [Math.floor(i / out), i % out];
    let sum = 0;
    for (let k = 0; k < depth; k++) sum += x[row * depth + k]! * weights[column * depth + k]!;
    return sum;
  });
}

function relativeError(actual: Float32Array, expected: Float32Array): number {
  const square = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
  return Math.sqrt(square(actual.map((value, i) => value - expected[i]!)) / square(expected));
}

/** Largest error of a product, relative to its size, that each precision may have with bell-shaped weights. */
const tolerance: Record<Precision, number> = { f32: 1e-6, f16: 4e-4, int8: 0.02, q4: 0.09 };

describe.each(precisions)('what is stored as %s gives onnxruntime the right products', (precision) => {
  test.each([
    [[96, 64]],
    [[33, 40]], // a ragged block
    [[16, 64]], // too narrow to be quantised
    [[48, 3, 4, 4]], // a patch convolution
  ])('of a linear layer %j', async (shape) => {
    const spec: ParameterSpec = { name: 'w', kind: 'linear', part: 'decoder', shape };
    const [out, depth] = [shape[0]!, elementCount(shape.slice(1))];
    const weights = bell(out * depth, 0.02);
    const x = bell(5 * depth, 1, 7);
    const y = await run(
      spec,
      precision,
      weights,
      (builder) =>
        builder.linear('decoder', builder.input('x', 'f32', [5, depth]), 'w', out, { checkpointShape: shape }),
      { x: tensor('f32', [5, depth], x) },
    );
    expect(relativeError(y, product(x, weights, 5, depth, out))).toBeLessThan(tolerance[precision]);
  });

  test.each([64, 40])('of an embedding table with rows of %i, looked up and as a head', async (columns) => {
    const spec: ParameterSpec = { name: 'e', kind: 'embedding', part: 'llm', shape: [50, columns] };
    const table = bell(50 * columns, 0.02);
    const rows = await run(
      spec,
      precision,
      table,
      (builder) => builder.lookUp('llm', builder.input('ids', 'i64', [2]), 'e', 50, columns),
      { ids: tensor('i64', [2], BigInt64Array.of(49n, 3n)) },
    );
    const expected = Float32Array.of(...table.subarray(49 * columns), ...table.subarray(3 * columns, 4 * columns));
    expect(relativeError(rows, expected)).toBeLessThan(Math.min(0.01, tolerance[precision]));

    const x = bell(3 * columns, 1, 5);
    const scores = await run(
      spec,
      precision,
      table,
      (builder) => builder.tiedHead('llm', builder.input('x', 'f32', [3, columns]), 'e', 50, columns),
      { x: tensor('f32', [3, columns], x) },
    );
    expect(relativeError(scores, product(x, table, 3, columns, 50))).toBeLessThan(Math.min(0.02, tolerance[precision]));
  });

  test('of a table whose rows are mixed by probabilities, and whose indicator rows are exact', async () => {
    const spec: ParameterSpec = { name: 'v', kind: 'mixture', part: 'adapter', shape: [70, 40] };
    const table = bell(70 * 40, 0.02);
    const weights = bell(2 * 70, 1, 3).map((value) => Math.exp(3 * value));
    const mixed = await run(
      spec,
      precision,
      table,
      (builder) => builder.mixRows('adapter', builder.input('w', 'f32', [2, 70]), 'v', 70, 40),
      { w: tensor('f32', [2, 70], weights) },
    );
    const turned = Float32Array.from({ length: table.length }, (_, i) => table[(i % 70) * 40 + Math.floor(i / 70)]!);
    expect(relativeError(mixed, product(weights, turned, 2, 70, 40))).toBeLessThan(
      Math.min(0.02, tolerance[precision]),
    );

    const indicators = await run(
      spec,
      precision,
      table,
      (builder) => builder.mixtureRows('adapter', 'v', 70, 40, 65, 69),
      {},
    );
    const exact = precision === 'f16' ? 4e-4 : 1e-9;
    expect(relativeError(indicators, table.subarray(65 * 40, 69 * 40))).toBeLessThan(exact);
  });
});

test('int8 products do not saturate, even where all weights and activations are as large as they get', async () => {
  const spec: ParameterSpec = { name: 'w', kind: 'linear', part: 'decoder', shape: [32, 64] };
  // Every second column of the matrix is small, so that pairs differ; every row has its own size.
  const weights = Float32Array.from({ length: 32 * 64 }, (_, i) => (i % 5 === 0 ? 0.1 : 1) * (1 + Math.floor(i / 64)));
  const x = new Float32Array(64).fill(1);
  const y = await run(
    spec,
    'int8',
    weights,
    (builder) => builder.linear('decoder', builder.input('x', 'f32', [1, 64]), 'w', 32),
    { x: tensor('f32', [1, 64], x) },
  );
  expect(relativeError(y, product(x, weights, 1, 64, 32))).toBeLessThan(0.004);
});

test('one token with huge activations does not disturb the others in the language model', async () => {
  const spec: ParameterSpec = { name: 'w', kind: 'linear', part: 'llm', shape: [48, 64] };
  const weights = bell(48 * 64, 0.02);
  const x = bell(4 * 64, 1, 7);
  x[3] = 3000;
  x.fill(0, 2 * 64, 3 * 64);
  const bias = bell(48, 1, 3);
  const y = await run(
    spec,
    'int8',
    weights,
    (builder) => {
      const fed = builder.input('b', 'f32', [48]);
      return builder.linear('llm', builder.input('x', 'f32', [4, 64]), 'w', 48, { bias: fed });
    },
    { x: tensor('f32', [4, 64], x), b: tensor('f32', [48], bias) },
  );
  const expected = product(x, weights, 4, 64, 48).map((value, i) => value + bias[i % 48]!);
  for (const row of [1, 2, 3]) {
    const part = (values: Float32Array) => values.subarray(row * 48, (row + 1) * 48);
    expect(relativeError(part(y), part(expected))).toBeLessThan(tolerance.int8);
  }
});

describe('a conversion in small pieces', () => {
  const cases = precisions.flatMap((precision) =>
    (['linear', 'embedding', 'mixture', 'conv', 'vector'] as const).map((kind) => [precision, kind] as const),
  );
  test.each(cases)('%s %s: gives the same bytes as in one piece', async (precision, kind) => {
    const spec: ParameterSpec = { name: 'p', kind, part: 'llm', shape: [150, 64] };
    const values = bell(150 * 64, 0.02);
    const whole = await convert(spec, precision, values);
    const pieces = await convert(spec, precision, values, { chunkSize: 32 * 64, panelSizeBytes: 2000 });
    for (const [name, bytes] of whole) expect(Buffer.compare(pieces.get(name)!, bytes)).toBe(0);
    expect(pieces.size).toBe(whole.size);
  });

  test('reports fractions that add up to the whole', async () => {
    const spec: ParameterSpec = { name: 'p', kind: 'linear', part: 'llm', shape: [150, 64] };
    let sum = 0;
    await convert(spec, 'f32', bell(150 * 64, 1), {
      chunkSize: 1,
      panelSizeBytes: 5000,
      onProgress: (fraction) => (sum += fraction),
    });
    expect(sum).toBeCloseTo(1, 10);
  });

  test('stops between two pieces', async () => {
    const spec: ParameterSpec = { name: 'p', kind: 'linear', part: 'llm', shape: [150, 64] };
    const controller = new AbortController();
    const options = { chunkSize: 1, signal: controller.signal, onProgress: () => controller.abort() };
    await expect(convert(spec, 'int8', bell(150 * 64, 1), options)).rejects.toThrow(code('cancelled'));
  });
});

test('a weight that f16 cannot hold is refused with its tensor', async () => {
  const spec: ParameterSpec = { name: 'llm.big.weight', kind: 'linear', part: 'llm', shape: [32, 32] };
  const values = bell(32 * 32, 1);
  values[77] = -65520;
  await expect(convert(spec, 'f16', values)).rejects.toThrow(/"llm.big.weight" holds a weight beyond/);
  values[77] = -65519;
  await expect(convert(spec, 'f16', values)).resolves.toBeDefined();
});

test('a reading that fails ends the conversion with its reason', async () => {
  const spec: ParameterSpec = { name: 'p', kind: 'linear', part: 'llm', shape: [150, 64] };
  const source = {
    read: async (firstRow: number) => {
      if (firstRow > 0) throw new Error('the disk went away');
    },
  };
  const conversion = convertParameter(spec, 'int8', { source, sink: async () => undefined }, { chunkSize: 1 });
  await expect(conversion).rejects.toThrow('the disk went away');
});

function code(expected: string): AppError {
  return expect.objectContaining({ code: expected }) as AppError;
}

describe.each(precisions)('what is stored as %s', (precision) => {
  const parts = { linear: ['decoder', 'llm', 'refiner', 'vae'], embedding: ['llm'], mixture: ['adapter'] } as const;
  test.each([
    ...parts.linear.map((part) => ['linear', part, [96, 40]] as const),
    ...parts.embedding.map((part) => ['embedding', part, [50, 64]] as const),
    ...parts.mixture.map((part) => ['mixture', part, [70, 48]] as const),
    ['conv', 'vae', [8, 4, 3, 3]] as const,
    ['vector', 'llm', [64]] as const,
  ])('comes back as a %s of %s as near as it was kept', async (kind, part, shape) => {
    const spec: ParameterSpec = { name: 'w', kind, part, shape };
    const values = bell(elementCount(shape), 0.1);
    const stored = await convert(spec, precision, values);
    const forms = new Map(storedForms(spec, precision).map((form) => [form.name, form]));
    const restored = await restoreParameter(spec, precision, async (name) => {
      const { dtype, shape: storedShape } = forms.get(name)!;
      return { dtype, shape: storedShape, bytes: stored.get(name)! };
    });
    expect(relativeError(restored, values)).toBeLessThan(tolerance[precision] + 1e-12);
  });
});
