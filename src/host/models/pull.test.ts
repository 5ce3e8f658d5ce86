import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, onTestFinished } from 'vitest';

import { forkTypeScript, killHard, nextMessage } from '#testing/fork-typescript';
import { HubServer } from '#testing/hub-server';
import { temporaryFolder } from '#testing/temporary-folder';

import { tryFileLock } from '#files/file-lock';
import { hubFromEnvironment } from './hub.ts';
import { pulledFolder, pullModel, type PullOptions, verifyPulled } from './pull.ts';
import type { PullProgress } from './pull-progress.ts';

const weights = randomBytes(400_000);
const pullProcess = fileURLToPath(new URL('../../testing/pull-process.ts', import.meta.url));

/** A hub with a small model as real ones are laid out, and with what is not wanted of it. */
async function setUp() {
  const hub = await HubServer.start();
  hub.serve('config.json', '{"architectures": ["Ovis"]}');
  hub.serve('tokenizer.json', '{}');
  hub.serve('merges.txt', 'a b');
  hub.serve('LICENSE', 'Apache-2.0');
  hub.serve('model-00001-of-00002.safetensors', weights);
  hub.serve('model-00002-of-00002.safetensors', randomBytes(1000));
  hub.serve('parts/vae.safetensors', randomBytes(1000));
  hub.serve('pytorch_model.bin', 'a pickle');
  hub.serve('modeling_ovis.py', 'import os');
  hub.serve('assets/picture.png', 'pixels');
  const root = await temporaryFolder();
  const progress: PullProgress[] = [];
  const pull = (options: Partial<PullOptions> = {}) =>
    pullModel(hub.repo, {
      hub: { endpoint: hub.endpoint },
      folder: root,
      stallMs: 1000,
      retry: { limit: 3, firstDelayMs: 5, maxDelayMs: 20 },
      onProgress: (event) => progress.push(event),
      ...options,
    });
  return { hub, root, folder: pulledFolder(root, hub.repo), pull, progress };
}

const pulledNames = [
  '.pulled.json',
  'LICENSE',
  'config.json',
  'merges.txt',
  'model-00001-of-00002.safetensors',
  'model-00002-of-00002.safetensors',
  'parts',
  'tokenizer.json',
];

