import * as nodeFs from 'node:fs/promises';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AppError } from '#base/app-error';
import { setParameters, setPrompt } from '#shared/document/document-operations';
import { createDocument } from '#shared/document/document';
import type { Commit, HistoryNode } from '#shared/document/history-node';
import { undoTarget } from '#shared/document/history-tree';
import { zDocumentId, zNodeId } from '#shared/document/ids';
import { defaultPromptState } from '#shared/document/prompt-state';
import { buildNode } from '#testing/library-builders';
import { temporaryFolder } from '#testing/temporary-folder';
import { Journal } from '../journal/journal.ts';
import { DocumentStore } from './document-store.ts';
import { OpenDocument } from './open-document.ts';

const empty = createDocument({ width: 64, height: 48 });
const nodeId = (text: string) => zNodeId.parse(text);

/** A step that sets the number of steps, so that documents can be told apart. */
function step(id: string, parent: string | null, steps: number): Commit {
  return {
    node: buildNode(id, parent, { kind: 'prompt' }),
    document: setParameters(empty, { steps }),
  };
}

async function store(root?: string, options: Partial<Parameters<typeof DocumentStore.open>[2]> = {}) {
  const folder = root ?? (await temporaryFolder());
  const opened = await DocumentStore.open(join(folder, 'documents'), join(folder, 'trash'), {
    purpose: 'a test',
    ...options,
  });
  return { folder, store: opened };
}

