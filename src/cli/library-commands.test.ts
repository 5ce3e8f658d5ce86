import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { encodeImage } from '#host/images/encode-image';
import { readPictureRecipe } from '#host/images/recipe-metadata/picture-recipe';
import { openLibrary } from '#host/library/library';
import { bundleScripts, type BundledScripts } from '#testing/bundle-scripts';
import { installEmptyModel } from '#testing/install-model';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

// Each test starts processes.
vi.setConfig({ testTimeout: 60_000 });

let scripts: BundledScripts;
let folder = '';
beforeAll(async () => {
  scripts = await bundleScripts({ cli: 'src/cli/main.ts', 'engine-node': 'src/testing/fake-engine.ts' });
}, 60_000);
afterAll(() => scripts[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-library-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs the command line as a shell would, in the test's folder. */
function studio(...args: string[]) {
  const env = { ...process.env, OVIS_HOME: folder, OVIS_DEBUG: '', FAKE_ENGINE: '{}' };
  return new Promise<{ status: number | null; out: string; err: string }>((resolve) => {
    const cli = join(scripts.folder, 'cli.js');
    const child = execFile(process.execPath, [cli, ...args], { cwd: folder, env }, (_, out, err) =>
      resolve({ status: child.exitCode, out, err }),
    );
  });
}

const results = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event === 'result');

async function writePhoto(name: string, salt = 7): Promise<void> {
  const data = Uint8Array.from({ length: 32 * 24 * 3 }, (_, i) => (i * salt) % 256);
  const png = await encodeImage({ width: 32, height: 24, channels: 3, data }, { format: 'png' });
  await writeFile(join(folder, name), png);
}

const installModel = (name: string) => installEmptyModel(folder, name);

describe('the library on the command line', () => {
  it('takes files in, lists them, and writes them out in every format', async () => {
    await writePhoto('beach.png');
    expect((await studio('library')).err).toContain('No documents yet');
    const [opened] = results((await studio('--json', 'open', 'beach.png')).out);
    expect(opened).toMatchObject({ title: 'beach', node: null, notes: [] });
    expect((await studio('library')).out).toMatch(/^[0-9a-f]{24} .* beach {2}\(1 step\)\n$/);

    for (const name of ['a.ovis', 'a.psd', 'a.ora', 'a.png', 'a.jpg']) {
      expect(await studio('export', 'beach', name)).toMatchObject({ status: 0, out: `${name}\n` });
    }
    const names = ['a.ovis', 'a.psd', 'a.ora'];
    expect(results((await studio('--json', 'open', ...names)).out).map(({ title }) => title)).toEqual([
      'beach',
      'a',
      'a',
    ]);
    const [back] = results((await studio('--json', 'open', 'a.png')).out);
    expect(back).toMatchObject({ document: opened!['document'], node: expect.stringMatching(/^[0-9a-f]{24}$/) });
  });

  it('says what is wrong with a name, a file that is there, and a document that is not', async () => {
    await writePhoto('beach.png');
    await studio('open', 'beach.png');
    expect(await studio('export', 'beach', 'beach.png')).toMatchObject({
      status: 3,
      err: expect.stringContaining('exists already'),
    });
    expect(await studio('export', 'beach', 'beach.gif')).toMatchObject({
      status: 2,
      err: expect.stringContaining('must end in .ovis, .psd'),
    });
    expect(await studio('export', 'moon', 'moon.png')).toMatchObject({
      status: 3,
      err: expect.stringContaining('There is no document "moon"'),
    });
    expect((await studio('open', 'nowhere.png')).status).toBe(3);
    expect((await studio('export', 'beach', 'beach.png', '--force')).status).toBe(0);
  });

  it('finds pictures, moves documents to the trash, and clears away', async () => {
    await writePhoto('海边的猫.png');
    await studio('open', '海边的猫.png');
    expect((await studio('library', 'search', '海边')).out).toContain('32 × 24  海边的猫.png');
    expect((await studio('library', 'search', 'dog')).err).toContain('No picture has all of these words');
    expect((await studio('library', 'remove', '海边的猫')).status).toBe(0);
    expect((await studio('library')).out).toBe('');
    expect((await studio('library', 'sweep')).out).toBe('0 pictures set aside, 0 deleted, 0 bytes freed.\n');
  });

  it('checks and mends', async () => {
    await writePhoto('beach.png');
    await studio('open', 'beach.png');
    expect((await studio('library', 'check')).err).toContain('Everything is as it was written.');
    const library = await openLibrary(folder, { purpose: 'a test' });
    const { items } = await library.gallery.page();
    await library.close();
    await writeFile(library.blobs.pathOf(items[0]!.blob), 'damaged');
    expect((await studio('library', 'check')).out).toContain('is damaged.');
    expect((await studio('doctor')).out).toContain('Mend it with "studio doctor --repair".');
    expect((await studio('library', 'check', '--repair')).out).toContain('is damaged. Mended.');
  });
});

describe('studio run', () => {
  it('edits every picture of a folder, tells which failed, and goes on where it was stopped', async () => {
    await installModel('small');
    await mkdir(join(folder, 'photos'));
    for (const [index, name] of ['a.png', 'b.png', 'c.png'].entries())
      await writePhoto(join('photos', name), index + 3);
    await writeFile(join(folder, 'photos', 'b.png'), 'no picture');
    await writeFile(join(folder, 'photos', 'notes.txt'), 'not meant');
    const args = ['run', 'photos', '-i', 'make it winter', '--steps', '2', '--seed', '5'];
    const first = await studio(...args);
    expect(first.status).toBe(3);
    expect(first.err).toContain('2 made, 0 left alone, 1 failed.');
    expect((await readdir(join(folder, 'edited'))).sort()).toEqual(['a.png', 'c.png']);
    expect(await readPictureRecipe(await readFile(join(folder, 'edited', 'a.png')))).toMatchObject({
      recipe: { request: { kind: 'edit', prompt: 'make it winter', seed: 5, steps: 2 } },
    });
    await rm(join(folder, 'edited', 'c.png'));
    await writePhoto(join('photos', 'b.png'));
    expect((await studio(...args)).err).toContain('2 made, 1 left alone, 0 failed.');
  });

  it('makes several of each, and needs an instruction and a picture', async () => {
    await installModel('small');
    await writePhoto('a.png');
    await studio('run', 'a.png', '-i', 'brighter', '-n', '2', '-o', 'out', '--steps', '1');
    expect((await readdir(join(folder, 'out'))).sort()).toEqual(['a-1.png', 'a-2.png']);
    expect((await studio('run', 'a.png')).status).toBe(2);
    await mkdir(join(folder, 'nothing'));
    expect((await studio('run', 'nothing', '-i', 'x')).err).toContain('no picture in what was named');
  });
});
