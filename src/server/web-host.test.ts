import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';

import { sha256 } from '#host/library/blobs/blob-store';
import { encodeImage } from '#host/images/encode-image';
import { blobDownloadUrl, blobUrl, thumbnailUrl, zUpload } from '#shared/contract/studio/blob-urls';
import type { StudioClient } from '#shared/contract/studio/contract';
import type { JobsEvent } from '#shared/contract/studio/jobs';
import type { Cursor } from '#shared/contract/studio/watching';
import { createDocument } from '#shared/document/document';
import { zDocumentId } from '#shared/document/ids';
import { bundleScripts, type BundledScripts } from '#testing/bundle-scripts';
import type { FakeEngineFaults } from '#testing/fake-engine';
import { ended, makeTinyModel, openStudioSession, requestFor } from '#testing/studio-session';
import { temporaryFolder } from '#testing/temporary-folder';
import { startWebHost, type WebHost } from './web-host.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let scripts: BundledScripts;
let model = '';
beforeAll(async () => {
  scripts = await bundleScripts({ engine: 'src/testing/fake-engine.ts' });
  model = await makeTinyModel(scripts.folder);
});
afterAll(() => scripts[Symbol.asyncDispose]());

const page = '<!doctype html><title>Studio</title>';

async function serve(faults: FakeEngineFaults = {}) {
  const session = await openStudioSession({ scripts, model, faults, limits: { heartbeatMs: 40, backoffMs: 1 } });
  const pageFolder = join(session.home, 'page');
  await mkdir(join(pageFolder, 'assets'), { recursive: true });
  await writeFile(join(pageFolder, 'index.html'), page);
  await writeFile(join(pageFolder, 'assets', 'a.js'), '1');
  await writeFile(join(session.home, 'secret.txt'), 'secret');
  const host = await startWebHost({ studio: session.studio, pageFolder, heartbeatMs: 200 });
  onTestFinished(() => host.close());
  return { ...session, host, origin: `http://127.0.0.1:${host.port}` };
}

/** A browser as far as the host can tell: it follows a link and keeps the cookie. */
async function browse(host: WebHost) {
  const origin = `http://127.0.0.1:${host.port}`;
  const answer = await fetch(host.newLink(), { redirect: 'manual' });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  const ask = (path: string, init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {}) =>
    fetch(`${origin}/${path}`, { ...init, headers: { cookie, origin, ...init.headers } });
  const connect = async (headers: Record<string, string> = { origin, cookie }) => {
    const socket = new WebSocket(`ws://127.0.0.1:${host.port}/rpc`, { headers });
    onTestFinished(() => socket.terminate());
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const client: StudioClient = createORPCClient(
      new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
    );
    return { socket, client };
  };
  return { answer, cookie, ask, connect, origin };
}

