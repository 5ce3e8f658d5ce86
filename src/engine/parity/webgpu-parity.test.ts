import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { bundleScripts } from '#testing/bundle-scripts';
import { describeGolden, FIXTURES } from '#testing/goldens';
import { prepareSwiftshader } from '#testing/swiftshader';
import type { ParityRow } from '#train/parity/golden';

const swiftshader = await prepareSwiftshader();

describeGolden('on a GPU, a software one here', () => {
  it.skipIf(!swiftshader)('all cases are within the tolerance of other devices', { timeout: 600_000 }, async () => {
    await using scripts = await bundleScripts({ parity: path.resolve('src/engine/entry-parity.ts') });
    const args = [
      path.join(scripts.folder, 'parity.js'),
      path.join(FIXTURES, 'ovis-u1-dev'),
      '--device',
      'webgpu',
      '--json',
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      env: { ...process.env, ...swiftshader!.env },
      maxBuffer: 1e7,
    });
    const rows = stdout
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row) as ParityRow);
    expect(rows.filter(({ passed }) => !passed)).toEqual([]);
    expect(rows.length).toBeGreaterThan(100);
  });
});
