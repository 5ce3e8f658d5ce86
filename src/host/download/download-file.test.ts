import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { type Fault, HubServer } from '#testing/hub-server';
import { temporaryFolder } from '#testing/temporary-folder';

import { downloadFile, type DownloadEvent, type DownloadOptions } from './download-file.ts';
import type { RemoteFile } from './part-file.ts';

const content = randomBytes(300_000);
const quickly = { stallMs: 1000, retry: { limit: 3, firstDelayMs: 5, maxDelayMs: 20 } } satisfies DownloadOptions;

/** A server with one file that goes through the given faults, and a place to put it. */
async function setUp(...faults: Fault[]) {
  const hub = await HubServer.start();
  hub.serve('model.safetensors', content, ...faults);
  const folder = await temporaryFolder();
  const path = join(folder, 'model.safetensors');
  const remote: RemoteFile = {
    url: `${hub.endpoint}/${hub.repo}/resolve/main/model.safetensors`,
    sizeBytes: content.length,
    checksum: { algorithm: 'sha256', hex: createHash('sha256').update(content).digest('hex') },
  };
  const events: DownloadEvent[] = [];
  hub.clientBytes = () => bytesOf(events, 'received');
  const download = (options: DownloadOptions = {}, what = remote) =>
    downloadFile(what, path, { ...quickly, onEvent: (event) => events.push(event), ...options });
  const ranges = () => hub.requests.map(({ range }) => range);
  return { hub, folder, path, remote, events, download, ranges };
}

const times = (count: number, fault: Fault): Fault[] => Array.from({ length: count }, () => fault);
const bytesOf = (events: readonly DownloadEvent[], kind: DownloadEvent['kind']) =>
  events.reduce((sum, event) => sum + (event.kind === kind && 'bytes' in event ? event.bytes : 0), 0);

describe('a download', () => {
  it('puts the file in place and leaves nothing beside it', async () => {
    const { folder, path, events, download } = await setUp();
    await download();
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(await readdir(folder)).toEqual(['model.safetensors']);
    expect(bytesOf(events, 'received')).toBe(content.length);
  });

  it('goes on where a dropped connection left off, as often as needed', async () => {
    const { path, download, ranges, events } = await setUp(
      { kind: 'drop', afterBytes: 100_000 },
      { kind: 'drop', afterBytes: 100_000 },
    );
    await download();
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(ranges()).toEqual([undefined, 'bytes=100000-', 'bytes=200000-']);
    expect(bytesOf(events, 'received')).toBe(content.length);
  });

  it('goes on after a stall', async () => {
    const { path, download, ranges } = await setUp({ kind: 'stall', afterBytes: 120_000 });
    await download();
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(ranges()).toEqual([undefined, 'bytes=120000-']);
  });

  it('starts again when the server answers a request for the rest with everything', async () => {
    const { path, download, events } = await setUp({ kind: 'drop', afterBytes: 100_000 }, { kind: 'ignore-range' });
    await download();
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(bytesOf(events, 'discarded')).toBe(100_000);
  });

  it.each<[string, Fault]>([
    ['sends another piece than was asked for', { kind: 'wrong-piece' }],
    ['announces less than the file has', { kind: 'lie-length', bytes: 1000 }],
    ['announces more than the file has', { kind: 'lie-length', bytes: 400_000 }],
    ['sends more than there is', { kind: 'too-much', extraBytes: 70_000 }],
    ['sends a wrong byte', { kind: 'corrupt' }],
  ])('recovers when a server once %s', async (_, fault) => {
    const { folder, path, download } = await setUp({ kind: 'drop', afterBytes: 100_000 }, fault);
    await download();
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });

  it('waits as long as a busy server asks for', async () => {
    const { download, events } = await setUp(
      { kind: 'status', status: 429, retryAfter: '1' },
      { kind: 'status', status: 503, retryAfter: new Date(Date.now() - 5000).toUTCString() },
    );
    const started = performance.now();
    await download();
    expect(performance.now() - started).toBeGreaterThanOrEqual(990);
    expect(events.filter(({ kind }) => kind === 'waiting')).toEqual([
      { kind: 'waiting', delayMs: 1000, reason: expect.stringContaining('429') as string },
      { kind: 'waiting', delayMs: expect.any(Number) as number, reason: expect.stringContaining('503') as string },
    ]);
  });
});

