import { AppError } from '#base/app-error';
import { assertNever } from '#base/assert';
import type { BlobName } from '#shared/contract/job-request';
import { toWireError } from '#shared/contract/wire-error';
import { isFinal, type JobRecord } from '#shared/library/job-record';

/** What can happen to a job after it was queued. */
export type JobChange =
  | { readonly type: 'started' }
  /** A picture came out; more may follow. */
  | { readonly type: 'result'; readonly blob: BlobName }
  | {
      readonly type: 'finished';
      readonly text: string;
      readonly composition?: JobRecord['composition'];
      readonly report?: JobRecord['report'];
    }
  | { readonly type: 'failed'; readonly error: AppError }
  /** What it had said by then is kept. */
  | { readonly type: 'cancelled'; readonly text?: string }
  /** Whoever ran it went away without a word: the engine or the whole studio. */
  | { readonly type: 'interrupted' }
  | { readonly type: 'moved'; readonly rank: number }
  /** Its results wait to be chosen from, or wait no more. */
  | { readonly type: 'offered'; readonly isOpen: boolean };

/** A job that was interrupted runs once more with what it was given; interrupted again, it has failed. */
const mostAttempts = 2;

/** The job after a change. What comes after a final state is too late, and changes nothing but what is offered. */
export function changed(job: JobRecord, change: JobChange, nowMs: number): JobRecord {
  if (isFinal(job.state) && change.type !== 'offered') return job;
  switch (change.type) {
    case 'started':
      // A re-run starts over: what an interrupted run left would be there twice.
      return { ...job, state: 'running', attempts: job.attempts + 1, results: [], text: '', composition: null };
    case 'result':
      return { ...job, results: [...job.results, change.blob] };
    case 'finished': {
      const { text, composition = null, report = null } = change;
      return { ...job, state: 'finished', text, composition, report, endedAt: nowMs };
    }
    case 'failed':
      return { ...job, state: 'failed', error: toWireError(change.error), endedAt: nowMs };
    case 'cancelled':
      return { ...job, state: 'cancelled', text: change.text ?? '', endedAt: nowMs };
    case 'interrupted':
      return interrupted(job, nowMs);
    case 'moved':
      return { ...job, rank: change.rank };
    case 'offered':
      return { ...job, offer: { ...(job.offer ?? { run: job.id, rerunOf: null }), isOpen: change.isOpen } };
    default:
      return assertNever(change);
  }
}

function interrupted(job: JobRecord, nowMs: number): JobRecord {
  if (job.state !== 'running') return job;
  if (job.attempts < mostAttempts) return { ...job, state: 'queued', wasInterrupted: true };
  const error = new AppError(
    'job-interrupted',
    `The job was interrupted ${job.attempts} times, so it was not tried again: try a smaller size or another device.`,
    { data: { attempts: job.attempts } },
  );
  return { ...changed(job, { type: 'failed', error }, nowMs), wasInterrupted: true };
}
