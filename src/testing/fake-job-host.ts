import type { JobId } from '#shared/contract/job-events';
import type { JobsState } from '#shared/contract/studio/job-activity';
import type { JobRecord } from '#shared/library/job-record';
import { createStore } from 'zustand/vanilla';

/** A host that knows jobs and what of them is offered, without a queue; it answers after `answer`. */
export function fakeJobHost(records: readonly JobRecord[], { answer = async () => {} } = {}) {
  const byId = (jobs: readonly JobRecord[]) => new Map(jobs.map((job) => [job.id, job]));
  const jobs = createStore<JobsState>(() => ({ jobs: byId(records), activity: new Map() }));
  const tell = (...changed: JobRecord[]): void =>
    jobs.setState((before) => ({ ...before, jobs: new Map([...before.jobs, ...byId(changed)]) }));
  const offer = async ({
    ids,
    isOpen,
  }: {
    readonly ids: readonly JobId[];
    readonly isOpen: boolean;
  }): Promise<void> => {
    await answer();
    for (const id of ids) {
      const job = jobs.getState().jobs.get(id)!;
      tell({ ...job, offer: { ...(job.offer ?? { run: id, rerunOf: null }), isOpen } });
    }
  };
  const onFault = (error: unknown): void => void error;
  return { host: { jobs }, client: { jobs: { offer } }, tell, onFault };
}
