import { passingReport } from '#testing/device-report';
import { prepareSwiftshader } from '#testing/swiftshader';
import { describe, expect, it } from 'vitest';

import { probeDevice } from './probe-device.ts';

const swiftshader = await prepareSwiftshader();

describe('the self-test', () => {
  it('finds the CPU fit for everything', async () => {
    expect(await probeDevice('cpu')).toEqual(passingReport('cpu'));
  });

  it('says why a device cannot be used', async () => {
    const absent = process.platform === 'darwin' ? 'dml' : 'coreml';
    expect(await probeDevice(absent)).toMatchObject({
      usable: false,
      speed: 0,
      problem: expect.stringContaining('cannot be used on this machine'),
    });
  });

  it.skipIf(swiftshader === undefined)(
    'finds that a GPU in software is right but for its fused attention',
    async () => {
      swiftshader!.loadHere();
      expect(await probeDevice('webgpu', { budgetMs: Infinity })).toMatchObject({
        usable: true,
        problem: null,
        fusedAttention: false,
        quantizedProducts: true,
      });
    },
    60_000, // Compiling kernels is slow in software.
  );
});
