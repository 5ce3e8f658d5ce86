import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AppError } from '#base/app-error';
import { temporaryFolder } from '#testing/temporary-folder';
import { ZipArchive } from './zip-archive.ts';
import { zipBytes, type ZipContent } from './zip-writer.ts';

const limits = { maxEntries: 10, maxTotalBytes: 2 ** 30 };
const file = (name: string, content: string | Uint8Array = 'x', compress = false): ZipContent => ({
  name,
  content: Buffer.from(content),
  compress,
});

/** An archive in which every occurrence of a text is another of the same length: names no writer would write. */
async function forged(contents: ZipContent[], from: string, to: string): Promise<Buffer> {
  expect(Buffer.byteLength(to)).toBe(Buffer.byteLength(from));
  return Buffer.from((await zipBytes(contents)).toString('latin1').replaceAll(from, to), 'latin1');
}

const opened = async (bytes: Uint8Array) => {
  const archive = await ZipArchive.open(bytes, limits);
  archive.close();
  return archive.names();
};

/** Offset of the table of contents' first entry. */
const tableOf = (bytes: Buffer) => bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));

describe('an archive from somewhere', () => {
  it('gives its files back, packed or not, from bytes or a path', async () => {
    const bytes = await zipBytes([file('a/b.txt', 'hello'), file('c', 'y'.repeat(5000), true)]);
    const path = join(await temporaryFolder(), 'x.zip');
    await writeFile(path, bytes);
    for (const source of [bytes, path]) {
      const archive = await ZipArchive.open(source, limits);
      expect(archive.names()).toEqual(['a/b.txt', 'c']);
      expect((await archive.read('a/b.txt', { maxBytes: 5 })).toString()).toBe('hello');
      expect((await archive.read('c', { maxBytes: 5000 })).length).toBe(5000);
      await expect(archive.read('c', { maxBytes: 4999 })).rejects.toMatchObject({ code: 'archive-unsafe' });
      await expect(archive.read('d', { maxBytes: 1 })).rejects.toMatchObject({ code: 'archive-invalid' });
      archive.close();
    }
  });

  it.each([
    ['leaves its folder', 'a/bb/c', '../b/c'],
    ['is absolute', 'a/bb/c', '/etc/c'],
    ['names a drive', 'a/bb/c', 'C:/b/c'],
    ['uses backslashes', 'a/bb/c', '..\\b\\c'],
    ['is reserved on Windows', 'a/bbb/c', 'a/nul/c'],
  ])('is refused when a name %s', async (_, from, to) => {
    const bytes = await forged([file(from)], from, to);
    await expect(opened(bytes)).rejects.toMatchObject({
      code: expect.stringMatching(/^(path-unsafe|archive-invalid)$/),
    });
  });

  it('is refused when a name reorders its letters', async () => {
    await expect(opened(await zipBytes([file('a\u202egnp.exe')]))).rejects.toMatchObject({ code: 'path-unsafe' });
  });

  it('is refused with a name twice, also in another case', async () => {
    const twice = await forged([file('one'), file('two')], 'two', 'one');
    await expect(opened(twice)).rejects.toMatchObject({ code: 'archive-unsafe' });
    await expect(opened(await zipBytes([file('one'), file('ONE')]))).rejects.toMatchObject({ code: 'archive-unsafe' });
  });

  it('is refused with a link, encryption or a packing we do not know', async () => {
    const change = async (at: number, ...bytes: number[]) => {
      const archive = await zipBytes([file('link', '/etc/passwd')]);
      archive.set(bytes, tableOf(archive) + at);
      return archive;
    };
    // Offsets within an entry of the table (APPNOTE 4.3.12): flags 8, method 10, external attributes 38.
    const linkMode = 0o120_777;
    await expect(opened(await change(40, linkMode & 255, linkMode >> 8))).rejects.toMatchObject({
      code: 'archive-unsafe',
    });
    await expect(opened(await change(8, 1, 0))).rejects.toMatchObject({ code: 'archive-invalid' });
    await expect(opened(await change(10, 93, 0))).rejects.toMatchObject({ code: 'archive-unsafe' });
  });

  it('is refused when it is a bomb: too many, too much, or entries over one another', async () => {
    const many = await zipBytes(Array.from({ length: 11 }, (_, index) => file(`f${index}`)));
    await expect(opened(many)).rejects.toMatchObject({ code: 'archive-unsafe' });

    const zeros = await zipBytes([file('zeros', new Uint8Array(80 << 20), true)]);
    await expect(opened(zeros)).rejects.toMatchObject({ code: 'archive-unsafe' });
    await expect(ZipArchive.open(zeros, { ...limits, maxTotalBytes: 1 << 20 })).rejects.toMatchObject({
      code: 'archive-unsafe',
    });

    const overlapping = await zipBytes([file('a', 'z'.repeat(400)), file('b', 'z'.repeat(400))]);
    // Both sizes of both entries say that each has nearly the whole file.
    for (let at = tableOf(overlapping); at >= 0; at = overlapping.indexOf(Buffer.from([0x50, 0x4b, 1, 2]), at + 4)) {
      overlapping.writeUInt32LE(700, at + 20);
      overlapping.writeUInt32LE(700, at + 24);
    }
    await expect(opened(overlapping)).rejects.toMatchObject({ code: 'archive-unsafe' });
  });

  it('does not unpack more than it says', async () => {
    const bytes = await zipBytes([file('f', 'z'.repeat(4000), true)]);
    bytes.writeUInt32LE(10, tableOf(bytes) + 24);
    const archive = await ZipArchive.open(bytes, limits);
    await expect(archive.read('f', { maxBytes: 100 })).rejects.toMatchObject({ code: 'archive-invalid' });
    archive.close();
  });

  it('whatever is done to its bytes, gives an AppError or the files', async () => {
    const bytes = await zipBytes([file('a', 'hello', true), file('b', 'world')]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(bytes.length),
        async (changes, length) => {
          const damaged = Buffer.from(bytes.subarray(0, bytes.length - (length % 7 === 0 ? length : 0)));
          for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
          const outcome = await (async () => {
            const archive = await ZipArchive.open(damaged, limits);
            for (const name of archive.names()) await archive.read(name, { maxBytes: 1000 });
            archive.close();
          })().catch((error: unknown) => error);
          expect(outcome === undefined || outcome instanceof AppError).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});
