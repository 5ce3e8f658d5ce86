import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { isFinal } from '#shared/library/job-record';
import type { StudioClient } from '#shared/contract/studio/contract';
import type { DocumentEvent } from '#shared/contract/studio/documents';
import { createDocument } from '#shared/document/document';
import { createLayer } from '#shared/document/layer';
import { newLayerId, newNodeId, type NodeId } from '#shared/document/ids';
import type { HistoryNode } from '#shared/document/history-node';
import { bundleScripts, type BundledScripts } from '#testing/bundle-scripts';
import { fillableDisk } from '#testing/fillable-disk';
import { ended, makeTinyModel, openStudioSession, requestFor } from '#testing/studio-session';
import { decodeImage, decodeMask } from '../images/decode-image.ts';
import { encodeImage } from '../images/encode-image.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let scripts: BundledScripts;
let model = '';
beforeAll(async () => {
  scripts = await bundleScripts({ engine: 'src/testing/fake-engine.ts' });
  model = await makeTinyModel(scripts.folder);
});
afterAll(() => scripts[Symbol.asyncDispose]());

const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));

/** Waits until a running job has done a step. */
async function firstStep(client: StudioClient): Promise<void> {
  for await (const event of await client.jobs.watch({}))
    if (event.kind === 'progress' && event.progress.kind === 'step') return;
}

describe('the queue', () => {
  it('is reordered, cancelled in part, and tried again', async () => {
    const { client } = await openStudioSession({ scripts, model, faults: { stepMs: 20 } });
    const requests = ['a', 'b', 'c', 'd'].map((prompt) => requestFor(prompt, { steps: 10 }));
    const [a, b, c, d] = (await client.jobs.start({ requests })).map(({ id }) => id);
    await firstStep(client);
    await client.jobs.move({ id: d!, before: b! });
    await client.jobs.cancel({ ids: [a!, c!] });
    expect(await ended(client, a!)).toMatchObject({ state: 'cancelled', results: [] });
    const ends = [await ended(client, b!), await ended(client, d!)];
    expect(ends.map(({ state }) => state)).toEqual(['finished', 'finished']);
    expect(ends[1]!.endedAt).toBeLessThanOrEqual(ends[0]!.endedAt!);
    expect(await ended(client, c!)).toMatchObject({ state: 'cancelled', attempts: 0 });
    const again = await client.jobs.retry({ id: c! });
    expect(again.request).toMatchObject({ prompt: 'c' });
    expect((await ended(client, again.id)).state).toBe('finished');
    const [urgent] = await client.jobs.start({ requests: [requestFor('now')], atFront: true });
    expect((await ended(client, urgent!.id)).results).toHaveLength(1);
  });

  it('offers what came of a run, and of running it again, in the next studio too, until it is put away', async () => {
    const first = await openStudioSession({ scripts, model });
    const document = createDocument({ width: 64, height: 64 });
    const opened = await first.client.documents.create({ title: 'a', document });
    const target = { document: opened.id, node: newNodeId(random) };
    const requests = [requestFor('a'), requestFor('b')];
    const [a, b] = await first.client.jobs.start({ requests, target, offer: { joins: null, rerunOf: null } });
    await first.client.jobs.offer({ ids: [a!.id], isOpen: false });
    await ended(first.client, b!.id);
    const again = await first.client.jobs.retry({ id: b!.id });
    await ended(first.client, again.id);
    await first.studio.close();
    const second = await openStudioSession({ scripts, home: first.home });
    const offers = new Map((await second.client.jobs.list()).map(({ id, offer }) => [id, offer]));
    const isOpenInRun = { run: a!.id, rerunOf: null, isOpen: true };
    expect([b!.id, again.id].map((id) => offers.get(id))).toEqual([isOpenInRun, isOpenInRun]);
    expect(offers.get(a!.id)).toMatchObject({ isOpen: false });
  });

  it('is gone on with when the studio is closed and opened again, from what was frozen', async () => {
    const first = await openStudioSession({ scripts, model, faults: { stepMs: 50 } });
    const requests = [requestFor('one', { steps: 50 }), requestFor('two')];
    const [one, two] = (await first.client.jobs.start({ requests })).map(({ id }) => id);
    await firstStep(first.client);
    await first.studio.close();
    const second = await openStudioSession({ scripts, home: first.home });
    expect(await ended(second.client, one!)).toMatchObject({ state: 'finished', attempts: 2, wasInterrupted: true });
    expect(await ended(second.client, two!)).toMatchObject({ state: 'finished', attempts: 1, wasInterrupted: false });
    expect(await second.client.gallery.count({})).toBe(2);
  });

  it('says so when the disk is full, computes nothing in vain, and goes on when there is room', async () => {
    const disk = fillableDisk();
    const { client } = await openStudioSession({ scripts, model, fs: disk.fs, faults: { stepMs: 20 } });
    const [first, second] = await client.jobs.start({
      requests: [requestFor('x', { steps: 20 }), requestFor('y')],
    });
    await firstStep(client);
    disk.isFull = true;
    const told: string[] = [];
    for await (const event of await client.jobs.watch({})) {
      if (event.kind !== 'job' || !isFinal(event.job.state)) continue;
      told.push(`${event.job.id === first!.id} ${event.job.state} ${event.job.error?.code}`);
      break;
    }
    expect(told).toEqual(['true failed disk-full']);
    await expect(client.jobs.start({ requests: [requestFor('z')] })).rejects.toMatchObject({
      data: { code: 'disk-full' },
    });
    disk.isFull = false;
    const [third] = await client.jobs.start({ requests: [requestFor('z')] });
    expect((await ended(client, third!.id)).state).toBe('finished');
    expect((await ended(client, second!.id)).state).toBe('finished');
    expect((await client.jobs.list()).find(({ id }) => id === first!.id)).toMatchObject({
      state: 'failed',
      error: { code: 'disk-full' },
    });
  });
});

