import { expect, it } from 'vitest';

import { createDeferred } from '#base/deferred';
import type { JobId } from '#shared/contract/job-events';
import type { DocumentId } from '#shared/document/ids';
import type { JobRecord, JobState } from '#shared/library/job-record';
import { fakeJobHost } from '#testing/fake-job-host';
import { createCandidates, flipCandidate, offeredIn, unfinishedWith } from './candidates.ts';

const [here, there] = ['d-here', 'd-there'] as [DocumentId, DocumentId];
const id = (number: number): JobId => `00000000-0000-4000-8000-00000000000${number}` as JobId;

/** A job that was asked for with the job `run`, as the host has it. */
const job = (
  number: number,
  run: number,
  { document = here, state = 'finished' }: { document?: DocumentId; state?: JobState } = {},
): JobRecord => {
  const offer = { run: id(run), rerunOf: null, isOpen: true };
  const [request, results] = [{ kind: 'generate' }, ['a'.repeat(64)]];
  const target = { document };
  return { id: id(number), state, request, results, target, offer, queuedAt: number, rank: 0 } as unknown as JobRecord;
};
function offered(studio: ReturnType<typeof windowOf>, document: DocumentId) {
  const { offered: all, chosen } = offeredIn(studio.candidates.store.getState(), document, studio.host.jobs.getState());
  return { all: all.map((each) => each.id), chosen: chosen?.id ?? null };
}
const windowOf = (host: ReturnType<typeof fakeJobHost>) => ({ ...host, candidates: createCandidates(host) });

it('the results of every run of every document wait until they are kept or put away', async () => {
  const studio = windowOf(fakeJobHost([job(4, 4), job(1, 1), job(2, 1), job(3, 3, { document: there }), job(5, 1)]));
  studio.candidates.show(here, id(5));
  expect(offered(studio, here)).toEqual({ all: [id(1), id(2), id(5), id(4)], chosen: id(5) });
  expect(offered(studio, there)).toEqual({ all: [id(3)], chosen: id(3) });
  studio.candidates.putAway(id(5));
  expect(offered(studio, here)).toEqual({ all: [id(4)], chosen: id(4) });
  expect(offered(studio, there).all).toEqual([id(3)]);
});

it('every window offers the same, whichever was opened when, and what was put away can be offered again', async () => {
  const host = fakeJobHost([job(1, 1), { ...job(2, 2), offer: null }]);
  const [one, other] = [windowOf(host), windowOf(host)];
  one.candidates.putAway(id(1));
  host.tell(job(3, 3));
  await expect
    .poll(() => [one, other, windowOf(host)].map((each) => offered(each, here).all))
    .toEqual([[id(3)], [id(3)], [id(3)]]);
  // Even one of which nothing was known but that it is there.
  other.candidates.setOffered([id(1), id(2)], true);
  await expect.poll(() => offered(one, here).all).toEqual([id(1), id(2), id(3)]);
});

it('a job brings back all results of its run, and shows its own; what was stopped stays away', () => {
  const stopped = job(3, 1, { state: 'cancelled' });
  const studio = windowOf(fakeJobHost([job(1, 1), job(2, 1), stopped, job(4, 4), { ...job(5, 5), offer: null }]));
  for (const run of [1, 4]) studio.candidates.putAway(id(run));
  studio.candidates.bringBack(job(2, 1));
  expect(offered(studio, here)).toEqual({ all: [id(1), id(2)], chosen: id(2) });
  expect(studio.candidates.store.getState().runs.map(({ jobs }) => jobs)).toEqual([[id(1), id(2)]]);
  studio.candidates.bringBack({ ...job(5, 5), offer: null });
  expect(offered(studio, here)).toEqual({ all: [id(1), id(2), id(5)], chosen: id(5) });
});

it('what is put away is gone at once, and comes back where the host could not be told', async () => {
  const answer = createDeferred<void>();
  const faults: unknown[] = [];
  const host = fakeJobHost([job(1, 1)], { answer: () => answer.promise });
  const studio = windowOf({ ...host, onFault: (error) => void faults.push(error) });
  studio.candidates.putAway(id(1));
  expect(offered(studio, here).all).toEqual([]);
  answer.reject(new Error('offline'));
  await expect.poll(() => offered(studio, here).all).toEqual([id(1)]);
  expect(faults).toHaveLength(1);
});

it('a run is stopped as a whole, but for what of it has ended', () => {
  const states = ['finished', 'running', 'queued'] as const;
  const { candidates, host } = windowOf(
    fakeJobHost([...states.map((state, at) => job(at + 1, 1, { state })), job(4, 4, { state: 'running' })]),
  );
  expect(unfinishedWith(candidates.store.getState(), host.jobs.getState(), id(2))).toEqual([id(2), id(3)]);
  expect(unfinishedWith(candidates.store.getState(), host.jobs.getState(), id(4))).toEqual([id(4)]);
});

it('flips round and round, past what was stopped', () => {
  const studio = windowOf(fakeJobHost([job(1, 1), job(2, 1, { state: 'cancelled' }), job(3, 1)]));
  const seen = [1, 1, -1].map((by) => {
    flipCandidate(studio, here, by as 1 | -1);
    return offered(studio, here).chosen;
  });
  expect(seen).toEqual([id(3), id(1), id(3)]);
});
