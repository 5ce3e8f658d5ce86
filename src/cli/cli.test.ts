import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sha256OfFile } from '#files/content-hash';
import { encodeImage } from '#host/images/encode-image';
import { decodeImage } from '#host/images/decode-image';
import { readPictureRecipe } from '#host/images/recipe-metadata/picture-recipe';
import { bundleScripts, type BundledScripts } from '#testing/bundle-scripts';
import type { FakeEngineFaults } from '#testing/fake-engine';
import { installEmptyModel } from '#testing/install-model';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

// Each test starts processes.
vi.setConfig({ testTimeout: 60_000 });

let scripts: BundledScripts;
let folder = '';
beforeAll(async () => {
  scripts = await bundleScripts({
    cli: 'src/cli/main.ts',
    'conversion-thread': 'src/model/weights/node/conversion-thread.ts',
    'engine-node': 'src/testing/fake-engine.ts',
  });
});
afterAll(() => scripts[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
});
afterEach(() => rm(folder, { recursive: true }));

const environment = (faults: FakeEngineFaults = {}) => ({
  ...process.env,
  OVIS_HOME: folder,
  OVIS_DEBUG: '',
  FAKE_ENGINE: JSON.stringify(faults),
});

/** Runs the command line as a shell would, in the test's folder. */
function studio(args: readonly string[], faults?: FakeEngineFaults) {
  return new Promise<{ status: number | null; out: string; err: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [join(scripts.folder, 'cli.js'), ...args],
      { cwd: folder, env: environment(faults) },
      (_, out, err) => resolve({ status: child.exitCode, out, err }),
    );
  });
}

const jsonLines = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string } & Record<string, unknown>);

const installModel = (name: string) => installEmptyModel(folder, name);

async function writePhoto(name: string, stride = 7) {
  const data = Uint8Array.from({ length: 32 * 24 * 3 }, (_, i) => (i * stride) % 256);
  const raster = { width: 32, height: 24, channels: 3, data } as const;
  await writeFile(join(folder, name), await encodeImage(raster, { format: 'png' }));
  return raster;
}

