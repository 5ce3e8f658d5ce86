import { expect, it } from 'vitest';

import type { JobId } from '#shared/contract/job-events';
import type { JobsState } from '#shared/contract/studio/job-activity';
import type { JobRecord } from '#shared/library/job-record';
import { newsOfJobs } from './job-news.ts';

const jobs = (states: Readonly<Record<string, JobRecord['state']>>): JobsState => ({
  jobs: new Map(
    Object.entries(states).map(([id, state]) => [
      id as JobId,
      { id, state, request: { kind: 'generate' } } as unknown as JobRecord,
    ]),
  ),
  activity: new Map(),
});

it('tells of jobs that begin and end, and of nothing that was so before', () => {
  const news = (before: Parameters<typeof jobs>[0], after: Parameters<typeof jobs>[0]) =>
    newsOfJobs(jobs(before), jobs(after));
  expect(news({}, { a: 'finished', b: 'queued' })).toBeNull();
  expect(news({ a: 'queued' }, { a: 'running' })).toEqual({ what: 'running', task: 'generate' });
  expect(news({ a: 'running' }, { a: 'running' })).toBeNull();
  expect(news({ a: 'running' }, { a: 'queued' })).toBeNull();
  expect(news({ a: 'running', b: 'queued' }, { a: 'finished', b: 'queued' })?.what).toBe('finished');
  expect(news({ a: 'queued' }, { a: 'cancelled' })?.what).toBe('cancelled');
  expect(news({ a: 'running' }, { a: 'failed' })?.what).toBe('failed');
});

it('tells the end of one before the beginning of the next', () => {
  const before = jobs({ a: 'queued', b: 'running' });
  expect(newsOfJobs(before, jobs({ a: 'running', b: 'finished' }))?.what).toBe('finished');
});
