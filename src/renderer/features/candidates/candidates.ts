import type { JobId } from '#shared/contract/job-events';
import type { JobsState } from '#shared/contract/studio/job-activity';
import type { DocumentId, NodeId } from '#shared/document/ids';
import { isFinal, type JobRecord } from '#shared/library/job-record';
import { createStore, type StoreApi } from 'zustand/vanilla';

/** Results of one run that wait to be chosen from; those of "more like this" join them. */
export interface CandidateRun {
  readonly document: DocumentId;
  readonly jobs: readonly JobId[];
  /** The step that they are another version of. */
  readonly rerunOf: NodeId | null;
}

export interface CandidatesState {
  /** Neither kept nor put away, oldest first; of documents that are not open too. */
  readonly runs: readonly CandidateRun[];
  /** The job that is shown in place, for each document. */
  readonly shown: ReadonlyMap<DocumentId, JobId>;
}

export interface Candidates {
  readonly store: StoreApi<CandidatesState>;
  show(document: DocumentId, job: JobId): void;
  /** Offers results, or no more. */
  setOffered(jobs: readonly JobId[], isOpen: boolean): void;
  /** Takes the run away that a job belongs to. */
  putAway(job: JobId): void;
  /** Offers all results again of the run that a job belongs to, and shows the job's own. */
  bringBack(job: JobRecord): void;
}

interface Offering {
  readonly ids: JobId[];
  readonly isOpen: boolean;
}

interface CandidatesOptions {
  readonly client: { readonly jobs: { readonly offer: (input: Offering) => Promise<unknown> } };
  readonly host: { readonly jobs: StoreApi<JobsState> };
  readonly onFault: (error: unknown) => void;
}

/** The host's jobs say what is offered, in every window and browser alike; what is shown is this window's own affair. */
export function createCandidates({ client, host, onFault }: CandidatesOptions): Candidates {
  /** What the host has not confirmed yet: nobody waits to see what they did, and nothing is kept twice. */
  const wanted = new Map<JobId, boolean>();
  const runs = (): CandidateRun[] => runsIn(host.jobs.getState().jobs.values(), wanted);
  const store = createStore<CandidatesState>(() => ({ runs: runs(), shown: new Map() }));
  host.jobs.subscribe(({ jobs }, before) => {
    if (jobs === before.jobs) return;
    for (const [id, isOpen] of wanted) if (jobs.get(id)?.offer?.isOpen === isOpen) wanted.delete(id);
    store.setState({ runs: runs() });
  });
  const setOffered = (ids: readonly JobId[], isOpen: boolean): void => {
    for (const id of ids) wanted.set(id, isOpen);
    store.setState({ runs: runs() });
    client.jobs.offer({ ids: [...ids], isOpen }).catch((error: unknown) => {
      for (const id of ids) wanted.delete(id);
      store.setState({ runs: runs() });
      onFault(error);
    });
  };
  const show = (document: DocumentId, job: JobId): void =>
    store.setState(({ shown }) => ({ shown: new Map(shown).set(document, job) }));
  return {
    store,
    setOffered,
    show,
    putAway: (job) => setOffered(runOf(store.getState(), job)?.jobs ?? [], false),
    bringBack: (job) => {
      const run = firstOf(job);
      const results = [...host.jobs.getState().jobs.values()].filter(
        (each) => canBeOffered(each) && firstOf(each) === run,
      );
      setOffered(
        results.map(({ id }) => id),
        true,
      );
      if (job.target) show(job.target.document, job.id);
    },
  };
}

/** The job that a run goes by. */
const firstOf = ({ id, offer }: JobRecord): JobId => offer?.run ?? id;

function runsIn(jobs: Iterable<JobRecord>, wanted: ReadonlyMap<JobId, boolean>): CandidateRun[] {
  const open = [...jobs].filter(({ id, offer }) => wanted.get(id) ?? offer?.isOpen);
  const runs = new Map<JobId, CandidateRun>();
  for (const { id, offer, target } of open.sort(
    (one, other) => one.queuedAt - other.queuedAt || one.rank - other.rank,
  )) {
    if (!target) continue;
    const { run, rerunOf } = offer ?? { run: id, rerunOf: null };
    const { jobs: before } = runs.get(run) ?? { jobs: [] };
    runs.set(run, { document: target.document, jobs: [...before, id], rerunOf });
  }
  return [...runs.values()];
}

/** Whether there is something to choose. */
export const canBeOffered = ({ request, results, state, target }: JobRecord): boolean =>
  state === 'finished' && target !== null && results.length > 0 && request.kind !== 'describe';

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
