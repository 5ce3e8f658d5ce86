import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { AppError } from '#base/app-error';
import { LibrarySession, seededRandom } from '#testing/library-session';
import { temporaryFolder } from '#testing/temporary-folder';
import { openLibrary, type Library } from './library.ts';

async function open(home: string): Promise<Library> {
  const library = await openLibrary(home, { purpose: 'a test' });
  onTestFinished(() => library.close());
  return library;
}

/** How much there is of everything that can be lost. */
async function inventory(library: Library) {
  const documents = await library.documents.ids();
  let steps = 0;
  let readable = 0;
  for (const id of documents) {
    const document = await library.documents.open(id).catch((error: unknown) => {
      if (error instanceof AppError) return undefined;
      throw error;
    });
    steps += document?.tree.nodes.size ?? 0;
    for (const node of document?.tree.nodes.keys() ?? []) {
      const isReadable = await document!.document(node).then(
        () => true,
        (error: unknown) => {
          if (error instanceof AppError) return false;
          throw error;
        },
      );
      readable += Number(isReadable);
    }
    await library.documents.close(id);
  }
  let sound = 0;
  for await (const { name } of library.blobs.list()) sound += Number(await library.blobs.verify(name));
  const items = await library.gallery.count();
  const jobs = library.jobs?.list().length ?? 0;
  return { documents: documents.length, steps, readable, items, jobs, sound };
}

it(
  'one damaged byte, anywhere in any file, costs one thing at most and never the opening',
  { timeout: 180_000 },
  async () => {
    const original = await temporaryFolder();
    const library = await open(original);
    const session = new LibrarySession(library, 'd', seededRandom(11), () => Promise.resolve());
    for (let step = 0; step < 40; step += 1) await session.step();
    await library.settings.change({ theme: 'dark' });
    const whole = await inventory(library);
    await library.close();

    const files: string[] = [];
    for (const entry of await readdir(original, { recursive: true, withFileTypes: true })) {
      const path = relative(original, join(entry.parentPath, entry.name));
      // These come and go with a connection.
      if (/-(shm|wal)$/.test(path)) continue;
      if (entry.isFile() && (await stat(join(original, path))).size > 0) files.push(path);
    }
    const kinds = new Map(
      files.map((path) => [path.replace(/[0-9a-f]{24,64}/g, 'ID').replace(/\/[0-9a-f]{2}\//, '/'), path]),
    );
    expect([...kinds.keys()]).toEqual(
      expect.arrayContaining(['settings.json', 'library/library.json', 'library/gallery', 'library/index.sqlite']),
    );
    const random = seededRandom(12);
    for (const [kind, path] of kinds) {
      for (let round = 0; round < 2; round += 1) {
        const home = await temporaryFolder();
        await cp(original, home, { recursive: true });
        const bytes = await readFile(join(home, path));
        bytes[Math.floor(random() * bytes.length)]! ^= 1 + Math.floor(random() * 255);
        await writeFile(join(home, path), bytes);
        const damaged = await open(home);
        const left = await inventory(damaged);
        await damaged.close();
        const lost = Object.entries(whole).map(([what, count]) => count - left[what as keyof typeof left]);
        expect({ kind, round, lost: Math.max(...lost) }).toEqual({
          kind,
          round,
          lost: expect.toSatisfy((n: number) => n <= 1),
        });
      }
    }
  },
);