describe('a document on the disk', () => {
  it('comes back with every step, branch, name and half sentence', async () => {
    const first = await store();
    const id = await first.store.create(empty, { title: 'Poster 🐢' });
    const document = await first.store.open(id);
    const root = document.tree.root!;
    await document.commit(step('a', root, 2));
    await document.commit(step('b', 'a', 3));
    await document.go(nodeId('a'));
    await document.commit(step('c', 'a', 4));
    await document.change(nodeId('b'), { name: 'the blue one', pinned: true });
    await document.saveDraft({ ...defaultPromptState, prompt: '一只橙色的' });
    const { tree } = document;
    await first.store.closeAll();

    const second = await store(first.folder);
    const again = await second.store.open(id);
    expect(again.tree).toEqual(tree);
    expect(again.problems).toEqual([]);
    expect((await again.document(nodeId('b'))).prompt.parameters.steps).toBe(3);
    expect((await again.current()).prompt.parameters.steps).toBe(4);
    expect(await again.document(root)).toEqual(empty);
    expect(undoTarget(again.tree)).toBe('a');
    await second.store.closeAll();
  });

  it('is the same opened from a snapshot, from a snapshot and a tail, and from the journal alone', async () => {
    const { store: documents, folder } = await store();
    const id = await documents.create(empty, { title: 'x' });
    const place = join(folder, 'documents', id);
    const options = { purpose: 'a test', snapshotEvery: 3 };
    let document = await OpenDocument.open(id, place, options);
    let parent: string = document.tree.root!;
    for (let index = 0; index < 10; index += 1) {
      await document.commit(step(`n${index}`, parent, index + 1));
      parent = `n${index}`;
    }
    const { tree } = document;
    expect(await readdir(place)).toContain('snapshot');
    const open = async () => {
      await document.close();
      document = await OpenDocument.open(id, place, { purpose: 'a test' });
      expect(document.tree).toEqual(tree);
      expect((await document.document(nodeId('n4'))).prompt.parameters.steps).toBe(5);
    };
    await open();
    const snapshot = join(place, 'snapshot');
    const bytes = await readFile(snapshot);
    for (const damage of [bytes.subarray(0, bytes.length - 1), bytes.toReversed(), Buffer.alloc(0)]) {
      await writeFile(snapshot, damage);
      await open();
    }
    await nodeFs.rm(snapshot);
    await open();
    await document.close();
  });

  it('takes the journal at its word when the snapshot is of another one', async () => {
    const { store: documents, folder } = await store();
    const id = await documents.create(empty, { title: 'x' });
    const place = join(folder, 'documents', id);
    const before = await OpenDocument.open(id, place, { purpose: 'a test', snapshotEvery: 1 });
    await before.commit(step('a', before.tree.root, 2));
    await before.close();
    const { journal, records } = await Journal.open(join(place, 'journal'));
    await journal.rewrite(records.slice(0, 2).map(({ payload }) => payload));
    await journal.close();
    const after = await OpenDocument.open(id, place, { purpose: 'a test' });
    expect(after.tree.nodes.size).toBe(1);
    await after.close();
  });

  it.each<[string, [what: string, written: string], Partial<HistoryNode>]>([
    ['whose recipe is not understood any more', ['"recipe":null', '"recipe":{"kind":"forgotten"}'], { recipe: null }],
    ['of a newer kind', ['"new-document"', '"folded-space"'], { label: { what: 'unknown' } }],
    ['with a label of any other shape', ['"new-document"', '{"toString":0}'], { label: { what: 'unknown' } }],
    [
      'that was told in English, as older studios did',
      ['2,"event":{"type":"commit","node":{', '1,"event":{"type":"commit","node":{'],
      { label: { what: 'written', text: 'Brush' } },
    ],
  ])('keeps a step %s', async (_, [what, written], expected) => {
    const { store: documents, folder } = await store();
    const id = await documents.create(empty, { title: 'x' });
    const path = join(folder, 'documents', id, 'journal');
    const { journal, records } = await Journal.open(path);
    const { payload } = records[1]!;
    const end = 4 + payload.readUInt32LE(0);
    let head = payload.toString('utf8', 4, end).replace(what, written);
    if (head.startsWith('{"version":1')) head = head.replace('{"what":"new-document"}', '"Brush"');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(Buffer.byteLength(head));
    await journal.rewrite([records[0]!.payload, Buffer.concat([length, Buffer.from(head), payload.subarray(end)])]);
    await journal.close();
    const document = await documents.open(id);
    expect(document.problems).toEqual([]);
    expect(document.tree.nodes.get(document.tree.root!)).toMatchObject(expected);
    expect(await document.current()).toEqual(empty);
    await documents.closeAll();
  });

  it('loses at most one step to a damaged byte, and says so', async () => {
    const { store: documents, folder } = await store();
    const id = await documents.create(empty, { title: 'x' });
    const document = await documents.open(id);
    const steps = ['a', 'b', 'c', 'd', 'e'];
    let parent: string = document.tree.root!;
    for (const [index, name] of steps.entries()) {
      await document.commit(step(name, parent, index + 1));
      parent = name;
    }
    const root = document.tree.root!;
    await documents.closeAll();
    const path = join(folder, 'documents', id, 'journal');
    const whole = await readFile(path);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: whole.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const bytes = Buffer.from(whole);
          bytes[at]! ^= flip;
          const place = join(folder, `damaged-${(run += 1)}`);
          await mkdir(place);
          await writeFile(join(place, 'journal'), bytes);
          const damaged = await OpenDocument.open(id, place, { purpose: 'a test' });
          const found = [...damaged.tree.nodes.keys()];
          const lost = [root, ...steps].filter((name) => !found.includes(nodeId(name)));
          expect(lost.length).toBeLessThanOrEqual(1);
          expect(lost.length === 0 || damaged.problems.length > 0).toBe(true);
          for (const node of found) await damaged.document(node);
          await damaged.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is read-only for whoever comes second, with the reason, and follows what the first one does', async () => {
    const one = await store(undefined, { purpose: 'Ovis Studio' });
    const two = await store(one.folder, { purpose: 'the command line' });
    const id = await one.store.create(empty, { title: 'x' });
    const writer = await one.store.open(id);
    const reader = await two.store.open(id);
    expect(reader.access).toMatchObject({ mode: 'read', because: 'open-elsewhere', owner: { pid: process.pid } });
    await expect(reader.commit(step('a', reader.tree.root, 2))).rejects.toMatchObject({
      code: 'document-read-only',
      message: expect.stringContaining('Ovis Studio'),
    });
    await writer.commit(step('b', writer.tree.root, 3));
    await reader.refresh();
    expect(reader.tree).toEqual(writer.tree);
    expect((await reader.current()).prompt.parameters.steps).toBe(3);
    await expect(two.store.remove(id)).rejects.toMatchObject({ code: 'document-busy' });
    await one.store.closeAll();
    await two.store.closeAll();
    const next = await two.store.open(id);
    expect(next.access).toEqual({ mode: 'write' });
    await two.store.closeAll();
  });

  it('can be looked at in a folder that cannot be written to', async () => {
    const { store: documents, folder } = await store();
    const id = await documents.create(empty, { title: 'x' });
    const view = await OpenDocument.open(id, join(folder, 'documents', id), { purpose: 'a test', readOnly: true });
    expect(await view.current()).toEqual(empty);
    await expect(view.rename('y')).rejects.toMatchObject({ code: 'document-read-only' });
    await view.close();
  });

  it('keeps its tree as it was when a step cannot be saved or is refused', async () => {
    let refuse = false;
    const check = () => (refuse ? Promise.reject(new AppError('blob-missing', 'gone')) : Promise.resolve());
    const { store: documents } = await store(undefined, { check });
    const document = await documents.open(await documents.create(empty, { title: 'x' }));
    const { tree } = document;
    refuse = true;
    await expect(document.commit(step('a', tree.root, 2))).rejects.toMatchObject({ code: 'blob-missing' });
    refuse = false;
    await expect(document.commit(step('a', 'nowhere', 2))).rejects.toMatchObject({ code: 'history-broken' });
    expect(document.tree).toBe(tree);
    await document.commit(step('a', tree.root, 2));
    await documents.closeAll();
  });

  it('tells its listeners once a change is on the disk, in order', async () => {
    const { store: documents } = await store();
    const document = await documents.open(await documents.create(empty, { title: 'x' }));
    const heard: string[] = [];
    const stop = document.subscribe((tree, event) => heard.push(`${event.type} ${tree.nodes.size}`));
    await Promise.all([
      document.commit(step('a', document.tree.root, 2)),
      document.rename('y'),
      document.go(nodeId('a')),
    ]);
    stop();
    await document.rename('z');
    expect(heard).toEqual(['commit 2', 'title 2', 'go 2']);
    await documents.closeAll();
  });

  it('drops nothing but superseded drafts when it tidies its journal on closing', async () => {
    const { store: documents, folder } = await store();
    const id = await documents.create(empty, { title: 'x' });
    const document = await documents.open(id);
    await document.commit(step('a', document.tree.root, 2));
    for (let length = 1; length <= 40; length += 1) {
      await document.saveDraft(setPrompt(empty, { ...defaultPromptState, prompt: 'x'.repeat(length) }).prompt);
    }
    const { tree } = document;
    const path = join(folder, 'documents', id, 'journal');
    const before = (await stat(path)).size;
    await documents.closeAll();
    expect((await stat(path)).size).toBeLessThan(before / 5);
    const again = await documents.open(id);
    expect(again.tree).toEqual(tree);
    expect((await again.current()).prompt.parameters.steps).toBe(2);
    await documents.closeAll();
  });
});

