import { prepareSwiftshader } from '#testing/swiftshader';
import { tinyOnnx } from '#testing/tiny-onnx';
import { beforeAll, describe, expect, it } from 'vitest';

import { DeviceTensor, TensorScope } from './device-tensor.ts';
import { createSession, type OrtSession } from './ort-session.ts';
import { tensor } from './tensor.ts';

const swiftshader = await prepareSwiftshader();
const port = { dtype: 'f32', shape: ['n'] } as const;

/** y = 2x stays on the GPU, z = 3x comes back. */
const createDoubler = () =>
  createSession(
    tinyOnnx({
      nodes: [
        { op: 'Add', inputs: ['x', 'x'], outputs: ['y'] },
        { op: 'Add', inputs: ['x', 'y'], outputs: ['z'] },
      ],
      inputs: [{ name: 'x', ...port }],
      outputs: [
        { name: 'y', ...port },
        { name: 'z', ...port },
      ],
    }),
    { device: 'webgpu', keepOnDevice: ['y'] },
  );

async function runOnce(session: OrtSession, x: Parameters<OrtSession['run']>[0][string]) {
  const { y, z } = await session.runOnDevice<'y' | 'z'>({ x });
  if (!(y instanceof DeviceTensor) || z instanceof DeviceTensor) throw new Error('y should stay, z should come back');
  return { y, z: z.data };
}

describe.skipIf(swiftshader === undefined)('a session on a GPU', () => {
  beforeAll(() => swiftshader?.loadHere());
  const x = tensor('f32', [2], Float32Array.of(1, 10));

  it('feeds an output back without it ever leaving the device', async () => {
    const session = await createDoubler();
    const first = await runOnce(session, x);
    expect(first.z).toEqual(Float32Array.of(3, 30));
    expect((await runOnce(session, first.y)).z).toEqual(Float32Array.of(6, 60));
    await session.release();
  });

  it('names a tensor that is used after it was disposed', async () => {
    const session = await createDoubler();
    const { y } = await runOnce(session, x);
    y.dispose();
    y.dispose();
    await expect(session.runOnDevice({ x: y })).rejects.toThrow('Tensor "y" was used after it was disposed');
    await session.release();
  });

  it('disposes what is left when it is released', async () => {
    const session = await createDoubler();
    const { y } = await runOnce(session, x);
    await session.release();
    y.dispose();
    expect(() => y.value).toThrow('used after it was disposed');
  });

  it('frees with a scope all that was not kept', async () => {
    const session = await createDoubler();
    const scope = new TensorScope();
    const dropped = scope.track((await runOnce(session, x)).y);
    const kept = scope.keep(scope.track((await runOnce(session, x)).y));
    scope.dispose();
    expect(() => dropped.value).toThrow('disposed');
    expect((await runOnce(session, kept)).z).toEqual(Float32Array.of(6, 60));
    await session.release();
  });

  it('refuses a run that would read what stays on the device', async () => {
    const session = await createDoubler();
    await expect(session.run({ x })).rejects.toThrow('keeps outputs on the device');
    await session.release();
  });
});
