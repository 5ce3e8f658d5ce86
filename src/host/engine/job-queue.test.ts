import { randomUUID } from 'node:crypto';

import { createDeferred, type Deferred } from '#base/deferred';
import { zEngineJob, type EngineJob } from '#shared/contract/engine';
import type { JobEvent, JobId, JobOutcome } from '#shared/contract/job-events';
import { describe, expect, it } from 'vitest';

import { JobQueue, type JobRunner } from './job-queue.ts';

/** A runner that holds each job until it is told to go on. */
class HeldRunner implements JobRunner {
  readonly started: JobId[] = [];
  #current: Deferred<JobOutcome> | undefined;

  async run(job: EngineJob, { signal, onEvent }: Parameters<JobRunner['run']>[1]): Promise<JobOutcome> {
    this.started.push(job.id);
    onEvent({ kind: 'started', attempt: 1 });
    this.#current = createDeferred();
    signal.addEventListener('abort', () => this.finish({ kind: 'cancelled' }));
    const outcome = await this.#current.promise;
    onEvent(outcome);
    return outcome;
  }

  finish(outcome: JobOutcome): void {
    this.#current?.resolve(outcome);
  }
}

const failed: JobOutcome = { kind: 'failed', error: { code: 'internal', message: 'No.', data: {} } };

function newJob(): EngineJob {
  return zEngineJob.parse({
    id: randomUUID(),
    modelFolder: '/models/nano',
    device: null,
    inputs: new Map(),
    request: { kind: 'describe', model: 'nano', precision: 'f32', images: [], turns: [{ role: 'user', text: 'Hi' }] },
  });
}

/** A queue with one job that runs and three that wait. */
function busyQueue() {
  const runner = new HeldRunner();
  const queue = new JobQueue(runner);
  const submit = (options: { atFront?: boolean; signal?: AbortSignal } = {}) => {
    const job = newJob();
    const events: JobEvent[] = [];
    return { id: job.id, events, outcome: queue.submit(job, { onEvent: (event) => events.push(event), ...options }) };
  };
  return { runner, queue, submit, running: submit(), waiting: [submit(), submit(), submit()] as const };
}

const positions = (events: readonly JobEvent[]) =>
  events.flatMap((event) => (event.kind === 'queued' ? [event.position] : []));

describe('a queue', () => {
  it('runs one job at a time in the order they came, and tells each where it stands', async () => {
    const { runner, queue, running, waiting } = busyQueue();
    expect(queue.running).toBe(running.id);
    expect(queue.waiting).toEqual(waiting.map(({ id }) => id));
    for (const job of [running, ...waiting]) {
      runner.finish({ kind: 'cancelled' });
      await job.outcome;
    }
    expect(runner.started).toEqual([running.id, ...waiting.map(({ id }) => id)]);
    expect(waiting.map(({ events }) => positions(events))).toEqual([[0], [1, 0], [2, 1, 0]]);
    expect(queue.running).toBeUndefined();
  });

  it('goes on after a job that failed', async () => {
    const { runner, queue, running, waiting } = busyQueue();
    runner.finish(failed);
    expect(await running.outcome).toEqual(failed);
    expect(queue.running).toBe(waiting[0].id);
  });

  it('puts a job before all that wait', () => {
    const { queue, submit, waiting } = busyQueue();
    const urgent = submit({ atFront: true });
    expect(queue.waiting).toEqual([urgent.id, ...waiting.map(({ id }) => id)]);
    expect(waiting.map(({ events }) => positions(events).at(-1))).toEqual([1, 2, 3]);
  });

  it('moves what waits, however far it is asked to', () => {
    const { queue, waiting } = busyQueue();
    const [a, b, c] = waiting.map(({ id }) => id);
    queue.move(c!, 0);
    expect(queue.waiting).toEqual([c, a, b]);
    queue.move(c!, 99);
    expect(queue.waiting).toEqual([a, b, c]);
    queue.move(queue.running!, 1);
    expect(queue.waiting).toEqual([a, b, c]);
  });

  it('cancels what waits at once, without running it', async () => {
    const { runner, queue, waiting } = busyQueue();
    queue.cancel(waiting[1].id);
    expect(await waiting[1].outcome).toEqual({ kind: 'cancelled' });
    expect(waiting[1].events.at(-1)).toEqual({ kind: 'cancelled' });
    expect(positions(waiting[2].events)).toEqual([2, 1]);
    expect(runner.started).not.toContain(waiting[1].id);
  });

  it('cancels what runs through its runner, and takes the next', async () => {
    const { queue, running, waiting } = busyQueue();
    queue.cancel(running.id);
    expect(await running.outcome).toEqual({ kind: 'cancelled' });
    expect(running.events.filter(({ kind }) => kind === 'cancelled')).toHaveLength(1);
    expect(queue.running).toBe(waiting[0].id);
  });

  it('cancels by signal, also one that was aborted before', async () => {
    const { queue, submit } = busyQueue();
    const abort = new AbortController();
    const later = submit({ signal: abort.signal });
    abort.abort();
    expect(await later.outcome).toEqual({ kind: 'cancelled' });
    expect(await submit({ signal: AbortSignal.abort() }).outcome).toEqual({ kind: 'cancelled' });
    expect(queue.waiting).toHaveLength(3);
  });
});
