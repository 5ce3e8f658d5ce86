import type { JobsState } from '#shared/contract/studio/job-activity';
import { isFinal, type JobRecord } from '#shared/library/job-record';

/** What has become of a job, worth a word to those who do not see it. */
export interface JobNews {
  readonly what: Exclude<JobRecord['state'], 'queued'>;
  readonly task: JobRecord['request']['kind'];
}

/** What is new since another state; that something has ended counts for more than that something begins. */
export function newsOfJobs(before: JobsState, { jobs }: JobsState): JobNews | null {
  const news = [...jobs.values()].flatMap(({ id, state, request }): JobNews[] => {
    const old = before.jobs.get(id);
    // What ended before this window knew of it is no news.
    if (state === 'queued' || old?.state === state || (!old && isFinal(state))) return [];
    return [{ what: state, task: request.kind }];
  });
  return news.find(({ what }) => what !== 'running') ?? news[0] ?? null;
}
