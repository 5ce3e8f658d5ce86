import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import type { AppError } from '#base/app-error';
import { createDocument } from '#shared/document/document';
import { newLayerId, type DocumentId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { addLayer } from '#shared/document/layer-operations';
import type { Pixels } from '#shared/document/pixels';
import type { StudioClient } from '#shared/contract/studio/contract';
import { zBlobName } from '#shared/contract/job-request';
import { bundleScripts, type BundledScripts } from '#testing/bundle-scripts';
import { fillableDisk } from '#testing/fillable-disk';
import { openStudioSession } from '#testing/studio-session';
import { clientOf, type Link } from '../client/connection.ts';
import { createPatience, type Patience } from '../client/patience.ts';
import { DocumentSession } from './document-session.ts';

let scripts: BundledScripts;
beforeAll(async () => {
  scripts = await bundleScripts({ engine: 'src/testing/fake-engine.ts' });
});
afterAll(() => scripts[Symbol.asyncDispose]());

const newLayer = () => newLayerId((count) => crypto.getRandomValues(new Uint8Array(count)));

function add(session: DocumentSession, name: string, pixels: Pixels = { kind: 'empty' }) {
  const layer = createLayer('raster', newLayer(), name, { pixels });
  return session.commit({
    label: { what: 'place-picture', name },
    kind: 'layer',
    change: (document) => addLayer(document, layer, { parent: null, index: Infinity }),
  })!;
}

const names = ({ document }: DocumentSession) => document.order.map((id) => document.layers[id]!.name);

/** The host as a window has it. */
function windowOf(client: StudioClient): StudioClient {
  type Call = (input: unknown, options: object) => Promise<unknown>;
  const link: Link['client'] = {
    call: (path, input, options) => {
      const call = path.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], client);
      return (call as Call)(input, options);
    },
  };
  return clientOf(() => Promise.resolve({ client: link, isOpen: () => true }));
}

async function open(client: StudioClient, id: DocumentId, patience: Patience = createPatience({ firstMs: 60_000 })) {
  const faults: AppError[] = [];
  const session = await DocumentSession.open({
    id,
    client: windowOf(client),
    patience,
    onFault: (error) => faults.push(error),
  });
  onTestFinished(() => session.close());
  return { session, faults, patience };
}

async function newDocument(client: StudioClient) {
  const document = createDocument({ width: 64, height: 64 });
  return (await client.documents.create({ title: 'a', document })).id;
}

const hostNode = async (client: StudioClient, id: DocumentId) =>
  (await client.documents.list({ trashed: false })).find((each) => each.id === id)!.node.id;

describe('an open document', () => {
  it('is the same in two windows, also when both do something at the same time', async () => {
    const { client } = await openStudioSession({ scripts });
    const id = await newDocument(client);
    const [one, two] = [await open(client, id), await open(client, id)];
    add(one.session, 'one');
    add(two.session, 'two');
    add(two.session, 'two again');
    await Promise.all([one.session.saved(), two.session.saved()]);
    const current = ({ session }: typeof one) => session.store.getState().tree.current;
    const told = await hostNode(client, id);
    await expect.poll(() => [current(one), current(two)]).toEqual([told, told]);
    // The other's step is beside it, and nothing of it is lost.
    await expect.poll(() => names(one.session)).toEqual(names(two.session));
    expect([...one.session.store.getState().tree.nodes.values()].map(({ label }) => label)).toContainEqual({
      what: 'place-picture',
      name: 'one',
    });
    await one.session.undo();
    await expect.poll(() => current(two)).toBe(current(one));
    expect([...one.faults, ...two.faults]).toEqual([]);
  });

  it('has the paper that is asked for until something is done in it, and keeps it from then on', async () => {
    const { client } = await openStudioSession({ scripts });
    const id = await newDocument(client);
    const { session } = await open(client, id);
    const size = () => [session.document.width, session.document.height];
    const root = session.store.getState().tree.current!;
    session.setPaper({ width: 96, height: 64 });
    expect(size()).toEqual([96, 64]);
    session.setPaper(null);
    expect(size()).toEqual([64, 64]);
    session.setPaper({ width: 32, height: 48 });
    session.rename('b');
    expect(session.store.getState().tree.nodes.size).toBe(1);
    const node = add(session, 'one');
    session.setPaper({ width: 96, height: 64 });
    await session.saved();
    expect(await client.documents.document({ id, node })).toMatchObject({ width: 32, height: 48 });
    await session.go(root);
    expect(size()).toEqual([64, 64]);
    session.setPaper({ width: 96, height: 64 });
    expect(size()).toEqual([64, 64]);
  });

  it('is saved once there is room again, in order, and says so', async () => {
    const disk = fillableDisk();
    const { client } = await openStudioSession({ scripts, fs: disk.fs });
    const id = await newDocument(client);
    const { session, faults, patience } = await open(client, id);
    disk.isFull = true;
    add(session, 'one');
    const last = add(session, 'two');
    await expect.poll(() => patience.hindrance.getState()?.code).toBe('disk-full');
    expect(names(session)).toEqual(['one', 'two']);
    expect(session.store.getState().unsaved).toBe(2);
    disk.isFull = false;
    patience.tryNow();
    await session.saved();
    expect(await hostNode(client, id)).toBe(last);
    expect(session.store.getState().unsaved).toBe(0);
    expect(faults).toEqual([]);
  });

  it('can be left with what cannot be saved given up', async () => {
    const disk = fillableDisk();
    const { client } = await openStudioSession({ scripts, fs: disk.fs });
    const id = await newDocument(client);
    const { session, faults, patience } = await open(client, id);
    const saved = add(session, 'one');
    await session.saved();
    disk.isFull = true;
    add(session, 'two');
    await expect.poll(() => patience.hindrance.getState()?.code).toBe('disk-full');
    await session.giveUpUnsaved();
    expect(names(session)).toEqual(['one']);
    expect(patience.hindrance.getState()).toBeNull();
    expect(await hostNode(client, id)).toBe(saved);
    expect(faults.map(({ code }) => code)).toEqual(['cancelled']);
  });

  it('goes back to what is on the disk when a step can never be saved, and on from there', async () => {
    const { client } = await openStudioSession({ scripts });
    const id = await newDocument(client);
    const { session, faults } = await open(client, id);
    const missing = zBlobName.parse('0'.repeat(64));
    add(session, 'fine');
    add(session, 'lost', { kind: 'picture', blob: missing, width: 8, height: 8 });
    add(session, 'on top of it');
    await session.saved();
    expect(faults.map(({ code }) => code)).toEqual(['blob-missing']);
    expect(names(session)).toEqual(['fine']);
    const next = add(session, 'next');
    await session.saved();
    expect(names(session)).toEqual(['fine', 'next']);
    expect(await hostNode(client, id)).toBe(next);
  });
});
