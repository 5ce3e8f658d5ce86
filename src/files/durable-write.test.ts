import * as nodeFs from 'node:fs/promises';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '#testing/temporary-folder';

import { isTemporaryName, temporaryPathBeside, writeFileDurably, type DurableFs } from './durable-write.ts';

/** The real file system, except that one step fails the way the kernel makes it fail. */
function failingFs(step: 'write' | 'sync' | 'rename', code: string): DurableFs {
  const fail = () => Promise.reject(Object.assign(new Error(`${code}: told to fail`), { code }));
  return {
    ...nodeFs,
    open: async (...args) => {
      const file = await nodeFs.open(...args);
      if (step === 'write') file.writeFile = fail;
      if (step === 'sync') file.sync = fail;
      return file;
    },
    rename: step === 'rename' ? fail : nodeFs.rename,
  };
}

describe('writing a file durably', () => {
  it('replaces the whole file and leaves nothing beside it', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'settings.json');
    await writeFileDurably(path, 'a longer first version');
    await writeFileDurably(path, 'second');
    expect(await readFile(path, 'utf8')).toBe('second');
    expect(await readdir(folder)).toEqual(['settings.json']);
  });

  it('takes names of 255 bytes with emoji, which leave no room for a suffix', async () => {
    const folder = await temporaryFolder();
    const name = `${'🐢'.repeat(63)}.md`;
    expect(Buffer.byteLength(name)).toBe(255);
    await writeFileDurably(join(folder, name), 'x');
    expect(await readdir(folder)).toEqual([name]);
  });

  it.each([
    ['write', 'ENOSPC', 'disk-full'],
    ['sync', 'ENOSPC', 'disk-full'],
    ['rename', 'EROFS', 'folder-read-only'],
    ['rename', 'EACCES', 'permission-denied'],
  ] as const)('keeps the old file when %s fails with %s', async (step, systemCode, code) => {
    const folder = await temporaryFolder();
    const path = join(folder, 'document');
    await writeFile(path, 'old');
    await expect(writeFileDurably(path, 'new', { fs: failingFs(step, systemCode) })).rejects.toMatchObject({
      code,
      data: { path, systemCode },
    });
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['document']);
  });

  it('syncs the bytes before the name moves, and the folder after', async () => {
    const folder = await temporaryFolder();
    const steps: string[] = [];
    const fs: DurableFs = {
      ...nodeFs,
      open: async (...args) => {
        const file = await nodeFs.open(...args);
        const sync = file.sync.bind(file);
        file.sync = () => {
          steps.push(args[0] === folder ? 'sync folder' : 'sync file');
          return sync();
        };
        return file;
      },
      rename: (from, to) => {
        steps.push('rename');
        return nodeFs.rename(from, to);
      },
    };
    await writeFileDurably(join(folder, 'a'), 'x', { fs });
    expect(steps).toEqual(['sync file', 'rename', 'sync folder']);
  });

  it('names the missing folder and the folder in the way', async () => {
    const folder = await temporaryFolder();
    await expect(writeFileDurably(join(folder, 'no', 'file'), '')).rejects.toMatchObject({ code: 'file-missing' });
    await mkdir(join(folder, 'taken'));
    await expect(writeFileDurably(join(folder, 'taken'), '')).rejects.toMatchObject({ code: 'file-is-folder' });
    expect(await readdir(folder)).toEqual(['taken']);
  });
});

it('knows its own temporary names from others', () => {
  expect(isTemporaryName(temporaryPathBeside('x'))).toBe(true);
  expect(isTemporaryName('.tmp-notes')).toBe(false);
});
