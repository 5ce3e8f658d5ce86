import { assertNever } from '#base/assert';
import { isFinal, type JobRecord } from '#shared/library/job-record';
import type { JobId } from '../job-events.ts';
import type { JobActivity, JobsEvent, StudioJobProgress } from './jobs.ts';

/** What events have told of all jobs. */
export interface JobsState {
  readonly jobs: ReadonlyMap<JobId, JobRecord>;
  /** Of running jobs alone. */
  readonly activity: ReadonlyMap<JobId, JobActivity>;
}

export const noJobs: JobsState = Object.freeze({ jobs: new Map(), activity: new Map() });

/** The state after one more event: host and renderer both keep it, so that they agree. */
export function afterJobsEvent(state: JobsState, event: JobsEvent): JobsState {
  switch (event.kind) {
    case 'snapshot':
      return {
        jobs: new Map(event.jobs.map((job) => [job.id, job])),
        activity: new Map(event.activity.map((each) => [each.id, each])),
      };
    case 'job':
      return afterChange(state, event.job);
    case 'progress': {
      const { id, progress } = event;
      const before = state.activity.get(id) ?? idle(id);
      return { ...state, activity: new Map(state.activity).set(id, afterProgress(before, progress)) };
    }
    default:
      return assertNever(event);
  }
}

/** Waiting jobs come first, next one on top, then ended ones, last ended on top. */
export function inOrder(jobs: Iterable<JobRecord>): JobRecord[] {
  return [...jobs].sort((one, other) => {
    if (isFinal(one.state) !== isFinal(other.state)) return isFinal(one.state) ? 1 : -1;
    return isFinal(one.state) ? (other.endedAt ?? 0) - (one.endedAt ?? 0) : one.rank - other.rank;
  });
}

function afterChange({ jobs, activity }: JobsState, job: JobRecord): JobsState {
  const before = jobs.get(job.id);
  // What was said of an earlier attempt does not hold for the next one.
  const isOver = job.state !== 'running' || before?.attempts !== job.attempts;
  const remaining = isOver ? new Map([...activity].filter(([id]) => id !== job.id)) : activity;
  return { jobs: new Map(jobs).set(job.id, job), activity: remaining };
}

function afterProgress(before: JobActivity, progress: StudioJobProgress): JobActivity {
  switch (progress.kind) {
    case 'phase':
      return { ...before, phase: progress.name };
    case 'region':
      // What was shown belonged to where the pass before worked.
      return { ...before, region: { rect: progress.rect, changes: progress.changes }, preview: null };
    case 'step': {
      const { step, steps, timeLeftMs } = progress;
      return { ...before, step, steps, timeLeftMs, preview: progress.preview ?? before.preview };
    }
    case 'text':
      return { ...before, text: before.text + progress.delta };
    default:
      return assertNever(progress);
  }
}

const idle = (id: JobId): JobActivity => ({
  id,
  phase: null,
  step: 0,
  steps: 0,
  preview: null,
  region: null,
  timeLeftMs: null,
  text: '',
});
