/**
 * @file The self-test of a device: does it compute what the CPU computes, and how fast?
 *
 * Drivers are wrong more often than one thinks (fused attention over a software Vulkan device is off by 2 % from about 40
 * tokens on), so nothing is believed: each kind of operation the models lean on runs once, small, on both.
 */
import { toAppError } from '#base/app-error';
import { finishGraph, Scope, type Value } from '#model/ir/graph';
import { emitOnnx } from '#model/onnx/emit';
import { apply1 } from '#model/ops/apply';
import * as t from '#model/ops/tensor';
import type { Device, DeviceReport } from '#shared/contract/device';

import { createSession } from './ort-session.ts';
import { tensor, type Tensor } from './tensor.ts';

interface Check {
  readonly build: (scope: Scope) => Value;
  /** What the CPU computes to compare with; the same graph if not given. */
  readonly reference?: (scope: Scope) => Value;
  /** Largest difference that counts as equal, as a share of the largest value. */
  readonly tolerance: number;
}

const [batch, tokens, heads, size] = [1, 64, 4, 32];
const input = (scope: Scope, name: string) => scope.input(name, 'f32', [batch, tokens, heads * size]);

function plainAttention(scope: Scope): Value {
  const split = (name: string, order: readonly number[]) =>
    t.transpose(t.reshape(input(scope, name), [batch, tokens, heads, size]), order);
  const scores = t.matmul(split('q', [0, 2, 1, 3]), split('k', [0, 2, 3, 1]));
  const mixed = t.matmul(t.softmax(t.mul(scores, 1 / Math.sqrt(size))), split('v', [0, 2, 1, 3]));
  return t.reshape(t.transpose(mixed, [0, 2, 1, 3]), [batch, tokens, heads * size]);
}

/** Products, softmax and transposes: what everything is made of. A device that gets these wrong is not used. */
const basics: Check = { build: plainAttention, tolerance: 5e-3 };

const fusedAttention: Check = {
  build: (scope) =>
    apply1('multi-head-attention', [input(scope, 'q'), input(scope, 'k'), input(scope, 'v'), null], {
      heads,
      scale: 1 / Math.sqrt(size),
    }),
  reference: plainAttention,
  tolerance: 5e-3,
};

const quantizedProducts: Check = {
  build: (scope) => {
    const [columns, blockSize] = [48, 32];
    const blocks = (heads * size) / blockSize;
    const weights = Uint8Array.from({ length: (columns * heads * size) / 2 }, (_, i) => (i * 37) % 256);
    const scales = Float32Array.from({ length: columns * blocks }, (_, i) => 0.05 + (i % 5) * 0.01);
    return apply1(
      'nbits-matmul',
      [
        input(scope, 'q'),
        scope.constant('u8', [columns, blocks, blockSize / 2], weights),
        scope.constant('f32', [columns * blocks], scales),
      ],
      { bits: 4, blockSize, columns },
    );
  },
  tolerance: 3e-2,
};

const halfPrecision: Check = {
  build: (scope) => {
    const half = (name: string) => t.cast(input(scope, name), 'f16');
    return t.cast(t.matmul(half('q'), t.transpose(half('k'), [0, 2, 1])), 'f32');
  },
  reference: (scope) => t.matmul(input(scope, 'q'), t.transpose(input(scope, 'k'), [0, 2, 1])),
  tolerance: 1e-2,
};

/** A device that takes longer is not tried further: the studio waits for this at its start. */
const defaultBudgetMs = 12_000;

/**
 * Tests one device. Never rejects: what goes wrong is in the report.
 *
 * @param budgetMs What was not tested by then counts as not working.
 */
export async function probeDevice(
  device: Device,
  { budgetMs = defaultBudgetMs }: { budgetMs?: number } = {},
): Promise<DeviceReport> {
  const startMs = performance.now();
  const works = async (check: Check) =>
    performance.now() - startMs < budgetMs && (await agrees(check, device).catch(() => false));
  try {
    if (!(await agrees(basics, device))) return unusable(device, 'It computes wrong results.');
    return {
      device,
      usable: true,
      problem: null,
      speed: device === 'cpu' ? 1 : await relativeSpeed(device),
      fusedAttention: await works(fusedAttention),
      quantizedProducts: await works(quantizedProducts),
      halfPrecision: await works(halfPrecision),
    };
  } catch (error) {
    return unusable(device, toAppError(error).message);
  }
}

function unusable(device: Device, problem: string): DeviceReport {
  const nothing = { fusedAttention: false, quantizedProducts: false, halfPrecision: false, speed: 0 };
  return { device, usable: false, problem, ...nothing };
}

async function agrees({ build, reference = build, tolerance }: Check, device: Device): Promise<boolean> {
  const expected = await compute(reference, 'cpu');
  const found = await compute(build, device);
  const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  // NaN is not below anything, so that it fails.
  return expected.every((value, i) => Math.abs(value - found[i]!) <= tolerance * largest);
}

async function compute(build: (scope: Scope) => Value, device: Device): Promise<Float32Array> {
  const graph = finishGraph({ y: build(new Scope()) });
  const session = await createSession(
    emitOnnx(graph, () => 'fed'),
    { device },
  );
  try {
    const names = [...graph.inputs.keys()];
    const { y } = await session.run(Object.fromEntries(names.map((name, at) => [name, waves(at)])));
    return y!.data as Float32Array;
  } finally {
    await session.release();
  }
}

/** Values in [-1, 1] without a pattern that a wrong stride would meet. */
function waves(phase: number): Tensor {
  const shape = [batch, tokens, heads * size];
  const data = Float32Array.from({ length: batch * tokens * heads * size }, (_, i) => Math.sin(i * i * 0.37 + phase));
  return tensor('f32', shape, data);
}

/** Speed of a matrix product as a multiple of the CPU's. */
async function relativeSpeed(device: Device): Promise<number> {
  const small = await productMs(device, 256);
  // A device with kernels to start is only fast at size, one in software is not even worth waiting for.
  const extent = small > 20 ? 256 : 1024;
  return (await productMs('cpu', extent)) / (extent === 256 ? small : await productMs(device, extent));
}

/** Milliseconds of the product of two square matrices: the best of three, after one that prepares the kernels. */
async function productMs(device: Device, extent: number): Promise<number> {
  const scope = new Scope();
  const operand = (name: string) => scope.input(name, 'f32', [extent, extent]);
  const y = t.reduceMean(t.matmul(operand('a'), operand('b')), 1);
  const session = await createSession(
    emitOnnx(finishGraph({ y }), () => 'fed'),
    { device },
  );
  try {
    const a = tensor('f32', [extent, extent], new Float32Array(extent * extent).fill(0.5));
    await session.run({ a, b: a });
    let bestMs = Infinity;
    for (let run = 0; run < 3; run += 1) {
      const startMs = performance.now();
      await session.run({ a, b: a });
      bestMs = Math.min(bestMs, performance.now() - startMs);
    }
    return bestMs;
  } finally {
    await session.release();
  }
}