describe('the door', () => {
  it('lets a browser in by a link, once, and takes it to a page that can load nothing from elsewhere', async () => {
    const { host, origin } = await serve();
    const { answer, cookie, ask } = await browse(host);
    expect(answer).toMatchObject({ status: 303 });
    expect(answer.headers.get('location')).toBe('/');
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/);
    const shown = await ask('');
    expect(await shown.text()).toBe(page);
    expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await ask('assets/a.js')).headers.get('cache-control')).toContain('immutable');

    const link = host.newLink();
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(303);
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(401);
    expect((await fetch(`${origin}/?token=guess`, { redirect: 'manual' })).status).toBe(401);
    expect((await fetch(origin)).status).toBe(401);
    expect((await fetch(origin, { headers: { cookie: `${cookie}x` } })).status).toBe(401);
  });

  it('knows a browser that it has let in again after it was closed, until its own list is gone', async () => {
    const { host, studio, home } = await serve();
    const { cookie, origin } = await browse(host);
    const { port } = host;
    await host.close();
    const again = await startWebHost({ studio, pageFolder: join(home, 'page'), port });
    expect((await fetch(origin, { headers: { cookie } })).status).toBe(200);
    const kept = await readFile(join(home, 'web-sessions.json'), 'utf8');
    expect(kept).not.toContain(cookie.split('=')[1]);
    await again.close();
    await rm(join(home, 'web-sessions.json'));
    const anew = await startWebHost({ studio, pageFolder: join(home, 'page'), port });
    onTestFinished(() => anew.close());
    expect((await fetch(origin, { headers: { cookie } })).status).toBe(401);
  });

  it('does not open to other pages, other names, or paths out of the house', async () => {
    const { host } = await serve();
    const { ask, connect, cookie } = await browse(host);
    const evil = { origin: 'https://evil.example' };
    expect((await ask('', { headers: evil })).status).toBe(403);
    expect((await ask('', { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    expect((await ask(`uploads?name=x`, { method: 'POST', body: 'x', headers: evil })).status).toBe(403);
    await expect(connect({ ...evil, cookie })).rejects.toThrow('403');
    await expect(connect({ cookie })).rejects.toThrow('403');
    await expect(connect({ origin: `http://127.0.0.1:${host.port}` })).rejects.toThrow('403');
    await expect(
      connect({ origin: `http://rebound.example:${host.port}`, host: `rebound.example:${host.port}`, cookie }),
    ).rejects.toThrow('403');
    for (const path of ['..%2fsecret.txt', '%2e%2e/secret.txt', 'assets/..%2f..%2fsecret.txt', '%00', '%'])
      expect([path, (await ask(path)).status]).toEqual([path, 404]);
  });
});

describe('bytes', () => {
  it('are put under their name, and got whole, in part, or small', async () => {
    const { host } = await serve();
    const { ask } = await browse(host);
    const png = Buffer.from(
      await encodeImage(
        { width: 400, height: 200, channels: 3, data: new Uint8Array(400 * 200 * 3) },
        { format: 'png' },
      ),
    );
    const name = sha256(png);
    expect((await ask(blobUrl(name))).status).toBe(404);
    expect((await ask(blobUrl(name), { method: 'PUT', body: png.subarray(1) })).status).toBe(422);
    expect((await ask(blobUrl(name), { method: 'PUT', body: png })).status).toBe(204);
    const whole = await ask(blobUrl(name));
    expect(whole.headers.get('content-type')).toBe('image/png');
    expect(whole.headers.get('cache-control')).toContain('immutable');
    expect(Buffer.from(await whole.arrayBuffer()).equals(png)).toBe(true);
    const part = await ask(blobUrl(name), { headers: { range: 'bytes=10-19' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${png.length}`);
    expect(Buffer.from(await part.arrayBuffer()).equals(png.subarray(10, 20))).toBe(true);
    const tail = await ask(blobUrl(name), { headers: { range: 'bytes=-4' } });
    expect(Buffer.from(await tail.arrayBuffer()).equals(png.subarray(-4))).toBe(true);
    expect((await ask(blobUrl(name), { headers: { range: 'bytes=999999-' } })).status).toBe(416);
    expect((await ask(blobUrl(name), { headers: { 'if-none-match': `"${name}"` } })).status).toBe(304);
    expect((await ask(blobDownloadUrl(name, 'lämp.png'))).headers.get('content-disposition')).toContain(
      "UTF-8''l%C3%A4mp.png",
    );
    const small = await ask(thumbnailUrl(name, 128));
    expect(small.headers.get('content-type')).toBe('image/webp');
    expect((await ask(`${blobUrl(name)}?size=100`)).status).toBe(404);
  });

  it('of a document go out as files and come in again', async () => {
    const { host } = await serve();
    const { ask, connect } = await browse(host);
    const { client } = await connect();
    const { id } = await client.documents.create({
      title: 'Läuft?',
      document: createDocument({ width: 32, height: 16 }),
    });
    for (const format of ['png', 'psd', 'ora', 'ovis'] as const) {
      const { url, fileName, sizeBytes } = await client.files.export({ document: id, format: { format } });
      expect(fileName).toBe(`Läuft-.${format}`);
      const file = await ask(url);
      const bytes = Buffer.from(await file.arrayBuffer());
      expect(bytes.length).toBe(sizeBytes);
      const sent = await ask(`uploads?name=${encodeURIComponent(fileName)}`, { method: 'POST', body: bytes });
      const { upload } = zUpload.parse(await sent.json());
      const opened = await client.files.open({ source: { upload } });
      expect(opened.document === id).toBe(format === 'png');
      await expect(client.files.open({ source: { upload } })).rejects.toMatchObject({ data: { code: 'file-missing' } });
    }
  });
});

describe('a window', () => {
  it('goes on behind the last event it has seen when its connection breaks, and hears every one', async () => {
    const { host } = await serve({ stepMs: 30 });
    const { connect } = await browse(host);
    const first = await connect();
    const [job] = await first.client.jobs.start({ requests: [requestFor('x', { steps: 12 })] });
    const heard: JobsEvent[] = [];
    let after: Cursor | null = null;
    const listen = async (client: StudioClient, isEnough: (event: JobsEvent) => boolean) => {
      for await (const event of await client.jobs.watch({ after })) {
        heard.push(event);
        after = event.cursor;
        if (isEnough(event)) return;
      }
    };
    await listen(
      first.client,
      (event) => event.kind === 'progress' && event.progress.kind === 'step' && event.progress.step === 3,
    );
    first.socket.terminate();
    const second = await connect();
    await ended(second.client, job!.id);
    await listen(second.client, (event) => event.kind === 'job' && event.job.state === 'finished');
    const steps = heard.flatMap((event) =>
      event.kind === 'progress' && event.progress.kind === 'step' ? [event.progress.step] : [],
    );
    expect(steps).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    expect(heard.filter(({ kind }) => kind === 'snapshot')).toHaveLength(1);
  });

  it('sees what another one does to the same document', async () => {
    const { host } = await serve();
    const [one, two] = [await (await browse(host)).connect(), await (await browse(host)).connect()];
    const { id } = await one.client.documents.create({ title: 'a', document: createDocument({ width: 8, height: 8 }) });
    const seen = await two.client.documents.watch({ id });
    expect((await seen.next()).value).toMatchObject({
      kind: 'opened',
      history: { title: 'a' },
      access: { mode: 'write' },
    });
    await one.client.documents.rename({ id, title: 'b' });
    expect((await seen.next()).value).toMatchObject({ kind: 'history', event: { type: 'title', title: 'b' } });
    await expect(one.client.documents.remove({ id })).rejects.toMatchObject({ data: { code: 'document-busy' } });
    await seen.return?.();
    await vi.waitFor(() => one.client.documents.remove({ id }));
    expect((await one.client.documents.list({ trashed: true })).map(({ title }) => title)).toEqual(['b']);
  });

  it('is told of an engine that died, and its job is done all the same', async () => {
    const { host } = await serve({ inJob: 'kill', times: 1, countFile: join(await temporaryFolder(), 'count') });
    const { client } = await (await browse(host)).connect();
    const states: string[] = [];
    const engine = await client.engine.watch();
    const watching = (async () => {
      for await (const { kind } of engine) {
        states.push(kind);
        if (kind === 'busy' && states.includes('crashed')) return;
      }
    })();
    const [job] = await client.jobs.start({ requests: [requestFor('x')] });
    expect(await ended(client, job!.id)).toMatchObject({ state: 'finished', attempts: 2 });
    await watching;
    expect(states.slice(0, 4)).toEqual(['stopped', 'starting', 'ready', 'busy']);
    expect(states).toContain('crashed');
  });

  it('hears a sentence with a code when something cannot be done', async () => {
    const { host } = await serve();
    const { client } = await (await browse(host)).connect();
    const missing = requestFor('x', { model: 'none' });
    await expect(client.jobs.start({ requests: [missing] })).rejects.toMatchObject({ data: { code: 'model-missing' } });
    const unknown = requestFor('x', { kind: 'edit', image: 'a'.repeat(64) });
    await expect(client.jobs.start({ requests: [unknown] })).rejects.toMatchObject({ data: { code: 'input-missing' } });
    const stream = await client.documents.watch({ id: zDocumentId.parse('nothing') });
    await expect(stream.next()).rejects.toMatchObject({ data: { code: 'document-missing' } });
  });
});
