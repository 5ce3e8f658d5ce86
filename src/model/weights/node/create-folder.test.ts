import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AppError } from '#base/app-error';
import { temporaryFolder } from '#testing/temporary-folder';
import { createFolder } from './create-folder.ts';

const room = { neededBytes: 1000, purpose: 'Testing' };

function code(expected: string): AppError {
  return expect.objectContaining({ code: expected }) as AppError;
}

test('a folder appears when it is filled, and nothing else is left beside it', async () => {
  const parent = await temporaryFolder();
  await createFolder(join(parent, 'deep', 'model'), room, async (folder) => {
    await writeFile(join(folder, 'a'), 'text');
    expect(await readdir(join(parent, 'deep'))).not.toContain('model');
  });
  expect(await readdir(join(parent, 'deep'))).toEqual(['model']);
  expect(await readFile(join(parent, 'deep', 'model', 'a'), 'utf8')).toBe('text');
});

test('a failure leaves nothing', async () => {
  const parent = await temporaryFolder();
  const creation = createFolder(join(parent, 'model'), room, async (folder) => {
    await writeFile(join(folder, 'a'), 'text');
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  });
  await expect(creation).rejects.toThrow(code('disk-full'));
  expect(await readdir(parent)).toEqual([]);
});

test('of two at once one is refused and the other is not disturbed', async () => {
  const parent = await temporaryFolder();
  const place = join(parent, 'model');
  await createFolder(place, room, async (folder) => {
    await expect(createFolder(place, room, async () => undefined)).rejects.toThrow(code('folder-busy'));
    await writeFile(join(folder, 'a'), 'text');
  });
  expect(await readdir(place)).toEqual(['a']);
});

test('what exists is not touched, not even when it appears in the meantime', async () => {
  const parent = await temporaryFolder();
  const place = join(parent, 'model');
  const late = createFolder(place, room, async () => {
    await mkdir(place);
  });
  await expect(late).rejects.toThrow(code('folder-exists'));
  await expect(createFolder(place, room, async () => undefined)).rejects.toThrow(code('folder-exists'));
  expect(await readdir(parent)).toEqual(['model']);
});

test('a disk without the room is refused before anything is written', async () => {
  const parent = await temporaryFolder();
  const creation = createFolder(join(parent, 'model'), { ...room, neededBytes: 2 ** 60 }, async () => {
    throw new Error('must not be reached');
  });
  await expect(creation).rejects.toThrow(code('disk-space-short'));
  expect(await readdir(parent)).toEqual([]);
});

test('cancelled before or while it is filled, it leaves nothing', async () => {
  const parent = await temporaryFolder();
  const early = createFolder(join(parent, 'a'), { ...room, signal: AbortSignal.abort() }, async () => undefined);
  await expect(early).rejects.toThrow(code('cancelled'));
  const controller = new AbortController();
  const late = createFolder(join(parent, 'b'), { ...room, signal: controller.signal }, async () => controller.abort());
  await expect(late).rejects.toThrow(code('cancelled'));
  expect(await readdir(parent)).toEqual([]);
});
