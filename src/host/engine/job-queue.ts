import { createDeferred, type Deferred } from '#base/deferred';
import type { EngineJob } from '#shared/contract/engine';
import type { JobEvent, JobId, JobOutcome } from '#shared/contract/job-events';

/** What runs the jobs: the supervisor. */
export interface JobRunner {
  run(
    job: EngineJob,
    options: { readonly signal: AbortSignal; readonly onEvent: (event: JobEvent) => void },
  ): Promise<JobOutcome>;
}

interface Entry {
  readonly job: EngineJob;
  readonly onEvent: (event: JobEvent) => void;
  readonly abort: AbortController;
  readonly outcome: Deferred<JobOutcome>;
  position: number | undefined;
}

/**
 * Jobs in the order in which they will run, one at a time. It lives on this side of the process border because the
 * engine cannot listen while it computes: reordering and cancelling what waits is immediate.
 */
export class JobQueue {
  readonly #runner: JobRunner;
  #waiting: Entry[] = [];
  #running: Entry | undefined;

  constructor(runner: JobRunner) {
    this.#runner = runner;
  }

  get running(): JobId | undefined {
    return this.#running?.job.id;
  }

  /** Ids of the jobs that wait, the next one first. */
  get waiting(): readonly JobId[] {
    return this.#waiting.map(({ job }) => job.id);
  }

  /** Adds a job, at the end or before all that wait, and tells what happens to it. Never rejects. */
  submit(
    job: EngineJob,
    {
      onEvent,
      atFront = false,
      signal,
    }: { onEvent: (event: JobEvent) => void; atFront?: boolean; signal?: AbortSignal },
  ): Promise<JobOutcome> {
    const entry: Entry = {
      job,
      onEvent,
      abort: new AbortController(),
      outcome: createDeferred(),
      position: undefined,
    };
    this.#waiting.splice(atFront ? 0 : this.#waiting.length, 0, entry);
    const onAbort = () => this.cancel(job.id);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    this.#advance();
    return entry.outcome.promise.finally(() => signal?.removeEventListener('abort', onAbort));
  }

  /** Moves a job that waits so that `position` jobs are before it. No effect on any other. */
  move(id: JobId, position: number): void {
    const entry = this.#waiting.find(({ job }) => job.id === id);
    if (entry === undefined) return;
    const others = this.#waiting.filter((other) => other !== entry);
    this.#waiting = others.toSpliced(Math.max(0, position), 0, entry);
    this.#tellPositions();
  }

  /** Cancels a job that waits at once, and the one that runs between its steps. No effect on any other. */
  cancel(id: JobId): void {
    if (this.#running?.job.id === id) this.#running.abort.abort();
    const entry = this.#waiting.find(({ job }) => job.id === id);
    if (entry === undefined) return;
    this.#waiting = this.#waiting.filter((other) => other !== entry);
    entry.onEvent({ kind: 'cancelled' });
    entry.outcome.resolve({ kind: 'cancelled' });
    this.#tellPositions();
  }

  #advance(): void {
    if (this.#running === undefined) {
      this.#running = this.#waiting.shift();
      if (this.#running) void this.#run(this.#running);
    }
    this.#tellPositions();
  }

  async #run(entry: Entry): Promise<void> {
    const outcome = await this.#runner.run(entry.job, { signal: entry.abort.signal, onEvent: entry.onEvent });
    this.#running = undefined;
    entry.outcome.resolve(outcome);
    this.#advance();
  }

  /** To each job that waits, if it changed. */
  #tellPositions(): void {
    for (const [position, entry] of this.#waiting.entries()) {
      if (entry.position === position) continue;
      entry.position = position;
      entry.onEvent({ kind: 'queued', position });
    }
  }
}
