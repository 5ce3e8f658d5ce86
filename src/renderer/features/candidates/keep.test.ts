import { expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';

import { createDocument, type Document } from '#shared/document/document';
import type { DocumentId } from '#shared/document/ids';
import type { JobRecord } from '#shared/library/job-record';
import { fakeJobHost } from '#testing/fake-job-host';
import type { Studio } from '../../app/studio.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { createNotices } from '../../stores/notices.ts';
import { createViewStore } from '../../stores/view.ts';
import { createCandidates } from './candidates.ts';
import { keepCandidate, putAwayCandidate, stopRest } from './keep.ts';

const id = 'd' as DocumentId;
const request = { kind: 'generate', prompt: 'a lamp', seed: 1, width: 8, height: 8 };
const job = {
  id: 'j',
  state: 'finished',
  results: ['a'.repeat(64)],
  target: { document: id, node: 'before' },
  offer: { run: 'j', rerunOf: null, isOpen: true },
  queuedAt: 1,
  rank: 1,
  composition: null,
  request,
} as unknown as JobRecord;

/** Keeps a result, and gives back what the word about it lets one do. */
async function keep(
  kept: JobRecord = job,
  made = createDocument({ width: 8, height: 8 }),
  others: readonly JobRecord[] = [],
  { words = 'a lamp', title = '' } = {},
) {
  const jobs = [kept, ...others];
  const stopped: string[] = [];
  let undone = 0;
  const store = createStore(() => ({
    tree: { current: 'before', title },
    prompt: { prompt: words },
    document: createDocument({ width: 8, height: 8 }),
  }));
  const commit = ({ change }: { change: (document: Document) => Document }): string => {
    store.setState(({ document, tree }) => ({ tree: { ...tree, current: 'kept' }, document: change(document) }));
    return 'kept';
  };
  const session = {
    id,
    store,
    commit,
    undo: async () => void undone++,
    documentAt: async () => made,
    go: async (node: string) => store.setState({ tree: { current: node, title }, document: made }),
    setPrompt: (prompt: { prompt: string }) => store.setState({ prompt }),
    rename: (name: string) => store.setState(({ tree }) => ({ tree: { ...tree, title: name } })),
  } as unknown as DocumentSession;
  const jobHost = fakeJobHost(jobs);
  const candidates = createCandidates(jobHost);
  const notices = createNotices();
  const studio = {
    candidates,
    host: jobHost.host,
    client: {
      jobs: {
        ...jobHost.client.jobs,
        cancel: async ({ ids }: { ids: readonly string[] }) => void stopped.push(...ids),
      },
    },
    notices,
    workspace: { session },
    view: createViewStore(),
    blobs: { picture: async () => ({ width: 8, height: 8, close: () => {} }) },
    words: (key: string) => key,
  } as unknown as Studio;
  await keepCandidate(studio, session, kept);
  const [toast] = notices.store.getState().toasts;
  const said = () => notices.store.getState().toasts.map(({ text }) => text);
  const offered = () => candidates.store.getState().runs.flatMap((run) => run.jobs);
  return { studio, store, offered, stopped, undo: () => toast!.action!.run(), undone: () => undone, said };
}

it('takes back what was kept', async () => {
  const { undo, undone, said, offered } = await keep();
  expect(offered()).toEqual([]);
  undo();
  expect(undone()).toBe(1);
  expect(said()).toEqual(['candidates:kept']);
});

it('leaves alone what was done after a result was kept, and says so', async () => {
  const { store, undo, undone, said } = await keep();
  store.setState({ tree: { current: 'later', title: '' } });
  undo();
  expect(undone()).toBe(0);
  expect(said()).toEqual(['candidates:kept', 'candidates:undo-late']);
});

it('is done with the words of what was kept, not with others; a document without a name gets it from them', async () => {
  const kept = (await keep()).store.getState();
  expect([kept.prompt.prompt, kept.tree.title]).toEqual(['', 'a lamp']);
  const other = (await keep(job, undefined, [], { words: 'now a cat', title: 'poster' })).store.getState();
  expect([other.prompt.prompt, other.tree.title]).toEqual(['now a cat', 'poster']);
  const running = { ...job, id: 'other', state: 'running' } as unknown as JobRecord;
  expect((await keep(job, undefined, [running])).store.getState().prompt.prompt).toBe('a lamp');
});

it('names what is kept as no other layer is named', async () => {
  const { studio, store } = await keep();
  await keepCandidate(studio, studio.workspace.session!, job);
  const names = () => Object.values(store.getState().document.layers).map(({ name }) => name);
  expect(names()).toEqual(['a lamp', 'a lamp 2']);
});

it('goes back to the step a result was made for, where the canvas has no place for it any more', async () => {
  const patch = { blob: 'b'.repeat(64), x: 10, y: 4, width: 8, height: 8 };
  const fill = {
    ...job,
    request: { ...request, kind: 'inpaint' },
    composition: { patch, changedFraction: 0.1 },
    target: { document: id, node: 'made-for' },
  } as unknown as JobRecord;
  const { store, said } = await keep(fill, createDocument({ width: 64, height: 48 }));
  expect(said()).toEqual(['candidates:kept-back']);
  const { document } = store.getState();
  expect([document.width, document.height]).toEqual([64, 48]);
  expect(Object.values(document.layers)[0]!.transform).toMatchObject({ e: 10, f: 4 });
});

it('leaves the others of a run in sight while they are still being made, and stops them when they are put away', async () => {
  const others = (['finished', 'running', 'queued'] as const).map((state) => ({ ...job, id: state, state }));
  const { studio, offered, stopped, said } = await keep(job, undefined, others as unknown as JobRecord[]);
  expect(said()).toEqual(['candidates:kept-one']);
  expect(offered()).toEqual(['finished', 'running', 'queued']);
  putAwayCandidate(studio, others[0] as unknown as JobRecord);
  expect(offered()).toEqual([]);
  expect(stopped).toEqual(['running', 'queued']);
  // One of them was there already.
  studio.notices.store.getState().toasts.at(-1)!.action!.run();
  expect(offered()).toEqual(['finished', 'running', 'queued']);
});

it('says no longer that results are put away once they are back, and leaves alone what else is said', async () => {
  const { studio, said } = await keep();
  const other = { ...job, id: 'other' } as unknown as JobRecord;
  for (const each of [job, other]) studio.candidates.setOffered([each.id], true);
  putAwayCandidate(studio, job);
  expect(said()).toEqual(['candidates:kept', 'candidates:put-away']);
  studio.candidates.bringBack(job);
  await expect.poll(said).toEqual(['candidates:kept']);
});

it('stops what of a run is still being made, says so, and leaves what is there', async () => {
  const others = (['finished', 'running', 'queued'] as const).map((state) => ({ ...job, id: state, state }));
  const { studio, offered, stopped, said } = await keep(job, undefined, others as unknown as JobRecord[]);
  stopRest(studio, others[1] as unknown as JobRecord);
  await expect.poll(said).toEqual(['candidates:kept-one', 'candidates:stopped']);
  expect(stopped).toEqual(['running', 'queued']);
  expect(offered()).toContain('finished');
});

it('puts the whole run away with the one that is kept, once all of it is there', async () => {
  const { offered } = await keep(job, undefined, [{ ...job, id: 'other' } as unknown as JobRecord]);
  expect(offered()).toEqual([]);
});
