/** @file From a download to pictures and answers, with the engine as it ships and a tiny model of random weights. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { decodeImage } from '#host/images/decode-image';
import { encodeImage } from '#host/images/encode-image';
import type { Raster } from '#raster/raster';
import { bundleScripts, type BundledScripts } from '#testing/bundle-scripts';
import { HubServer } from '#testing/hub-server';
import { makeTinyCheckpoint } from '#testing/tiny-checkpoint';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let scripts: BundledScripts;
let folder = '';
beforeAll(async () => {
  scripts = await bundleScripts({
    cli: 'src/cli/main.ts',
    'engine-node': 'src/engine/entry-node.ts',
    'conversion-thread': 'src/model/weights/node/conversion-thread.ts',
  });
  folder = await mkdtemp(join(tmpdir(), 'real-model-'));
  await makeTinyCheckpoint(join(folder, 'checkpoint'));
});
afterAll(async () => {
  await scripts[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function studio(args: readonly string[], env: Record<string, string> = {}) {
  return new Promise<{ status: number | null; out: string; err: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [join(scripts.folder, 'cli.js'), ...args],
      { cwd: folder, env: { ...process.env, OVIS_HOME: folder, ...env } },
      (_, out, err) => resolve({ status: child.exitCode, out, err }),
    );
  });
}

const decode = async (name: string) => (await decodeImage(await readFile(join(folder, name)))).raster;

/** A photograph of sorts: gradients with some grain. */
async function writePhoto(name: string): Promise<Raster> {
  const [width, height] = [176, 64];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 3 + ((i * 7919) % 17)) % 256);
  const raster = { width, height, channels: 3, data } as const;
  await writeFile(join(folder, name), await encodeImage(raster, { format: 'png' }));
  return raster;
}

it('downloads a model from a hub and imports it', async () => {
  const hub = await HubServer.start();
  for (const name of await readdir(join(folder, 'checkpoint')))
    hub.serve(name, await readFile(join(folder, 'checkpoint', name)));
  const args = ['pull', hub.repo, '--precision', 'f32', '--no-keep'];
  const { status, out, err } = await studio(args, { HF_ENDPOINT: hub.endpoint });
  expect(err).toBe('');
  expect(status).toBe(0);
  expect(out).toContain('Tiny-f32 is installed');
  expect((await studio(['models', 'verify', 'Tiny-f32'])).out).toBe('Tiny-f32 is intact.\n');
  expect(await readdir(join(folder, 'downloads'))).not.toContain('AIDC-AI--Tiny');
});

it('makes a picture from words, the same for the same seed', async () => {
  const args = ['generate', 'a paper boat', '--size', '64x48', '--steps', '2', '--seed', '5'];
  expect((await studio([...args, '-o', 'one.png'])).status).toBe(0);
  expect((await studio([...args, '-o', 'two.png'])).status).toBe(0);
  const one = await decode('one.png');
  expect([one.width, one.height]).toEqual([64, 48]);
  expect(await decode('two.png')).toEqual(one);
});

it('changes nothing outside a mask, to the byte', async () => {
  const photo = await writePhoto('photo.png');
  const { width, height } = photo;
  const mask = new Uint8Array(width * height);
  for (let y = 20; y < 40; y += 1) mask.fill(255, y * width + 16, y * width + 36);
  await writeFile(
    join(folder, 'mask.png'),
    await encodeImage({ width, height, channels: 1, data: mask }, { format: 'png' }),
  );
  const args = ['inpaint', 'photo.png', 'a red ball', '--mask', 'mask.png', '--steps', '2', '-o', 'inpainted.png'];
  expect((await studio(args)).status).toBe(0);
  const result = await decode('inpainted.png');
  expect([result.width, result.height]).toEqual([width, height]);
  const outside = ({ data }: Raster) => data.filter((_, i) => mask[Math.floor(i / 3)] === 0);
  expect(outside(result)).toEqual(outside(photo));
  expect(result.data).not.toEqual(photo.data);
});

it('adds to the sides and keeps what was there', async () => {
  const photo = await writePhoto('photo.png');
  expect((await studio(['outpaint', 'photo.png', '--right', '32', '--steps', '2', '-o', 'wider.png'])).status).toBe(0);
  const wider = await decode('wider.png');
  expect([wider.width, wider.height]).toEqual([photo.width + 32, photo.height]);
  const left = wider.data.filter((_, i) => Math.floor(i / 3) % wider.width < photo.width);
  expect(left).toEqual(photo.data);
});

it('answers about a picture', async () => {
  await writePhoto('photo.png');
  const { status, out } = await studio(['describe', 'photo.png', '--max-tokens', '8', '--json']);
  expect(status).toBe(0);
  const events = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; text?: string; delta?: string });
  const deltas = events.flatMap(({ event, delta }) => (event === 'text' ? [delta] : []));
  expect(events.at(-1)).toMatchObject({ event: 'result', text: deltas.join('') });
});
