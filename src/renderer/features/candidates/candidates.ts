import { zJobId, type JobId } from '#shared/contract/job-events';
import type { JobsState } from '#shared/contract/studio/job-activity';
import { zDocumentId, zNodeId, type DocumentId } from '#shared/document/ids';
import { isFinal, type JobRecord } from '#shared/library/job-record';
import { z } from 'zod';
import { createJSONStorage, persist, type StateStorage } from 'zustand/middleware';
import { createStore, type StoreApi } from 'zustand/vanilla';

const zRun = z
  .strictObject({
    document: zDocumentId,
    jobs: z.array(zJobId).readonly(),
    /** The step that they are another version of. */
    rerunOf: zNodeId.nullable(),
  })
  .readonly();

/** Results of one run that wait to be chosen from; those of "more like this" join them. */
export type CandidateRun = z.infer<typeof zRun>;

export interface CandidatesState {
  /** Neither kept nor put away, oldest first; of documents that are not open too. */
  readonly runs: readonly CandidateRun[];
  /** The job that is shown in place, for each document. */
  readonly shown: ReadonlyMap<DocumentId, JobId>;
}

export interface Candidates {
  readonly store: StoreApi<CandidatesState>;
  offer(run: CandidateRun): void;
  /** More of the run that a job belongs to. */
  add(to: JobId, jobs: readonly JobId[]): void;
  show(document: DocumentId, job: JobId): void;
  /** Takes the run away that a job belongs to. */
  putAway(job: JobId): void;
  /** Takes one away, and leaves the others of its run. */
  takeOut(job: JobId): void;
  /** Another window has changed what is stored. */
  reread(): Promise<void>;
}

/** Nobody wants to choose from more; what is older is still among the jobs. */
const keptRuns = 50;

/** @param storage - survives the window, so that results are offered until somebody has said what shall become of them */
export function createCandidates(storage: StateStorage): Candidates {
  const store = createStore<CandidatesState>()(
    persist((): CandidatesState => ({ runs: [], shown: new Map() }), {
      name: 'candidates',
      storage: createJSONStorage(() => storage),
      partialize: ({ runs }) => ({ runs }),
      merge: (stored, current) => ({ ...current, runs: zStored.parse(stored).runs }),
    }),
  );
  const show = (document: DocumentId, job: JobId | undefined): void => {
    if (job) store.setState(({ shown }) => ({ shown: new Map(shown).set(document, job) }));
  };
  return {
    store,
    show,
    offer: (run) => {
      store.setState(({ runs }) => ({ runs: [...runs, run].slice(-keptRuns) }));
      show(run.document, run.jobs[0]);
    },
    add: (to, jobs) => {
      const run = runOf(store.getState(), to);
      if (!run) return;
      const longer = { ...run, jobs: [...run.jobs, ...jobs] };
      store.setState(({ runs }) => ({ runs: runs.map((each) => (each === run ? longer : each)) }));
      show(run.document, jobs[0]);
    },
    putAway: (job) => store.setState(({ runs }) => ({ runs: runs.filter(({ jobs }) => !jobs.includes(job)) })),
    takeOut: (job) =>
      store.setState(({ runs }) => ({
        runs: runs.flatMap((run) => {
          const jobs = run.jobs.filter((each) => each !== job);
          return jobs.length > 0 ? [{ ...run, jobs }] : [];
        }),
      })),
    reread: async () => store.persist.rehydrate(),
  };
}

const zStored = z.object({ runs: z.array(zRun) }).catch({ runs: [] });

export const runOf = ({ runs }: CandidatesState, job: JobId): CandidateRun | null =>
  runs.find(({ jobs }) => jobs.includes(job)) ?? null;

/** A job and those it was asked for together with, as far as they wait or run. */
export function unfinishedWith(state: CandidatesState, { jobs }: JobsState, job: JobId): JobId[] {
  const together = runOf(state, job)?.jobs ?? [job];
  return together.filter((each) => {
    const known = jobs.get(each);
    return known !== undefined && !isFinal(known.state);
  });
}

/** What comes of a job that is run again joins what it was made with, or is offered by itself. */
export function offerAgain(candidates: Candidates, { id, target, request }: JobRecord, again: JobId): void {
  if (request.kind === 'describe' || !target) return;
  if (runOf(candidates.store.getState(), id)) candidates.add(id, [again]);
  else candidates.offer({ document: target.document, jobs: [again], rerunOf: null });
}

/** What is offered for a document, as far as it is known, and which of it is shown in place. */
export function offeredIn(
  { runs, shown }: CandidatesState,
  document: DocumentId,
  known: JobsState,
): { readonly offered: readonly JobRecord[]; readonly chosen: JobRecord | null } {
  const offered = runs
    .filter((run) => run.document === document)
    .flatMap(({ jobs }) => jobs.flatMap((job) => known.jobs.get(job) ?? []))
    .filter(({ state }) => state !== 'cancelled');
  const chosen = offered.find(({ id }) => id === shown.get(document)) ?? offered[0] ?? null;
  return { offered, chosen };
}

/** Shows the next or the one before, round and round. */
export function flipCandidate(
  { candidates, host }: { readonly candidates: Candidates; readonly host: { readonly jobs: StoreApi<JobsState> } },
  document: DocumentId,
  by: 1 | -1,
): void {
  const { offered, chosen } = offeredIn(candidates.store.getState(), document, host.jobs.getState());
  if (!chosen) return;
  const next = (offered.indexOf(chosen) + by + offered.length) % offered.length;
  candidates.show(document, offered[next]!.id);
}
