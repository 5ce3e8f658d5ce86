import { resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '#testing/temporary-folder';

import { dataFolder } from './data-folder.ts';
import { freeBytes, requireFreeBytes } from './free-space.ts';

describe('the data folder', () => {
  it.each([
    ['linux', {}, '/home/ada', '/home/ada/.local/share/ovis-studio'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/home/ada', '/data/ovis-studio'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/ada', '/home/ada/.local/share/ovis-studio'],
    ['darwin', {}, '/Users/ada', '/Users/ada/Library/Application Support/Ovis Studio'],
    ['win32', { LOCALAPPDATA: 'D:\\Local' }, 'C:\\Users\\ada', 'D:\\Local\\Ovis Studio'],
    ['win32', {}, 'C:\\Users\\ada', 'C:\\Users\\ada\\AppData\\Local\\Ovis Studio'],
    ['linux', { OVIS_HOME: '/mnt/big' }, '/home/ada', '/mnt/big'],
    ['linux', { OVIS_HOME: 'here' }, '/home/ada', resolve('here')],
  ] as const)('on %s with %j is where that system keeps such things', (platform, env, home, folder) => {
    expect(dataFolder({ platform, env, home })).toBe(folder);
  });
});

describe('free space', () => {
  it('is asked of the nearest folder that exists', async () => {
    const folder = await temporaryFolder();
    const here = await freeBytes(folder);
    expect(here).toBeGreaterThan(0);
    expect(await freeBytes(`${folder}/not/yet/made`)).toBeGreaterThan((here ?? 0) / 2);
  });

  it('is required before a task starts, with both numbers in the refusal', async () => {
    const folder = await temporaryFolder();
    await requireFreeBytes(folder, 1, 'A byte');
    await expect(requireFreeBytes(folder, 1e18, 'A library of everything')).rejects.toMatchObject({
      code: 'disk-space-short',
      message: expect.stringContaining('A library of everything needs 1000.0 PB') as string,
      data: { neededBytes: 1e18, freeBytes: expect.any(Number) as number },
    });
  });
});
