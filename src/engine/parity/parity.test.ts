import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { importCheckpoint } from '#model/weights/node/import-checkpoint';
import { describeGolden, FIXTURES } from '#testing/goldens';
import { OvisModel } from '../ovis/ovis-model.ts';
import type { ParityRow } from '#train/parity/golden';
import { exactTolerance } from './compare.ts';
import { runParity } from './run-parity.ts';

describeGolden('the pipelines give the reference numbers', () => {
  let folder: string;
  let model: OvisModel;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ovis-parity-'));
    const target = path.join(folder, 'package');
    await importCheckpoint(path.join(FIXTURES, 'ovis-u1-dev/model'), target, { precision: 'f32' });
    model = await OvisModel.open(target, { device: { device: 'cpu', fusedAttention: true }, residentBytes: Infinity });
  });
  afterAll(async () => {
    await model.dispose();
    await rm(folder, { recursive: true });
  });

  it('in every case', async () => {
    const rows: ParityRow[] = [];
    for await (const row of runParity(path.join(FIXTURES, 'ovis-u1-dev/goldens'), model, exactTolerance))
      rows.push(row);
    expect(rows.filter(({ passed }) => !passed)).toEqual([]);
    expect(rows.length).toBeGreaterThan(100);
  });
});