describe('a download that cannot succeed', () => {
  it.each<[string, Fault[], string]>([
    ['keeps dropping', times(3, { kind: 'drop', afterBytes: 1000 }), 'download-interrupted'],
    ['stays busy', times(3, { kind: 'status', status: 503 }), 'download-interrupted'],
    ['keeps sending wrong bytes', times(3, { kind: 'corrupt' }), 'download-corrupt'],
    ['has changed the file', [{ kind: 'change', content: Buffer.alloc(9) }], 'download-changed'],
    ['has no such file', [{ kind: 'status', status: 404 }], 'download-not-found'],
    ['wants a token', [{ kind: 'status', status: 401 }], 'download-not-allowed'],
    ['refuses', [{ kind: 'status', status: 418 }], 'download-refused'],
    ['redirects in circles', times(20, { kind: 'redirect', to: '#' }), 'download-refused'],
    ['redirects out of the web', [{ kind: 'redirect', to: 'file:///etc/passwd' }], 'download-refused'],
  ])('because the server %s says so', async (_, faults, code) => {
    const { folder, download } = await setUp(...faults);
    await expect(download()).rejects.toMatchObject({ code });
    expect(await readdir(folder)).not.toContain('model.safetensors');
  });

  it('because nobody answers says so', async () => {
    const { remote, download } = await setUp();
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await expect(download({}, { ...remote, url: `http://127.0.0.1:${port}/model` })).rejects.toMatchObject({
      code: 'network-unreachable',
      data: { reason: expect.stringContaining('ECONNREFUSED') as string },
    });
  });

  it('does not end while it makes way', async () => {
    const large = randomBytes(6 << 20);
    const { hub, path, remote, download } = await setUp();
    hub.serve('model.safetensors', large, ...times(5, { kind: 'drop', afterBytes: 1_250_000 }));
    const hex = createHash('sha256').update(large).digest('hex');
    await download({}, { ...remote, sizeBytes: large.length, checksum: { algorithm: 'sha256', hex } });
    expect((await readFile(path)).equals(large)).toBe(true);
  });
});

