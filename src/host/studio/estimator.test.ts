import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { zJobReport, type JobReport } from '#shared/contract/job-events';
import { temporaryFolder } from '#testing/temporary-folder';
import { Estimator } from './estimator.ts';

const asked = { kind: 'generate', model: 'nano', width: 256, height: 256, steps: 20, count: 1 } as const;
const here = { device: 'cpu', modelBytes: 1_000_000, availableBytes: 8_000_000 } as const;

function report(denoiseMs: number, peakMemoryBytes = 5_000_000): JobReport {
  const phases = [
    { name: 'load', durationMs: 9000 },
    { name: 'encode', durationMs: 100 },
    { name: 'denoise', durationMs: denoiseMs },
    { name: 'decode', durationMs: 300 },
  ];
  const facts = { device: 'cpu', runtime: '1', precision: 'int8', totalMs: 9400 + denoiseMs, warnings: [] };
  return zJobReport.parse({ ...facts, phases, peakMemoryBytes });
}

it('an estimate comes from jobs of the same kind, model and device, without the time to load', async () => {
  const path = join(await temporaryFolder(), 'estimates.json');
  const estimator = await Estimator.open(path);
  expect(estimator.estimate(asked, here)).toMatchObject({ timeMs: null, basis: 'none', memoryBytes: 1_600_000 });

  await estimator.learn(asked, report(2000));
  expect(estimator.estimate(asked, here)).toMatchObject({ timeMs: 2400, basis: 'measured', memoryBytes: 5_000_000 });
  expect(estimator.estimate({ ...asked, steps: 40, count: 3 }, here).timeMs).toBe(3 * (4000 + 400));
  const larger = estimator.estimate({ ...asked, width: 512 }, here);
  expect(larger.basis).toBe('scaled');
  expect(larger.timeMs).toBeCloseTo(2400 * 2 ** 1.15, 6);
  for (const other of [{ kind: 'edit' }, { model: 'large' }] as const)
    expect(estimator.estimate({ ...asked, ...other }, here).basis).toBe('none');
  expect(estimator.estimate(asked, { ...here, device: 'webgpu' }).basis).toBe('none');
  expect(estimator.estimate(asked, { ...here, device: null }).basis).toBe('none');

  const again = await Estimator.open(path);
  expect(again.estimate(asked, here).timeMs).toBe(2400);
  await again.learn(asked, report(1000));
  expect(again.estimate(asked, here).timeMs).toBe(1400);
});

it('an estimate follows the last job of about the same size, not an older one of just that size', async () => {
  const estimator = await Estimator.open(join(await temporaryFolder(), 'estimates.json'));
  await estimator.learn(asked, report(2000));
  await estimator.learn({ ...asked, width: 272 }, report(10_000));
  const { timeMs, basis } = estimator.estimate(asked, here);
  expect(basis).toBe('measured');
  expect(timeMs).toBeCloseTo(10_400 * (256 / 272) ** 1.15, 6);
});

it('a job fits if one that was no smaller did; before that, the weights tell', async () => {
  const estimator = await Estimator.open(join(await temporaryFolder(), 'estimates.json'));
  const fits = (availableBytes: number, changes = {}) =>
    estimator.estimate({ ...asked, ...changes }, { ...here, availableBytes }).fits;
  expect([1_100_000, 1_400_000, 1_700_000].map((available) => fits(available))).toEqual(['no', 'unsure', 'yes']);
  await estimator.learn(asked, report(2000, 5_000_000));
  expect(estimator.heldBytes).toBe(5_000_000);
  expect([4_900_000, 5_000_000].map((available) => fits(available))).toEqual(['no', 'yes']);
  expect(fits(4_900_000, { width: 128 })).toBe('no');
  expect(fits(4_900_000, { width: 512 })).toBe('unsure');
  // It had not let go of the job before; a later one shows that less is enough.
  await estimator.learn(asked, report(2000, 3_000_000));
  expect(fits(3_100_000)).toBe('yes');
});

it('what was learnt and cannot be read is learnt again', async () => {
  const path = join(await temporaryFolder(), 'estimates.json');
  for (const damage of ['', '{', '{"version": 2, "samples": []}', '{"version": 1, "samples": [{"key": 5}]}']) {
    await writeFile(path, damage);
    const estimator = await Estimator.open(path);
    expect(estimator.estimate(asked, here).basis).toBe('none');
    await estimator.learn(asked, report(2000));
    expect((await Estimator.open(path)).estimate(asked, here).basis).toBe('measured');
  }
});
