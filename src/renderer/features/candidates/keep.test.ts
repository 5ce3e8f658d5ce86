import { expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';

import { createDocument, type Document } from '#shared/document/document';
import type { DocumentId } from '#shared/document/ids';
import type { JobRecord } from '#shared/library/job-record';
import type { Studio } from '../../app/studio.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { createNotices } from '../../stores/notices.ts';
import { createViewStore } from '../../stores/view.ts';
import { createCandidates } from './candidates.ts';
import { keepCandidate } from './keep.ts';

const id = 'd' as DocumentId;
const request = { kind: 'generate', prompt: 'a lamp', seed: 1, width: 8, height: 8 };
const job = {
  id: 'j',
  state: 'finished',
  results: ['a'.repeat(64)],
  composition: null,
  request,
} as unknown as JobRecord;

/** Keeps a result, and gives back what the word about it lets one do. */
async function keep() {
  let undone = 0;
  const store = createStore(() => ({ tree: { current: 'before' }, document: createDocument({ width: 8, height: 8 }) }));
  const commit = ({ change }: { change: (document: Document) => Document }): string => {
    store.setState(({ document }) => ({ tree: { current: 'kept' }, document: change(document) }));
    return 'kept';
  };
  const session = { id, store, commit, undo: async () => void undone++ } as unknown as DocumentSession;
  const candidates = createCandidates({ getItem: () => null, setItem: () => {}, removeItem: () => {} });
  candidates.offer({ document: id, jobs: [job.id], rerunOf: null });
  const notices = createNotices();
  const studio = {
    candidates,
    notices,
    view: createViewStore(),
    blobs: { picture: async () => ({ width: 8, height: 8, close: () => {} }) },
    words: (key: string) => key,
  } as unknown as Studio;
  await keepCandidate(studio, session, job);
  expect(candidates.store.getState().runs).toEqual([]);
  const [toast] = notices.store.getState().toasts;
  const said = () => notices.store.getState().toasts.map(({ text }) => text);
  return { store, undo: () => toast!.action!.run(), undone: () => undone, said };
}

it('takes back what was kept', async () => {
  const { undo, undone, said } = await keep();
  undo();
  expect(undone()).toBe(1);
  expect(said()).toEqual(['candidates:kept']);
});

it('leaves alone what was done after a result was kept, and says so', async () => {
  const { store, undo, undone, said } = await keep();
  store.setState({ tree: { current: 'later' } });
  undo();
  expect(undone()).toBe(0);
  expect(said()).toEqual(['candidates:kept', 'candidates:undo-late']);
});
