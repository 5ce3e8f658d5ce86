import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { AppError } from '#base/app-error';
import { zJobId } from '#shared/contract/job-events';
import { zBlobName } from '#shared/contract/job-request';
import { buildRequest } from '#testing/library-builders';
import { temporaryFolder } from '#testing/temporary-folder';
import { Journal } from '../journal/journal.ts';
import { JobStore, readAllJobs } from './job-store.ts';

const request = buildRequest('a brass lamp');
const newId = () => zJobId.parse(randomUUID());
const open = (folder: string) => JobStore.open(folder, { purpose: 'a test', now: () => 1000 });

/** Another program's queue as a crash leaves it: a journal whose lock nobody holds. */
async function crashed(folder: string, work: (jobs: JobStore) => Promise<unknown>): Promise<void> {
  const jobs = await open(folder);
  await work(jobs);
  await jobs.close();
}

describe('the queue', () => {
  it('runs in order, can be reordered, and keeps what came out', async () => {
    const jobs = await open(await temporaryFolder());
    const [a, b, c] = [newId(), newId(), newId()];
    for (const id of [a, b, c]) await jobs.add(id, request);
    await jobs.move(c, a);
    await jobs.move(a, null);
    expect(jobs.list().map((job) => job.id)).toEqual([c, b, a]);
    expect(jobs.next()?.id).toBe(c);
    await jobs.change(c, { type: 'started' });
    const blob = zBlobName.parse('ab'.repeat(32));
    await jobs.change(c, { type: 'result', blob });
    await jobs.change(c, { type: 'finished', text: '' });
    expect(jobs.get(c)).toMatchObject({ state: 'finished', results: [blob], attempts: 1, endedAt: 1000 });
    expect(jobs.next()?.id).toBe(b);
    await jobs.close();
  });

  it('takes nothing after the end of a job, and keeps what was said until it was stopped', async () => {
    const jobs = await open(await temporaryFolder());
    const id = newId();
    await jobs.add(id, request);
    await jobs.change(id, { type: 'started' });
    const ended = await jobs.change(id, { type: 'cancelled', text: 'A red' });
    expect(ended).toMatchObject({ state: 'cancelled', text: 'A red' });
    for (const late of [
      { type: 'finished', text: 'too late' },
      { type: 'failed', error: new AppError('internal', 'too late') },
      { type: 'interrupted' },
      { type: 'started' },
    ] as const) {
      expect(await jobs.change(id, late)).toBe(ended);
    }
    // But what it has made may still be offered, or no more.
    expect((await jobs.change(id, { type: 'offered', isOpen: true })).offer).toMatchObject({ run: id, isOpen: true });
    await expect(jobs.change(newId(), { type: 'started' })).rejects.toMatchObject({ code: 'job-missing' });
    await jobs.close();
  });

  it('survives: what waited waits, what ran runs once more with what it was given, and the user is told', async () => {
    const folder = await temporaryFolder();
    const [waiting, running, done] = [newId(), newId(), newId()];
    await crashed(folder, async (jobs) => {
      for (const id of [done, running, waiting]) await jobs.add(id, request);
      await jobs.change(done, { type: 'started' });
      await jobs.change(done, { type: 'finished', text: '' });
      await jobs.change(running, { type: 'started' });
    });

    const second = await open(folder);
    expect(second.recovery.queuedAgain.map((job) => job.id)).toEqual([running]);
    expect(second.get(running)).toMatchObject({ state: 'queued', wasInterrupted: true, attempts: 1, request });
    expect(second.get(done)?.state).toBe('finished');
    expect(second.list().map((job) => job.id)).toEqual([done, running, waiting]);
    await second.change(running, { type: 'started' });
    await second.close();

    const third = await open(folder);
    expect(third.recovery).toMatchObject({ queuedAgain: [], failed: [{ id: running }] });
    expect(third.get(running)).toMatchObject({ state: 'failed', error: { code: 'job-interrupted' } });
    expect(third.next()?.id).toBe(waiting);
    await third.close();
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('starts over when a job runs again, so that no picture is there twice', async () => {
    const folder = await temporaryFolder();
    const id = newId();
    await crashed(folder, async (jobs) => {
      await jobs.add(id, request);
      await jobs.change(id, { type: 'started' });
      await jobs.change(id, { type: 'result', blob: zBlobName.parse('ab'.repeat(32)) });
    });
    const jobs = await open(folder);
    expect(jobs.get(id)?.results).toHaveLength(1);
    expect((await jobs.change(id, { type: 'started' })).results).toEqual([]);
    await jobs.close();
  });

  it('leaves the queue of a living program alone, and takes over every other', async () => {
    const folder = await temporaryFolder();
    const [mine, theirs] = [newId(), newId()];
    await crashed(folder, (jobs) => jobs.add(mine, request));
    const living = await JobStore.open(folder, { purpose: 'the other one' });
    await living.add(theirs, request);
    const jobs = await open(folder);
    expect(jobs.list()).toEqual([]);
    expect(living.list().map((job) => job.id)).toEqual([mine, theirs]);
    expect((await readAllJobs(folder)).map((job) => job.id)).toEqual([mine, theirs]);
    await jobs.close();
    await living.close();
  });

  it('does not lose a queue when taking it over is interrupted, nor doubles its jobs', async () => {
    const folder = await temporaryFolder();
    const id = newId();
    await crashed(folder, (jobs) => jobs.add(id, request));
    // As it is after a crash between writing the new queue and deleting the old one.
    const [old = ''] = await readdir(folder);
    const { records, journal } = await Journal.open(join(folder, old, 'journal'));
    await journal.close();
    await crashed(folder, () => Promise.resolve());
    await mkdir(join(folder, 'leftover'));
    const copy = await Journal.open(join(folder, 'leftover', 'journal'));
    await copy.journal.rewrite(records.map(({ payload }) => payload));
    await copy.journal.close();
    const jobs = await open(folder);
    expect(jobs.list().map((job) => job.id)).toEqual([id]);
    expect(jobs.recovery.queuedAgain).toEqual([]);
    await jobs.close();
  });
});