describe('the documents of a library', () => {
  it('are listed, moved to the trash and brought back', async () => {
    const { store: documents, folder } = await store();
    const one = await documents.create(empty, { title: 'one' });
    const two = await documents.create(empty, { title: 'two' });
    expect(await documents.summary(two)).toMatchObject({
      title: 'two',
      stepCount: 1,
      node: { label: { what: 'new-document' } },
    });

    await documents.remove(one);
    expect(await documents.ids()).toEqual([two]);
    expect(await documents.ids({ trashed: true })).toEqual([one]);
    await expect(documents.open(one)).rejects.toMatchObject({ code: 'document-missing' });
    await documents.restore(one);
    expect((await documents.ids()).sort()).toEqual([one, two].sort());
    await documents.remove(one);
    await documents.purge(one);
    expect(await readdir(join(folder, 'trash'))).toEqual([]);
  });

  it('are shared between those who open them here, and closed with the last', async () => {
    const { store: documents } = await store();
    const id = await documents.create(empty, { title: 'x' });
    const document = await documents.open(id);
    expect(await documents.open(id)).toBe(document);
    await documents.close(id);
    await document.rename('still open');
    await expect(documents.remove(id)).rejects.toMatchObject({ code: 'document-busy' });
    await documents.close(id);
    await expect(document.rename('closed')).rejects.toMatchObject({ code: 'document-read-only' });
  });

  it('do not include links out of the library or strangers’ folders', async () => {
    const { store: documents, folder } = await store();
    await symlink(await temporaryFolder(), join(folder, 'documents', 'abc'));
    await mkdir(join(folder, 'documents', 'Not Ours'));
    expect(await documents.ids()).toEqual([]);
    await mkdir(join(folder, 'documents', 'empty'));
    await expect(documents.open(zDocumentId.parse('empty'))).rejects.toMatchObject({ code: 'document-missing' });
  });
});
