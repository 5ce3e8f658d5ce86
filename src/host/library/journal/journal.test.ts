import * as nodeFs from 'node:fs/promises';
import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '#testing/temporary-folder';
import type { LibraryFs } from '../library-fs.ts';
import { Journal, readRecord } from './journal.ts';

const texts = (records: readonly { payload: Buffer }[]) => records.map(({ payload }) => payload.toString());

/** A closed journal with these records, and its path. */
async function journalWith(...payloads: string[]): Promise<string> {
  const path = join(await temporaryFolder(), 'journal');
  const { journal } = await Journal.open(path);
  for (const payload of payloads) await journal.append(Buffer.from(payload));
  await journal.close();
  return path;
}

async function reopened(path: string) {
  const { journal, records, repair } = await Journal.open(path);
  await journal.close();
  return { records: texts(records), repair, incarnation: journal.incarnation };
}

describe('a journal', () => {
  it('gives back what was appended, in order, by offset too', async () => {
    const path = join(await temporaryFolder(), 'journal');
    const { journal, records } = await Journal.open(path);
    expect(records).toEqual([]);
    const offsets = await Promise.all(['one', '', 'three'].map((text) => journal.append(Buffer.from(text))));
    expect((await journal.readAt(offsets[2]!)).toString()).toBe('three');
    expect((await readRecord(path, offsets[0]!)).toString()).toBe('one');
    await journal.close();
    expect(await reopened(path)).toMatchObject({ records: ['one', '', 'three'], repair: null });
    await expect(journal.append(Buffer.from('late'))).rejects.toMatchObject({ code: 'journal-failed' });
  });

  it('opens after a cut at any byte with every record that was whole, keeps what was cut, and goes on', async () => {
    const payloads = ['record no. 1', 'record no. 2', 'record no. 3'];
    const whole = await readFile(await journalWith(...payloads));
    for (let length = 0; length < whole.length; length += 1) {
      const path = join(await temporaryFolder(), 'journal');
      await writeFile(path, whole.subarray(0, length));
      const { journal, records, repair } = await Journal.open(path);
      expect(texts(records)).toEqual(payloads.slice(0, Math.max(0, Math.floor((length - 16) / 24))));
      // A file without a whole header is damaged and kept whole; of any other, the unfinished end.
      const end = length < 16 ? 0 : length - ((length - 16) % 24);
      const leftOut = length >= 16 && end === length ? null : whole.subarray(end, length);
      expect(repair && (await readFile(repair.keptAs!))).toEqual(leftOut);
      await journal.append(Buffer.from('after'));
      await journal.close();
      expect(await reopened(path)).toMatchObject({ records: [...texts(records), 'after'], repair: null });
    }
  });

  it('loses one record to a damaged byte, never those after it', async () => {
    const payloads = ['first record', 'second record', 'third record', 'the fourth'];
    const whole = await readFile(await journalWith(...payloads));
    const folder = await temporaryFolder();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bytes = Buffer.from(whole);
        bytes[at]! ^= flip;
        const path = join(folder, `journal-${(run += 1)}`);
        await writeFile(path, bytes);
        const first = await reopened(path);
        expect(first.records.length).toBeGreaterThanOrEqual(at < 16 ? 4 : 3);
        expect(payloads.filter((payload) => first.records.includes(payload))).toEqual(first.records);
        // A byte of the random name is no damage; every other one is noticed, mended once, and kept.
        const isInName = at >= 8 && at < 16;
        const kept = first.repair && (await readFile(first.repair.keptAs!));
        expect(kept?.includes(bytes.subarray(at, at + 1)) ?? null).toBe(isInName ? null : true);
        expect(kept === null || bytes.indexOf(kept) + kept.length === bytes.length).toBe(true);
        expect(await reopened(path)).toMatchObject({ records: first.records, repair: null });
      }),
      { numRuns: 60 },
    );
  });

  it('reads only what is new to one who knows the rest, unless the file was rewritten', async () => {
    const path = await journalWith('one', 'two');
    const { journal } = await Journal.open(path);
    const known = { incarnation: journal.incarnation, offset: journal.end };
    await journal.append(Buffer.from('three'));
    expect(texts((await Journal.read(path, { known })).records)).toEqual(['three']);

    const offsets = await journal.rewrite([Buffer.from('two'), Buffer.from('three')]);
    expect(texts((await Journal.read(path, { known })).records)).toEqual(['two', 'three']);
    expect((await journal.readAt(offsets[1]!)).toString()).toBe('three');
    await journal.append(Buffer.from('four'));
    await journal.close();
    expect(await reopened(path)).toMatchObject({ records: ['two', 'three', 'four'], repair: null });
    expect(await readdir(join(path, '..'))).toEqual(['journal']);
  });

  /** A journal with one record, on a disk that can be filled. */
  async function begunOn(disk: Parameters<typeof fillingUp>[0]) {
    const path = join(await temporaryFolder(), 'journal');
    const { journal } = await Journal.open(path, { fs: fillingUp(disk) });
    await journal.append(Buffer.from('one'));
    return { path, journal };
  }

  it('refuses a record when the disk is full, takes the next one, and has no trace of the first', async () => {
    const disk = { isFull: false };
    const { path, journal } = await begunOn(disk);
    disk.isFull = true;
    await expect(journal.append(Buffer.from('two'))).rejects.toMatchObject({ code: 'disk-full' });
    disk.isFull = false;
    await journal.append(Buffer.from('three'));
    await journal.close();
    expect(await reopened(path)).toMatchObject({ records: ['one', 'three'], repair: null });
  });

  it('waits while a disk takes nothing back, and goes on without a trace once it does', async () => {
    const disk = { isFull: false, isStuck: false };
    const { path, journal } = await begunOn(disk);
    Object.assign(disk, { isFull: true, isStuck: true });
    await expect(journal.append(Buffer.from('two'))).rejects.toMatchObject({ code: 'disk-full' });
    disk.isFull = false;
    await expect(journal.append(Buffer.from('two'))).rejects.toMatchObject({ code: 'journal-failed' });
    disk.isStuck = false;
    await journal.append(Buffer.from('two again'));
    await journal.close();
    expect(await reopened(path)).toMatchObject({ records: ['one', 'two again'], repair: null });
  });

  it('does not take back what another program wrote over it meanwhile', async () => {
    const disk = { isFull: false, isStuck: false };
    const { path, journal } = await begunOn(disk);
    Object.assign(disk, { isFull: true, isStuck: true });
    await expect(journal.append(Buffer.from('two'))).rejects.toMatchObject({ code: 'disk-full' });
    Object.assign(disk, { isFull: false, isStuck: false });
    await truncate(path, journal.end);
    await writeFile(path, 'of another', { flag: 'a' });
    await expect(journal.append(Buffer.from('three'))).rejects.toMatchObject({ code: 'journal-failed' });
    expect((await stat(path)).size).toBe(journal.end + 'of another'.length);
    await journal.close();
  });

  it('stops when another program writes to its file, instead of writing over it', async () => {
    const path = await journalWith('one');
    const { journal } = await Journal.open(path);
    await writeFile(path, 'something else', { flag: 'a' });
    const { size } = await stat(path);
    await expect(journal.append(Buffer.from('two'))).rejects.toMatchObject({ code: 'journal-failed' });
    await expect(journal.append(Buffer.from('three'))).rejects.toMatchObject({ code: 'journal-failed' });
    expect((await stat(path)).size).toBe(size);
    await journal.close();
  });

  it('says that a record is damaged when it was cut off under it', async () => {
    const path = await journalWith('one', 'two');
    await truncate(path, 40);
    await expect(readRecord(path, 31)).rejects.toMatchObject({ code: 'journal-damaged' });
  });
});

/** The real file system, on which a write puts down half of its bytes and then fails while the disk is full. */
function fillingUp(disk: { isFull: boolean; isStuck?: boolean }): LibraryFs {
  return {
    ...nodeFs,
    open: async (...args) => {
      const file = await nodeFs.open(...args);
      const truncate = file.truncate.bind(file);
      const write = file.write.bind(file) as (...parameters: unknown[]) => Promise<unknown>;
      Object.assign(file, {
        write: async (bytes: Uint8Array, offset: number, length: number, position: number) => {
          if (!disk.isFull) return write(bytes, offset, length, position);
          await write(bytes, offset, length >> 1, position);
          throw Object.assign(new Error('ENOSPC: told to fail'), { code: 'ENOSPC' });
        },
        truncate: (length: number) =>
          disk.isStuck
            ? Promise.reject(Object.assign(new Error('EIO: told to fail'), { code: 'EIO' }))
            : truncate(length),
      });
      return file;
    },
  };
}