describe('a download in several runs', () => {
  it('is gone on with by the next run, which checks what it finds', async () => {
    const { path, download, ranges, events } = await setUp(
      { kind: 'drop', afterBytes: 100_000 },
      { kind: 'drop', afterBytes: 1 },
      { kind: 'drop', afterBytes: 1 },
    );
    await expect(download()).rejects.toMatchObject({ code: 'download-interrupted' });
    await download();
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(ranges().at(-1)).toBe('bytes=100002-');
    expect(bytesOf(events, 'kept')).toBe(100_002);
  });

  it('can be cancelled, keeps what it has, and goes on later', async () => {
    const { hub, download, events, ranges } = await setUp();
    hub.bytesPerSecond = 400_000;
    const controller = new AbortController();
    const running = download({
      signal: controller.signal,
      onEvent: (event) => {
        events.push(event);
        if (bytesOf(events, 'received') > 50_000) controller.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    hub.bytesPerSecond = Number.POSITIVE_INFINITY;
    await download();
    expect(ranges().at(-1)).toMatch(/^bytes=[1-9]\d+-$/);
  });

  it('starts anew when the list now has another content', async () => {
    const { hub, path, remote, download, ranges } = await setUp({ kind: 'drop', afterBytes: 100_000 });
    const oneTry = { retry: { limit: 1, firstDelayMs: 0, maxDelayMs: 0 } };
    await expect(download(oneTry)).rejects.toMatchObject({ code: 'download-interrupted' });
    const other = randomBytes(content.length);
    hub.serve('model.safetensors', other);
    const hex = createHash('sha256').update(other).digest('hex');
    await download({}, { ...remote, checksum: { algorithm: 'sha256', hex } });
    expect((await readFile(path)).equals(other)).toBe(true);
    expect(ranges()).toEqual([undefined, undefined]);
  });

  it('without a checksum is joined only if the server vouches for its pieces by a tag', async () => {
    const { hub, path, remote, download, ranges } = await setUp({ kind: 'drop', afterBytes: 100_000 });
    const plain = { ...remote, checksum: undefined };
    const oneTry = { retry: { limit: 1, firstDelayMs: 0, maxDelayMs: 0 } };
    await expect(download(oneTry, plain)).rejects.toMatchObject({ code: 'download-interrupted' });
    const other = randomBytes(content.length);
    hub.serve('model.safetensors', other);
    await download({}, plain);
    expect(ranges()).toEqual([undefined, 'bytes=100000-']);
    expect((await readFile(path)).equals(other)).toBe(true);
  });

  it.each([
    ['longer than the file', Buffer.alloc(400_000), 'right'],
    ['of something else', Buffer.alloc(100_000), 'right'],
    ['without a description', content.subarray(0, 1000), 'missing'],
    ['with a damaged description', content.subarray(0, 1000), 'damaged'],
  ])('does not trust a part that is %s', async (_, part, description) => {
    const { folder, path, remote, download } = await setUp();
    await writeFile(`${path}.part`, part);
    if (description === 'right') await writeFile(`${path}.part.json`, JSON.stringify({ version: 1, ...remote }));
    if (description === 'damaged') await writeFile(`${path}.part.json`, '{"version": 1, "ur');
    await download();
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });

  it('that ended just before its last step takes only that step', async () => {
    const { hub, path, remote, download } = await setUp();
    await writeFile(`${path}.part`, content);
    await writeFile(`${path}.part.json`, JSON.stringify({ version: 1, ...remote }));
    await download();
    expect(hub.requests).toEqual([]);
    expect((await readFile(path)).equals(content)).toBe(true);
  });
});

describe('a token', () => {
  const bearer = 'Bearer secret';
  const token = (origin: string) => ({ value: 'secret', origin });

  it('is sent to its own server, and not to another one it redirects to, by whatever name', async () => {
    const { hub, path, download } = await setUp();
    const elsewhere = `http://localhost:${hub.port}/cdn/x/resolve/main/model.safetensors`;
    hub.serve('model.safetensors', content, { kind: 'redirect', to: elsewhere });
    await download({ token: token(hub.endpoint) });
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(hub.requests.map(({ host, authorization }) => [host, authorization])).toEqual([
      [`127.0.0.1:${hub.port}`, bearer],
      [`localhost:${hub.port}`, undefined],
    ]);
  });

  it('is sent again where a redirect stays on its server', async () => {
    const { hub, download } = await setUp({ kind: 'redirect', to: '/renamed/repo/resolve/main/model.safetensors' });
    await download({ token: token(hub.endpoint) });
    expect(hub.requests.map(({ authorization }) => authorization)).toEqual([bearer, bearer]);
  });

  it('for another server is not sent at all', async () => {
    const { hub, download } = await setUp();
    await download({ token: token('https://huggingface.co') });
    expect(hub.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  });
});

describe('a disk', () => {
  it('that cannot be written says why', async () => {
    const { path, download } = await setUp();
    await mkdir(`${path}.part`);
    await expect(download()).rejects.toMatchObject({ code: 'file-is-folder' });
  });

  it.skipIf(process.platform !== 'linux')('that is full stops the download at once', async () => {
    const { hub, path, remote, download } = await setUp();
    // A device that is there for this: every write to it fails for want of space.
    await symlink('/dev/full', `${path}.part`);
    await writeFile(`${path}.part.json`, JSON.stringify({ version: 1, ...remote }));
    await expect(download()).rejects.toMatchObject({ code: 'disk-full' });
    expect(hub.requests).toHaveLength(1);
  });
});
