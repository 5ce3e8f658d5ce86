import * as nodeFs from 'node:fs/promises';
import { readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '#testing/temporary-folder';
import { BlobStore, sha256 } from './blob-store.ts';

const hello = Buffer.from('hello');
const nameOfHello = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

async function* pieces(...parts: string[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
}

async function collected(stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function names(store: BlobStore): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of store.list()) found.push(name);
  return found.sort();
}

describe('the blob store', () => {
  it('keeps the same bytes once, whether they come whole or in pieces', async () => {
    const store = await BlobStore.open(await temporaryFolder());
    const whole = await store.put(hello);
    expect(whole).toEqual({ name: nameOfHello, sizeBytes: 5 });
    expect(await store.put(pieces('he', '', 'llo'))).toEqual(whole);
    expect(await names(store)).toEqual([nameOfHello]);
    expect(await store.read(whole.name)).toEqual(hello);
    expect(await collected(store.stream(whole.name, { start: 1, end: 3 }))).toBe('el');
    expect(await collected(store.stream(whole.name, { start: 9 }))).toBe('');
    expect(await readFile(store.pathOf(whole.name))).toEqual(hello);
  });

  it('leaves nothing of a stream that fails, is too long or is not what was promised', async () => {
    const folder = await temporaryFolder();
    const store = await BlobStore.open(folder);
    async function* breaking() {
      yield hello;
      throw new Error('the connection went away');
    }
    await expect(store.put(breaking())).rejects.toThrow('went away');
    await expect(store.put(pieces('hel', 'lo'), { maxBytes: 4 })).rejects.toMatchObject({ code: 'blob-too-large' });
    await expect(store.put(pieces('hallo'), { expected: sha256(hello) })).rejects.toMatchObject({
      code: 'blob-mismatch',
    });
    const stop = new AbortController();
    async function* endless() {
      for (;;) {
        yield hello;
        stop.abort();
      }
    }
    await expect(store.put(endless(), { signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(await names(store)).toEqual([]);
    expect(await readdir(join(folder, 'incoming'))).toEqual([]);
  });

  it('notices a damaged blob, and heals a shortened one when it is put again', async () => {
    const folder = await temporaryFolder();
    const { name } = await (await BlobStore.open(folder)).put(hello);
    const store = await BlobStore.open(folder);
    await writeFile(store.pathOf(name), 'hellO');
    expect(await store.verify(name)).toBe(false);
    await expect(store.read(name)).rejects.toMatchObject({ code: 'blob-damaged' });
    await truncate(store.pathOf(name), 2);
    await store.put(hello);
    expect(await store.verify(name)).toBe(true);
  });

  it('says that a blob is missing, and takes no link for one', async () => {
    const folder = await temporaryFolder();
    const store = await BlobStore.open(folder);
    const name = sha256(hello);
    await expect(store.read(name)).rejects.toMatchObject({ code: 'blob-missing' });
    const secret = join(await temporaryFolder(), 'secret');
    await writeFile(secret, 'hello');
    await symlink(secret, store.pathOf(name));
    expect(await store.has(name)).toBe(false);
    await expect(store.read(name)).rejects.toMatchObject({ code: 'blob-missing' });
    await store.put(hello);
    expect(await store.read(name)).toEqual(hello);
    expect(await readFile(secret, 'utf8')).toBe('hello');
  });

  it('syncs the bytes, then the folder, before it says that a blob is stored', async () => {
    const synced: string[] = [];
    const fs = {
      ...nodeFs,
      open: async (...args: Parameters<typeof nodeFs.open>) => {
        const file = await nodeFs.open(...args);
        const sync = file.sync.bind(file);
        file.sync = async () => {
          await sync();
          synced.push(String(args[0]).endsWith('2c') ? 'folder' : 'bytes');
        };
        return file;
      },
    };
    const store = await BlobStore.open(await temporaryFolder(), { fs });
    synced.length = 0;
    await store.put(hello);
    expect(synced).toEqual(['bytes', 'folder']);
    synced.length = 0;
    await (await BlobStore.open(await temporaryFolder(), { fs })).put(pieces('hello'));
    expect(synced.filter((what) => what === 'bytes').length).toBeGreaterThan(0);
    expect(synced.indexOf('bytes')).toBeLessThan(synced.lastIndexOf('folder'));
  });

  it('says that it may not write', async () => {
    const refuse = () => Promise.reject(Object.assign(new Error('EACCES: told to refuse'), { code: 'EACCES' }));
    const fs = { ...nodeFs, mkdir: refuse };
    const folder = join(await temporaryFolder(), 'blobs');
    await expect(BlobStore.open(folder, { fs })).rejects.toMatchObject({ code: 'permission-denied' });
    await expect(BlobStore.open(folder, { fs, readOnly: true })).resolves.toBeInstanceOf(BlobStore);
  });
});
