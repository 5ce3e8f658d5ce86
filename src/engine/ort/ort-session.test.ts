import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { tinyOnnx } from '#testing/tiny-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSession } from './ort-session.ts';
import { tensor, zeros } from './tensor.ts';

const double = tinyOnnx({
  nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'] }],
  inputs: [{ name: 'x', dtype: 'f32', shape: ['rows', 2] }],
  outputs: [{ name: 'y', dtype: 'f32', shape: ['rows', 2] }],
});

describe('a session', () => {
  it('runs a model given as bytes and says what it takes and gives', async () => {
    const session = await createSession(double, { device: 'cpu' });
    expect([...session.inputs]).toEqual([['x', { dtype: 'f32', shape: ['rows', 2] }]]);
    const { y } = await session.run({ x: tensor('f32', [1, 2], Float32Array.of(1, 2.5)) });
    expect(y).toEqual({ dtype: 'f32', shape: [1, 2], data: Float32Array.of(2, 5) });
    await session.release();
  });

  it.each(['f32', 'f16', 'i8', 'u8', 'i32', 'i64', 'bool'] as const)('carries %s both ways', async (dtype) => {
    const port = { dtype, shape: [3] };
    const session = await createSession(
      tinyOnnx({
        nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
        inputs: [{ name: 'x', ...port }],
        outputs: [{ name: 'y', ...port }],
      }),
      { device: 'cpu' },
    );
    const x = zeros(dtype, [3]);
    new Uint8Array(x.data.buffer).fill(1);
    expect((await session.run({ x })).y).toEqual(x);
    await session.release();
  });

  it('takes tensors without elements', async () => {
    const session = await createSession(double, { device: 'cpu' });
    expect((await session.run({ x: zeros('f32', [0, 2]) })).y).toEqual(zeros('f32', [0, 2]));
    await session.release();
  });

  it('computes only the outputs that are asked for', async () => {
    const port = { dtype: 'f32', shape: [1] } as const;
    const session = await createSession(
      tinyOnnx({
        nodes: [
          { op: 'Neg', inputs: ['x'], outputs: ['negative'] },
          { op: 'Exp', inputs: ['x'], outputs: ['power'] },
        ],
        inputs: [{ name: 'x', ...port }],
        outputs: [
          { name: 'negative', ...port },
          { name: 'power', ...port },
        ],
      }),
      { device: 'cpu' },
    );
    const x = tensor('f32', [1], Float32Array.of(0));
    expect(await session.run({ x }, { outputs: ['power'] })).toEqual({ power: tensor('f32', [1], Float32Array.of(1)) });
    await session.release();
  });

  it('names every input that is missing or unknown, and one of the wrong type', async () => {
    const session = await createSession(double, { device: 'cpu' });
    await expect(session.run({ z: zeros('f32', [1]) })).rejects.toThrow(
      'lacks the inputs [x] and has the unknown ones [z]',
    );
    await expect(session.run({ x: zeros('i64', [1, 2]) })).rejects.toThrow('"x" is i64[1,2] and should be f32[rows,2]');
    await expect(session.run({ x: zeros('f32', [1, 3]) })).rejects.toThrow('"x" is f32[1,3] and should be f32[rows,2]');
    await session.release();
  });

  it('can be released twice and not be used after', async () => {
    const session = await createSession(double, { device: 'cpu' });
    await session.release();
    await session.release();
    await expect(session.run({ x: zeros('f32', [1, 2]) })).rejects.toThrow('used after it was released');
  });

  it('turns what the runtime refuses into errors a person can read', async () => {
    await expect(createSession(Uint8Array.of(1, 2, 3), { device: 'cpu' })).rejects.toMatchObject({
      code: 'engine-session-failed',
    });
    await expect(createSession(double, { device: 'cuda' })).rejects.toMatchObject({
      code: 'engine-device-missing',
      data: { device: 'cuda' },
    });
    const reshape = await createSession(
      tinyOnnx({
        nodes: [{ op: 'Reshape', inputs: ['x', 'shape'], outputs: ['y'] }],
        inputs: [
          { name: 'x', dtype: 'f32', shape: ['n'] },
          { name: 'shape', dtype: 'i64', shape: [1] },
        ],
        outputs: [{ name: 'y', dtype: 'f32', shape: ['m'] }],
      }),
      { device: 'cpu' },
    );
    const shape = tensor('i64', [1], BigInt64Array.of(5n));
    await expect(reshape.run({ x: zeros('f32', [4]), shape })).rejects.toMatchObject({ code: 'engine-run-failed' });
    await reshape.release();
  });

  it('says so when memory does not suffice', async () => {
    const session = await createSession(
      tinyOnnx({
        nodes: [{ op: 'Expand', inputs: ['x', 'shape'], outputs: ['y'] }],
        inputs: [
          { name: 'x', dtype: 'f32', shape: [1] },
          { name: 'shape', dtype: 'i64', shape: [1] },
        ],
        outputs: [{ name: 'y', dtype: 'f32', shape: ['n'] }],
      }),
      { device: 'cpu' },
    );
    const shape = tensor('i64', [1], BigInt64Array.of(1n << 50n));
    await expect(session.run({ x: zeros('f32', [1]), shape })).rejects.toMatchObject({ code: 'engine-out-of-memory' });
    await session.release();
  });
});

describe('weights in files', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ort-weights-'));
    await mkdir(join(folder, 'model', 'shards'), { recursive: true });
    // The weight starts at an odd byte, as it may in a safetensors file.
    const file = Buffer.concat([Buffer.alloc(17), Buffer.from(Float32Array.of(1, 2, 3, 4).buffer)]);
    await Promise.all(
      ['model/a.safetensors', 'model/shards/b.safetensors', 'outside.safetensors'].map((name) =>
        writeFile(join(folder, name), file),
      ),
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  const withWeightIn = (location: string, offset = 17) =>
    createSession(
      tinyOnnx({
        nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
        inputs: [{ name: 'x', dtype: 'f32', shape: [1, 2] }],
        outputs: [{ name: 'y', dtype: 'f32', shape: [1, 2] }],
        weights: [{ name: 'w', dtype: 'f32', shape: [2, 2], location, offset, length: 16 }],
      }),
      { device: 'cpu', externalDataFolder: join(folder, 'model') },
    );

  it.each(['a.safetensors', 'shards/b.safetensors'])('are read in place from %s', async (location) => {
    const session = await withWeightIn(location);
    const { y } = await session.run({ x: tensor('f32', [1, 2], Float32Array.of(1, 10)) });
    expect(y!.data).toEqual(Float32Array.of(31, 42));
    await session.release();
  });

  it.each([
    ['are not taken from outside the folder', '../outside.safetensors', 17],
    ['must be there', 'missing.safetensors', 17],
    ['must lie within the file', 'a.safetensors', 100],
  ])('%s', async (_, location, offset) => {
    await expect(withWeightIn(location, offset)).rejects.toMatchObject({ code: 'engine-session-failed' });
  });
});
