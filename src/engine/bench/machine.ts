/** @file What the machine can do at best, measured in the same run as what we make of it. */
import { finishGraph, Scope } from '#model/ir/graph';
import { emitOnnx } from '#model/onnx/emit';
import * as t from '#model/ops/tensor';

import { createSession } from '../ort/ort-session.ts';
import { measure, plausibleInputs } from './measure.ts';

export interface Machine {
  /** Of an f32 matrix product 1024 × 1536 × 6144, in 10⁹ operations a second. */
  readonly productGflops: number;
  /** Of reading memory once, in 10⁹ bytes a second: the faster of a product of one row and a copy. */
  readonly memoryGbps: number;
}

export async function measureMachine(): Promise<Machine> {
  const product = await timeProduct(1024, 1536, 6144);
  const row = await timeProduct(1, 4096, 32_768);
  const copied = await timeCopy(512 * 1024 * 1024);
  return {
    productGflops: (2 * 1024 * 1536 * 6144) / (product * 1e6),
    memoryGbps: Math.max((4 * 4096 * 32_768) / (row * 1e6), copied),
  };
}

async function timeProduct(rows: number, depth: number, columns: number): Promise<number> {
  const scope = new Scope();
  const x = scope.input('x', 'f32', [rows, depth]);
  const w = scope.parameter('w', 'f32', [depth, columns]);
  const graph = finishGraph({ y: t.slice(t.matmul(x, w), 1, 0, 1) });
  const session = await createSession(
    emitOnnx(graph, () => new Float32Array(depth * columns).fill(0.01)),
    { device: 'cpu' },
  );
  try {
    const inputs = plausibleInputs(graph, session, {});
    return (await measure(() => session.run(inputs))).bestMs;
  } finally {
    await session.release();
  }
}

/** Reading and writing both count. */
async function timeCopy(sizeBytes: number): Promise<number> {
  const from = Buffer.alloc(sizeBytes, 1);
  const to = Buffer.alloc(sizeBytes, 2);
  const { bestMs } = await measure(() => {
    from.copy(to);
    return Promise.resolve();
  });
  return (2 * sizeBytes) / (bestMs * 1e6);
}
