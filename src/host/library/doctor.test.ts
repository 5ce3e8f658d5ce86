import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import type { BlobName } from '#shared/contract/job-request';
import { createDocument } from '#shared/document/document';
import { seededRandom, LibrarySession } from '#testing/library-session';
import { temporaryFolder } from '#testing/temporary-folder';
import { checkLibrary, type CheckOptions, type Finding } from './doctor.ts';
import { openLibrary, type Library } from './library.ts';

async function open(home: string): Promise<Library> {
  const library = await openLibrary(home, { purpose: 'a test' });
  onTestFinished(() => library.close());
  return library;
}

/** A closed library in which somebody has worked. */
async function workedIn(): Promise<string> {
  const home = await temporaryFolder();
  const library = await open(home);
  const session = new LibrarySession(library, 'w', seededRandom(3), () => Promise.resolve());
  for (let step = 0; step < 25; step += 1) await session.step();
  await library.close();
  return home;
}

async function findings(home: string, options: CheckOptions = {}): Promise<Finding[]> {
  const library = await open(home);
  const found: Finding[] = [];
  for await (const finding of checkLibrary(library, options)) found.push(finding);
  await library.close();
  return found;
}

const kinds = (found: readonly Finding[]) => [...new Set(found.map(({ kind }) => kind))].sort();

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at]! ^= 0xff;
  await writeFile(path, bytes);
}

describe('the doctor', () => {
  it('finds nothing wrong with a library in which somebody has worked', async () => {
    const found = await findings(await workedIn());
    expect(found.filter(({ kind }) => kind !== 'unreferenced')).toEqual([]);
  });

  it('finds damage in every kind of file, changes nothing, and mends it when it is told to', async () => {
    const home = await workedIn();
    const folder = join(home, 'library');
    const [document = ''] = await readdir(join(folder, 'documents'));
    await flip(join(folder, 'documents', document, 'journal'), 100);
    await flip(join(folder, 'gallery'), 60);
    const library = await open(home);
    const names: BlobName[] = [];
    for await (const { name } of library.blobs.list()) names.push(name);
    const [damaged, lost] = names as [BlobName, BlobName];
    await flip(library.blobs.pathOf(damaged), 5);
    await rm(library.blobs.pathOf(lost));
    await library.close();
    const before = await readFile(join(folder, 'gallery'));

    const seen = await findings(home);
    expect(kinds(seen)).toEqual(expect.arrayContaining(['blob-damaged', 'document-damaged', 'gallery-damaged']));
    expect(seen.every(({ isMended }) => !isMended)).toBe(true);
    expect(await readFile(join(folder, 'gallery'))).toEqual(before);

    const mended = await findings(home, { repair: true });
    expect(kinds(mended)).toEqual(expect.arrayContaining(['blob-damaged', 'blob-missing', 'document-damaged']));
    expect(mended.filter(({ kind }) => kind.endsWith('-damaged')).every(({ isMended }) => isMended)).toBe(true);
    expect(kinds(await findings(home)).filter((kind) => kind.endsWith('-damaged'))).toEqual([]);
    expect(await readdir(join(folder, 'blobs', 'damaged'))).toEqual([damaged]);
  });

  it('clears away what interrupted writes have left, once it is a day old', async () => {
    const home = await workedIn();
    const folder = join(home, 'library');
    const old = new Date(Date.now() - 3 * 24 * 3600 * 1000);
    const paths = [
      join(folder, 'blobs', 'incoming', 'half'),
      join(folder, 'documents', '.tmp-00000000-0000-4000-8000-000000000000'),
    ];
    await writeFile(paths[0]!, 'half a picture');
    await mkdir(paths[1]!);
    expect(kinds(await findings(home))).not.toContain('leftovers');
    for (const path of paths) await utimes(path, old, old);
    expect(kinds(await findings(home))).toContain('leftovers');
    await findings(home, { repair: true });
    expect(kinds(await findings(home))).not.toContain('leftovers');
  });

  it('says which document nothing readable is left of, and stops when it is told to', async () => {
    const home = await temporaryFolder();
    const library = await open(home);
    const id = await library.documents.create(createDocument({ width: 8, height: 8 }), { title: 'x' });
    await library.close();
    await writeFile(join(home, 'library', 'documents', id, 'journal'), 'gone');
    const found = await findings(home);
    expect(found).toMatchObject([{ kind: 'document-damaged', message: expect.stringContaining(id) }]);
    const stop = new AbortController();
    stop.abort();
    await expect(findings(home, { signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
  });
});