describe('studio', () => {
  it('explains itself, its commands and its exit statuses', async () => {
    const { status, out } = await studio([]);
    expect(status).toBe(0);
    for (const word of [
      'generate',
      'edit',
      'inpaint',
      'outpaint',
      'control',
      'describe',
      'models',
      'import',
      'doctor',
      'Exit status',
      '130',
    ])
      expect(out).toContain(word);
    expect((await studio(['inpaint', '--help'])).out).toContain('Examples:');
  });

  it.each([
    [['paint'], "Unknown command 'paint'"],
    [['generate'], "Missing required argument 'prompt'"],
    [['generate', 'x', '--steps', 'many'], 'It must be a whole number'],
    [['generate', 'x', '--size', 'big'], 'Write it as WIDTHxHEIGHT'],
    [['generate', 'x', '--solver', 'magic'], 'Allowed choices are euler, '],
  ])('says in one sentence what is wrong with %j', async (args, sentence) => {
    const { status, out, err } = await studio(args);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('tells programs the same, as JSON', async () => {
    const { status, out, err } = await studio(['--json', 'generate', 'x', '--steps', 'many']);
    expect(status).toBe(2);
    expect(err).toBe('');
    expect(jsonLines(out)).toMatchObject([{ event: 'error', code: 'usage-invalid' }]);
  });
});

describe('choosing a model', () => {
  it('says how to get one when there is none', async () => {
    const { status, err } = await studio(['generate', 'x']);
    expect(status).toBe(4);
    expect(err).toContain('No model is installed. Get one with "studio pull');
  });

  it('asks which one when there are several, and takes the one that is named', async () => {
    await installModel('small');
    await installModel('large');
    const { status, err } = await studio(['generate', 'x']);
    expect(status).toBe(2);
    expect(err).toContain('Several models are installed (large, small)');
    expect((await studio(['generate', 'x', '-m', 'small', '--steps', '1'])).status).toBe(0);
  });

  it('lists them, and removes only installed ones', async () => {
    await installModel('small');
    expect((await studio(['models'])).out).toBe('small  (small, f32, 0 bytes)\n');
    expect((await studio(['models', 'remove', 'other'])).status).toBe(4);
    expect((await studio(['models', 'remove', 'small'])).status).toBe(0);
    expect(await readdir(join(folder, 'models'))).toEqual([]);
  });
});

describe('making pictures', () => {
  beforeEach(() => installModel('small'));

  it('writes a picture with its recipe under a name that says what it is', async () => {
    const { status, out, err } = await studio(['generate', 'A red fox, in snow!', '--seed', '7', '--steps', '2']);
    expect(status).toBe(0);
    expect(err).toBe('');
    expect(out).toMatch(/^a-red-fox-in-snow-7\.png {2}\(8 × 8, seed 7, .* s\)\n$/);
    const found = await readPictureRecipe(await readFile(join(folder, 'a-red-fox-in-snow-7.png')));
    expect(found).toMatchObject({
      kind: 'studio',
      recipe: { request: { kind: 'generate', prompt: 'A red fox, in snow!', seed: 7, steps: 2, model: 'small' } },
    });
  });

  it('tells programs of every step', async () => {
    const { out } = await studio(['generate', 'x', '--json', '--steps', '3', '--seed', '1']);
    const lines = jsonLines(out);
    expect(lines.map(({ event }) => event)).toEqual(['phase', 'phase', 'progress', 'progress', 'progress', 'result']);
    expect(lines.at(-1)).toMatchObject({ path: 'x-1.png', width: 8, height: 8, seed: 1 });
  });

  it('makes several with seeds that follow each other', async () => {
    await studio(['generate', 'x', '--count', '3', '--seed', '5', '--steps', '1', '-o', 'x.webp']);
    expect((await readdir(folder)).filter((name) => name.startsWith('x-'))).toEqual([
      'x-1.webp',
      'x-2.webp',
      'x-3.webp',
    ]);
    const found = await readPictureRecipe(await readFile(join(folder, 'x-3.webp')));
    expect(found).toMatchObject({ recipe: { request: { seed: 7 } } });
  });

  it('makes the folders that it is to write to', async () => {
    await studio(['generate', 'x', '--seed', '1', '--steps', '1', '-o', 'new/boats/']);
    await studio(['generate', 'x', '--seed', '1', '--steps', '1', '-o', 'new/sea/x.png']);
    expect(await readdir(join(folder, 'new', 'boats'))).toEqual(['x-1.png']);
    expect(await readdir(join(folder, 'new', 'sea'))).toEqual(['x.png']);
  });

  it('hands pixels to the engine and back as they are, and remembers where they came from', async () => {
    const photo = await writePhoto('photo.png');
    await studio(['edit', 'photo.png', 'warmer', '-o', 'first.png', '--steps', '1', '--seed', '1']);
    await studio(['edit', 'first.png', 'colder', '-o', 'second.png', '--steps', '1', '--seed', '2']);
    const bytes = await readFile(join(folder, 'second.png'));
    expect((await decodeImage(bytes)).raster).toEqual(photo);
    const found = await readPictureRecipe(bytes);
    expect(found).toMatchObject({ recipe: { ancestors: [{ request: { prompt: 'warmer' } }] } });
  });

  it('goes by as many reference pictures as are given', async () => {
    await Promise.all([writePhoto('cat.png'), writePhoto('style.png', 5)]);
    const given = ['--reference', 'cat.png', '--reference', 'style.png'];
    await studio(['generate', 'a cat in a boat', ...given, '-o', 'boat.png', '--steps', '1', '--seed', '1']);
    const found = await readPictureRecipe(await readFile(join(folder, 'boat.png')));
    const hashes = await Promise.all(['cat.png', 'style.png'].map((name) => sha256OfFile(join(folder, name))));
    expect(found).toMatchObject({ recipe: { request: { references: hashes } } });
    expect((await studio(['generate', 'x', '--reference', 'missing.png'])).status).toBe(3);
  });

  it('does not begin what it could not save', async () => {
    await writeFile(join(folder, 'kept.png'), 'precious');
    const existing = await studio(['generate', 'x', '-o', 'kept.png']);
    expect(existing).toMatchObject({ status: 3, out: '' });
    expect(existing.err).toContain('kept.png exists already');
    expect(await readFile(join(folder, 'kept.png'), 'utf8')).toBe('precious');
    expect((await studio(['generate', 'x', '-o', 'x.bmp'])).status).toBe(2);
    const inFile = await studio(['generate', 'x', '-o', 'kept.png/x.png']);
    expect(inFile).toMatchObject({ status: 3, out: '' });
    expect(inFile.err).toContain('kept.png cannot be a folder');
    expect((await studio(['generate', 'x', '--steps', '2000'])).err).toContain('The value of "steps" cannot be used');
  });

  it('refuses files that are no pictures, with the sentence of the reader', async () => {
    await writeFile(join(folder, 'notes.txt'), 'not a picture');
    const { status, err } = await studio(['edit', 'notes.txt', 'x']);
    expect(status).toBe(3);
    expect(err).not.toContain('    at ');
  });

  it('answers questions on the output stream', async () => {
    await writePhoto('photo.png');
    expect(await studio(['describe', 'photo.png', '--ask', 'What is it?'])).toEqual({
      status: 0,
      out: 'A grey picture.\n',
      err: '',
    });
  });
});

describe('when something goes wrong', () => {
  beforeEach(() => installModel('small'));

  it('runs the task again after a crash of the engine, and says so', async () => {
    const faults = { inJob: 'kill', times: 1, countFile: join(folder, 'count') } as const;
    const { status, err } = await studio(['generate', 'x', '--steps', '3'], faults);
    expect(status).toBe(0);
    expect(err).toBe('Warning: The engine stopped unexpectedly; the task starts again.\n');
  });

  it('gives up after the second crash, without a stack', async () => {
    const { status, err } = await studio(['generate', 'x', '--steps', '3'], { inJob: 'crash' });
    expect(status).toBe(7);
    expect(err).toContain('The engine stopped 2 times while working on this.');
    expect(err).not.toContain('    at ');
    expect(await readdir(folder)).toEqual(['models']);
  });

  it('stops on Ctrl-C within a step, and leaves no half-written file', async () => {
    const child = spawn(
      process.execPath,
      [join(scripts.folder, 'cli.js'), 'generate', 'x', '--steps', '1000', '--json'],
      {
        cwd: folder,
        env: environment({ stepMs: 20 }),
      },
    );
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (!out.includes('"done":2') && `${out}${text}`.includes('"done":2')) child.kill('SIGINT');
      out += text;
    });
    const [status] = (await once(child, 'exit')) as [number];
    expect(status).toBe(130);
    expect(jsonLines(out).at(-1)).toMatchObject({ event: 'error', code: 'cancelled' });
    expect(await readdir(folder)).toEqual(['models']);
  });
});

describe('doctor', () => {
  it('finds nothing wrong where nothing is', async () => {
    await installModel('small');
    const { status, out } = await studio(['doctor']);
    expect(status).toBe(0);
    expect(out).toContain('ok  engine: onnxruntime fake, prefers webgpu');
    expect(out).toContain('ok  device webgpu: works, 10 × the CPU');
  });

  it('names each problem with what to do about it', async () => {
    const { status, out } = await studio(['doctor'], { atStart: 'exit' });
    expect(status).toBe(4);
    expect(out).toContain('!   models: none installed\n    Get one with');
    expect(out).toContain('!   engine: does not start\n    The engine does not start. It ended by itself');
  });
});