describe('a document', () => {
  const step = (parent: NodeId | null): HistoryNode => ({
    id: newNodeId(random),
    parent,
    label: { what: 'brush' },
    kind: 'paint',
    createdAt: 0,
    thumbnail: null,
    recipe: null,
    name: null,
    pinned: false,
    stale: false,
  });

  it('is committed to, undone, redone, branched, and drawn as it was at any step', async () => {
    const { client, studio } = await openStudioSession({ scripts });
    const { blobs } = studio.library;
    const red = {
      width: 8,
      height: 8,
      channels: 3,
      data: new Uint8Array(8 * 8 * 3).map((_, i) => (i % 3 ? 0 : 255)),
    } as const;
    const { name } = await blobs.put(await encodeImage(red, { format: 'png' }));
    const empty = createDocument({ width: 16, height: 12 });
    const { id } = await client.documents.create({ title: 'a', document: empty });
    const events = await client.documents.watch({ id });
    const opened = (await events.next()).value as Extract<DocumentEvent, { kind: 'opened' }>;
    const root = opened.history.current;

    const layer = createLayer('raster', newLayerId(random), 'red', {
      pixels: { kind: 'picture', blob: name, width: 8, height: 8 },
      transform: { a: 1, b: 0, c: 0, d: 1, e: 4, f: 2 },
    });
    const painted = { ...empty, order: [layer.id], layers: { [layer.id]: layer } };
    const node = step(root);
    await client.documents.commit({ id, commit: { node, document: painted } });
    expect((await events.next()).value).toMatchObject({
      kind: 'history',
      event: { type: 'commit', node: { id: node.id } },
    });

    expect(await client.documents.undo({ id })).toBe(root);
    expect(await client.documents.undo({ id })).toBeNull();
    const branch = step(root);
    await client.documents.commit({ id, commit: { node: branch, document: empty } });
    expect(await client.documents.redo({ id })).toBeNull();
    await client.documents.go({ id, node: node.id });
    expect(await client.documents.document({ id, node: node.id })).toEqual(painted);

    const whole = await client.documents.render({ id });
    expect(whole).toMatchObject({ width: 16, height: 12 });
    const { raster } = await decodeImage(await blobs.read(whole.blob));
    const pixel = (x: number, y: number) => [...raster.data.subarray((y * 16 + x) * 4, (y * 16 + x) * 4 + 4)];
    expect([pixel(4, 2), pixel(3, 2), pixel(11, 9), pixel(12, 9)]).toEqual([
      [255, 0, 0, 255],
      [0, 0, 0, 0],
      [255, 0, 0, 255],
      [0, 0, 0, 0],
    ]);
    const part = await client.documents.render({
      id,
      subject: { of: 'layer', layer: layer.id },
      region: { x: 2, y: 0, width: 4, height: 4 },
    });
    const cut = (await decodeImage(await blobs.read(part.blob))).raster;
    expect([...cut.data].filter((_, index) => index % 4 === 3)).toEqual([
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 255, 255,
    ]);
    const selected = await client.documents.render({ id, subject: { of: 'selection' } });
    expect((await decodeMask(await blobs.read(selected.blob))).data.every((value) => value === 0)).toBe(true);
    expect(await client.documents.render({ id, maxSide: 16, node: root })).toMatchObject({ width: 16, height: 12 });
    await expect(
      client.documents.render({ id, subject: { of: 'layer', layer: newLayerId(random) } }),
    ).rejects.toMatchObject({ data: { code: 'usage-invalid' } });
    expect((await client.settings.get()).recentDocuments).toEqual([id]);
  });

  it('that another studio writes can be watched here, and says who writes it', async () => {
    const one = await openStudioSession({ scripts });
    const { id } = await one.client.documents.create({ title: 'a', document: createDocument({ width: 8, height: 8 }) });
    const writing = await one.client.documents.watch({ id });
    await writing.next();
    const two = await openStudioSession({ scripts, home: one.home });
    const reading = await two.client.documents.watch({ id });
    expect((await reading.next()).value).toMatchObject({
      kind: 'opened',
      access: { mode: 'read', because: 'open-elsewhere', owner: { purpose: 'Ovis Studio', pid: process.pid } },
    });
    await expect(two.client.documents.rename({ id, title: 'b' })).rejects.toMatchObject({
      data: { code: 'document-read-only' },
    });
    await one.client.documents.rename({ id, title: 'c' });
    expect((await reading.next()).value).toMatchObject({ kind: 'opened', history: { title: 'c' } });
  });
});
