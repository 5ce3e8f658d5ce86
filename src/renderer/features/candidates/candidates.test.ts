import { expect, it } from 'vitest';

import type { JobId } from '#shared/contract/job-events';
import type { JobsState } from '#shared/contract/studio/job-activity';
import type { DocumentId } from '#shared/document/ids';
import type { JobRecord } from '#shared/library/job-record';
import { createStore } from 'zustand/vanilla';
import {
  createCandidates,
  flipCandidate,
  offerAgain,
  offeredIn,
  unfinishedWith,
  type Candidates,
} from './candidates.ts';

const [here, there] = ['d-here', 'd-there'] as [DocumentId, DocumentId];

function memory(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  } as unknown as Storage;
}
const id = (number: number): JobId => `00000000-0000-4000-8000-00000000000${number}` as JobId;
const known: JobsState = {
  jobs: new Map(Array.from({ length: 9 }, (_, at) => [id(at), { id: id(at), state: 'finished' } as JobRecord])),
  activity: new Map(),
};
function offered({ store }: Candidates, document: DocumentId, jobs = known) {
  const { offered: all, chosen } = offeredIn(store.getState(), document, jobs);
  return { all: all.map((job) => job.id), chosen: chosen?.id ?? null };
}
const run = (document: DocumentId, ...jobs: JobId[]) => ({ document, jobs, rerunOf: null });

it('the results of every run of every document wait until they are kept or put away', () => {
  const candidates = createCandidates(memory());
  candidates.offer(run(here, id(1), id(2)));
  candidates.offer(run(there, id(3)));
  candidates.offer(run(here, id(4)));
  candidates.add(id(1), [id(5)]);
  expect(offered(candidates, here)).toEqual({ all: [id(1), id(2), id(5), id(4)], chosen: id(5) });
  expect(offered(candidates, there)).toEqual({ all: [id(3)], chosen: id(3) });
  candidates.putAway(id(5));
  expect(offered(candidates, here)).toEqual({ all: [id(4)], chosen: id(4) });
  expect(offered(candidates, there).all).toEqual([id(3)]);
});

it('what is run again joins the results it was made with, or is offered anew; an answer is not', () => {
  const candidates = createCandidates(memory());
  const job = { id: id(1), request: { kind: 'edit' }, target: { document: here } } as JobRecord;
  candidates.offer(run(here, id(1)));
  offerAgain(candidates, job, id(2));
  expect(offered(candidates, here)).toEqual({ all: [id(1), id(2)], chosen: id(2) });
  candidates.putAway(id(1));
  offerAgain(candidates, job, id(3));
  expect(offered(candidates, here)).toEqual({ all: [id(3)], chosen: id(3) });
  offerAgain(candidates, { ...job, request: { kind: 'describe' } } as JobRecord, id(4));
  expect(offered(candidates, here).all).toEqual([id(3)]);
});

it('a run is stopped as a whole, but for what of it has ended', () => {
  const candidates = createCandidates(memory());
  candidates.offer(run(here, id(1), id(2), id(3)));
  const states = [id(1), id(2), id(3), id(4)].map((each, at) => {
    return [
      each,
      { id: each, state: (['finished', 'running', 'queued', 'running'] as const)[at] } as JobRecord,
    ] as const;
  });
  const jobs = { ...known, jobs: new Map(states) };
  expect(unfinishedWith(candidates.store.getState(), jobs, id(2))).toEqual([id(2), id(3)]);
  expect(unfinishedWith(candidates.store.getState(), jobs, id(4))).toEqual([id(4)]);
});

it('flips round and round, past what was stopped', () => {
  const candidates = createCandidates(memory());
  candidates.offer(run(here, id(1), id(2), id(3)));
  const stopped = { id: id(2), state: 'cancelled' } as JobRecord;
  const host = { jobs: createStore(() => ({ ...known, jobs: new Map(known.jobs).set(id(2), stopped) })) };
  const seen = [1, 1, -1].map((by) => {
    flipCandidate({ candidates, host }, here, by as 1 | -1);
    return offered(candidates, here, host.jobs.getState()).chosen;
  });
  expect(seen).toEqual([id(3), id(1), id(3)]);
});

it('offers again after a reload what was neither kept nor put away, and heeds other windows', async () => {
  const storage = memory();
  const [one, other] = [createCandidates(storage), createCandidates(storage)];
  one.offer(run(here, id(1)));
  one.offer(run(here, id(2)));
  one.putAway(id(1));
  expect(offered(createCandidates(storage), here).all).toEqual([id(2)]);
  await other.reread();
  expect(offered(other, here).all).toEqual([id(2)]);
});

it('begins anew where what is stored cannot be read', () => {
  for (const stored of ['{', '{"state":{"runs":[{"document":1}]},"version":0}']) {
    const storage = memory();
    storage.setItem('candidates', stored);
    const candidates = createCandidates(storage);
    candidates.offer(run(here, id(1)));
    expect(offered(candidates, here).all).toEqual([id(1)]);
  }
});