describe('pulling a model', () => {
  it('fetches weights, configuration and tokenizer from one commit, and nothing that could run', async () => {
    const { hub, root, folder, pull } = await setUp();
    const pulled = await pull();
    expect(pulled).toMatchObject({ folder, repo: hub.repo, commit: hub.commit });
    expect(await readdir(folder)).toEqual(pulledNames);
    expect(await readdir(root)).toEqual(['AIDC-AI--Tiny']);
    expect((await readFile(join(folder, 'model-00001-of-00002.safetensors'))).equals(weights)).toBe(true);
    const fetched = hub.requests.filter(({ path }) => path.includes('/resolve/'));
    expect(fetched).toHaveLength(7);
    expect(fetched.every(({ path }) => path.includes(`/resolve/${hub.commit}/`))).toBe(true);
  });

  it('is done at once the second time, without reading gigabytes again', async () => {
    const { hub, pull, progress } = await setUp();
    await pull();
    hub.requests.length = 0;
    progress.length = 0;
    expect((await pull()).fetched).toEqual([]);
    expect(hub.requests.map(({ path }) => path)).toEqual([`/api/models/${hub.repo}/revision/main`]);
    expect(progress.map(({ phase }) => phase)).toEqual(['list']);
  });

  it('gets over a bad line and tells what it does', async () => {
    const { hub, folder, pull, progress } = await setUp();
    hub.serve(
      'model-00001-of-00002.safetensors',
      weights,
      { kind: 'drop', afterBytes: 100_000 },
      { kind: 'stall', afterBytes: 50_000 },
    );
    await pull();
    expect((await readFile(join(folder, 'model-00001-of-00002.safetensors'))).equals(weights)).toBe(true);
    expect(hub.requestsFor('model-00001-of-00002.safetensors')).toHaveLength(3);
    expect(progress.filter(({ phase }) => phase === 'wait')).toHaveLength(2);
    const last = progress.findLast((event) => event.phase === 'download');
    expect(last?.doneBytes).toBe(last?.totalBytes);
  });

  it('measures its speed and the time left while it runs', async () => {
    const { hub, pull, progress } = await setUp();
    hub.bytesPerSecond = 200_000;
    await pull();
    const told = progress.filter((event) => event.phase === 'download').filter(({ timeLeftMs }) => timeLeftMs !== null);
    expect(told.length).toBeGreaterThan(1);
    const { doneBytes, totalBytes, bytesPerSecond, timeLeftMs } = told[0]!;
    expect(bytesPerSecond).toBeGreaterThan(50_000);
    expect(bytesPerSecond).toBeLessThan(250_000);
    expect(timeLeftMs).toBeCloseTo(((totalBytes - doneBytes) * 1000) / bytesPerSecond!, 0);
  });

  it('goes on after kill -9, with what had arrived', async () => {
    const { hub, root, folder, pull } = await setUp();
    hub.bytesPerSecond = 150_000;
    const child = await forkTypeScript(pullProcess, [hub.endpoint, root, hub.repo]);
    onTestFinished(() => killHard(child));
    for (;;) {
      const progress = (await nextMessage(child)) as PullProgress;
      if (progress.phase === 'download' && progress.doneBytes > 100_000) break;
    }
    await killHard(child);
    expect(await readdir(folder)).toContain('model-00001-of-00002.safetensors.part');

    hub.bytesPerSecond = Number.POSITIVE_INFINITY;
    await pull();
    expect(await readdir(folder)).toEqual(pulledNames);
    expect((await readFile(join(folder, 'model-00001-of-00002.safetensors'))).equals(weights)).toBe(true);
    expect(hub.requestsFor('model-00001-of-00002.safetensors').at(-1)?.range).toMatch(/^bytes=[1-9]\d{4,}-$/);
    expect(hub.requestsFor('config.json')).toHaveLength(1);
  });

  it('can be cancelled and gone on with', async () => {
    const { hub, folder, pull } = await setUp();
    hub.bytesPerSecond = 300_000;
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 400);
    await expect(pull({ signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    hub.bytesPerSecond = Number.POSITIVE_INFINITY;
    await pull();
    expect(await readdir(folder)).toEqual(pulledNames);
  });

  it('is done by one process at a time', async () => {
    const { folder, pull } = await setUp();
    const attempt = await tryFileLock(`${folder}.lock`, { purpose: 'downloading it already' });
    await expect(pull()).rejects.toMatchObject({ code: 'download-busy', data: { pid: process.pid } });
    if (attempt.acquired) await attempt.lock.release();
    await pull();
  });

  it('sends the token to the hub with every request to it', async () => {
    const { hub, pull } = await setUp();
    await pull({ hub: hubFromEnvironment({ HF_ENDPOINT: `${hub.endpoint}/`, HF_TOKEN: 'secret' }) });
    expect(new Set(hub.requests.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer secret']));
  });
});

describe('a pulled model that is no longer right', () => {
  it('is found out by its checksums, and only what is bad is fetched again', async () => {
    const { hub, folder, pull } = await setUp();
    await pull();
    await rm(join(folder, 'tokenizer.json'));
    await writeFile(join(folder, 'config.json'), '{"architectures": ["Evil"]}');
    const shard = join(folder, 'model-00001-of-00002.safetensors');
    const flipped = Buffer.from(weights);
    flipped[1234]! ^= 1;
    await writeFile(shard, flipped);

    const states = await verifyPulled(folder);
    expect(states.filter(({ state }) => state !== 'right').toSorted((a, b) => a.path.localeCompare(b.path))).toEqual([
      { path: 'config.json', state: 'wrong' },
      { path: 'model-00001-of-00002.safetensors', state: 'wrong' },
      { path: 'tokenizer.json', state: 'missing' },
    ]);

    hub.requests.length = 0;
    const { fetched } = await pull({ verify: true });
    expect(fetched.toSorted()).toEqual(['config.json', 'model-00001-of-00002.safetensors', 'tokenizer.json']);
    expect((await verifyPulled(folder)).every(({ state }) => state === 'right')).toBe(true);
  });

  it('is noticed without being asked when a size is wrong', async () => {
    const { folder, pull } = await setUp();
    await pull();
    await truncate(join(folder, 'model-00002-of-00002.safetensors'), 10);
    expect((await pull()).fetched).toEqual(['model-00002-of-00002.safetensors']);
  });

  it('has its record damaged: everything is compared, nothing is fetched', async () => {
    const { folder, pull } = await setUp();
    await pull();
    await writeFile(join(folder, '.pulled.json'), '{"version": 1, "fil');
    expect((await pull()).fetched).toEqual([]);
  });

  it('follows the hub to a new commit, with what changed, and without what is gone', async () => {
    const { hub, folder, pull } = await setUp();
    await pull();
    hub.serve('config.json', '{"architectures": ["Ovi2"]}');
    hub.files.delete('model-00002-of-00002.safetensors');
    expect((await pull()).fetched).toEqual(['config.json']);
    expect(await readFile(join(folder, 'config.json'), 'utf8')).toContain('Ovi2');
    expect(await readdir(folder)).toEqual(pulledNames.filter((name) => name !== 'model-00002-of-00002.safetensors'));
  });
});

describe('a hub that is not to be trusted', () => {
  const listing = (siblings: unknown, sha = 'a'.repeat(40)) => ({
    status: 200,
    body: JSON.stringify({ sha, siblings }),
  });

  it.each(['../../.bashrc.json', '/etc/config.json', 'a/../../b.json', 'C:\\x.json', 'nul.json', 'a\u0000.json'])(
    'cannot write to %j',
    async (rfilename) => {
      const { hub, root, pull } = await setUp();
      hub.listing = () =>
        listing([
          { rfilename, size: 2 },
          { rfilename: 'model.safetensors', size: 2 },
        ]);
      await expect(pull()).rejects.toMatchObject({ code: 'path-unsafe' });
      expect(await readdir(root)).toEqual([]);
    },
  );

  it('cannot list one file under two names that are one on some disks', async () => {
    const { hub, pull } = await setUp();
    hub.listing = () => listing([{ rfilename: 'Config.json' }, { rfilename: 'config.JSON' }]);
    await expect(pull()).rejects.toMatchObject({ code: 'path-unsafe' });
  });

  it.each([
    ['no JSON', '<html>'],
    ['another shape', '{"files": []}'],
    ['a commit that is a path', JSON.stringify({ sha: '../../x', siblings: [] })],
  ])('that answers with %s is said to be no hub', async (_, body) => {
    const { hub, pull } = await setUp();
    hub.listing = () => ({ status: 200, body });
    await expect(pull()).rejects.toMatchObject({ code: 'hub-answer-invalid' });
  });

  it('that is broken for a moment is asked again, and one that lacks the model is believed', async () => {
    const { hub, pull } = await setUp();
    let asked = 0;
    hub.listing = () => {
      asked += 1;
      hub.listing = undefined;
      return { status: 502, body: '' };
    };
    await pull();
    expect(asked).toBe(1);
    for (const [status, code] of [
      [404, 'download-not-found'],
      [401, 'download-not-allowed'],
      [503, 'download-interrupted'],
    ] as const) {
      hub.listing = () => ({ status, body: '' });
      await expect(pull()).rejects.toMatchObject({ code });
    }
    await expect(pull({ hub: { endpoint: 'http://127.0.0.1:65535' } })).rejects.toMatchObject({
      code: 'network-unreachable',
    });
  });

  it('that offers nothing but pickles is refused', async () => {
    const { hub, pull } = await setUp();
    hub.listing = () => listing([{ rfilename: 'config.json' }, { rfilename: 'pytorch_model.bin' }]);
    await expect(pull()).rejects.toMatchObject({ code: 'hub-no-safetensors' });
  });

  it('that offers more than the disk holds is refused before a byte is fetched', async () => {
    const { hub, pull } = await setUp();
    hub.listing = () => listing([{ rfilename: 'model.safetensors', size: 2 ** 52 }]);
    await expect(pull()).rejects.toMatchObject({ code: 'disk-space-short' });
    expect(hub.requests).toHaveLength(1);
  });

  it.each(['Ovis-U1-3B', 'a/b/c', '../b', 'a/..', 'a b/c', ''])(
    'is not asked for %j, which is no name',
    async (repo) => {
      const { hub, root } = await setUp();
      await expect(pullModel(repo, { hub: { endpoint: hub.endpoint }, folder: root })).rejects.toMatchObject({
        code: 'usage-invalid',
      });
      expect(hub.requests).toEqual([]);
    },
  );
});

describe('the hub of the environment', () => {
  it('is the usual one, or the one that is named, and the token is for it alone', () => {
    expect(hubFromEnvironment({})).toEqual({ endpoint: 'https://huggingface.co', token: undefined });
    expect(hubFromEnvironment({ HF_ENDPOINT: 'https://mirror.example/hf/', HF_TOKEN: 't' })).toEqual({
      endpoint: 'https://mirror.example/hf',
      token: { value: 't', origin: 'https://mirror.example' },
    });
    expect(() => hubFromEnvironment({ HF_ENDPOINT: 'ftp://x' })).toThrow(
      expect.objectContaining({ code: 'usage-invalid' }),
    );
  });
});
