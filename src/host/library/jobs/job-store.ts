import { randomBytes } from 'node:crypto';
import * as nodeFs from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '#base/app-error';
import type { Dispose } from '#base/disposable';
import type { JobId } from '#shared/contract/job-events';
import type { JobRequest } from '#shared/contract/job-request';
import { parseVersioned } from '#shared/document/versioned';
import { randomId } from '#shared/document/ids';
import { isFinal, zJobRecord, type JobRecord } from '#shared/library/job-record';
import { tryFileLock, type FileLock } from '#files/file-lock';
import { makeFolderDurably, readFolder } from '../blobs/blob-store.ts';
import { Journal } from '../journal/journal.ts';
import type { JournalRecord } from '../journal/record-format.ts';
import type { LibraryFs } from '../library-fs.ts';
import { changed, type JobChange } from './job-transitions.ts';

interface JobStoreOptions {
  readonly fs?: LibraryFs;
  readonly purpose: string;
  readonly now?: () => number;
}

/** What became of jobs that were running when their program went away: the user is told. */
export interface JobRecovery {
  readonly queuedAgain: readonly JobRecord[];
  readonly failed: readonly JobRecord[];
}

export type JobListener = (job: JobRecord) => void;

const journalFile = 'journal';
const lockFile = 'lock';
/** How many ended jobs are kept; their pictures and recipes stay in the gallery. */
const keptEnded = 500;

/**
 * The jobs of this program, on the disk before anyone is told of them. Each program has a queue of its own, in a folder
 * under its lock; at its start a program takes over the queues of those that are gone, and what was running there waits
 * again.
 */
export class JobStore {
  readonly recovery: JobRecovery;
  readonly #jobs: Map<JobId, JobRecord>;
  readonly #journal: Journal;
  readonly #lock: FileLock;
  readonly #now: () => number;
  readonly #listeners = new Set<JobListener>();
  #work: Promise<unknown> = Promise.resolve();

  private constructor(
    jobs: Map<JobId, JobRecord>,
    recovery: JobRecovery,
    journal: Journal,
    lock: FileLock,
    now: () => number,
  ) {
    this.#jobs = jobs;
    this.recovery = recovery;
    this.#journal = journal;
    this.#lock = lock;
    this.#now = now;
  }

  static async open(folder: string, options: JobStoreOptions): Promise<JobStore> {
    const { fs = nodeFs, purpose, now = Date.now } = options;
    await makeFolderDurably(folder, fs);
    const abandoned: AbandonedQueue[] = [];
    try {
      await takeAbandoned(folder, options, abandoned);
      const own = join(folder, randomId(randomBytes));
      await makeFolderDurably(own, fs);
      const attempt = await tryFileLock(join(own, lockFile), { purpose });
      if (!attempt.acquired) throw new AppError('internal', 'Another program has taken the queue that was just made.');
      const { jobs, recovery } = recover(
        abandoned.flatMap((queue) => queue.jobs),
        now(),
      );
      const { journal } = await Journal.open(join(own, journalFile), { fs });
      const store = new JobStore(jobs, recovery, journal, attempt.lock, now);
      try {
        await journal.rewrite(Array.from(jobs.values(), encodeJob));
        // Only now: until its jobs are ours, an abandoned queue is the only place where they are.
        for (const { path } of abandoned) await fs.rm(path, { recursive: true, force: true });
        return store;
      } catch (error) {
        await store.close();
        throw error;
      }
    } finally {
      for (const { lock } of abandoned) await lock.release();
    }
  }

  /** Queues a job behind all others. Resolves when it is on the disk. */
  async add(
    id: JobId,
    request: JobRequest,
    target: JobRecord['target'] = null,
    offer: JobRecord['offer'] = null,
  ): Promise<JobRecord> {
    return this.#run(async () => {
      const ranks = Array.from(this.#jobs.values(), (job) => job.rank);
      const job = zJobRecord.parse({
        version: 1,
        id,
        request,
        state: 'queued',
        rank: Math.max(0, ...ranks) + 1,
        attempts: 0,
        wasInterrupted: false,
        queuedAt: this.#now(),
        endedAt: null,
        target,
        offer,
        results: [],
        text: '',
        error: null,
      });
      return this.#keep(job);
    });
  }

  /** Notes what happened to a job. What comes after its end is too late and changes nothing. */
  async change(id: JobId, change: JobChange): Promise<JobRecord> {
    return this.#run(async () => {
      const job = this.#jobs.get(id);
      if (job === undefined) throw new AppError('job-missing', 'There is no such job any more.', { data: { id } });
      const next = changed(job, change, this.#now());
      return next === job ? job : this.#keep(next);
    });
  }

  /** Puts a waiting job before another, or behind all when `before` is null. */
  async move(id: JobId, before: JobId | null): Promise<JobRecord> {
    const waiting = this.list().filter((job) => job.state === 'queued' && job.id !== id);
    const at = before === null ? -1 : waiting.findIndex((job) => job.id === before);
    const above = at < 0 ? waiting.at(-1)?.rank : waiting[at - 1]?.rank;
    const below = at < 0 ? undefined : waiting[at]?.rank;
    const rank = below === undefined ? (above ?? 0) + 1 : above === undefined ? below - 1 : (above + below) / 2;
    return this.change(id, { type: 'moved', rank });
  }

  get(id: JobId): JobRecord | undefined {
    return this.#jobs.get(id);
  }

  /** In the order in which they run. */
  list(): JobRecord[] {
    return [...this.#jobs.values()].sort((one, other) => one.rank - other.rank);
  }

  /** The one to run next. */
  next(): JobRecord | undefined {
    return this.list().find((job) => job.state === 'queued');
  }

  /** Told of every change that is on the disk. */
  subscribe(listener: JobListener): Dispose {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Leaves the queue for the next program to take over. */
  async close(): Promise<void> {
    await this.#run(async () => {
      this.#listeners.clear();
      await this.#journal.close();
      await this.#lock.release();
    });
  }

  async #keep(job: JobRecord): Promise<JobRecord> {
    const kept = Object.freeze(job);
    await this.#journal.append(encodeJob(kept));
    this.#jobs.set(kept.id, kept);
    for (const listener of this.#listeners) listener(kept);
    return kept;
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }
}

/** Every job there is, whichever program has it: for what must know all that is referred to. */
export async function readAllJobs(folder: string, fs: LibraryFs = nodeFs): Promise<JobRecord[]> {
  const queues = (await readFolder(folder, fs)).filter((entry) => entry.isDirectory());
  const jobs: JobRecord[] = [];
  for (const { name } of queues) {
    const { records } = await Journal.read(join(folder, name, journalFile), { fs });
    jobs.push(...decodeJobs(records));
  }
  return jobs;
}

interface AbandonedQueue {
  readonly path: string;
  readonly lock: FileLock;
  readonly jobs: readonly JobRecord[];
}

/** Adds each queue to `queues` as soon as it holds its lock. */
async function takeAbandoned(
  folder: string,
  { fs = nodeFs, purpose }: JobStoreOptions,
  queues: AbandonedQueue[],
): Promise<void> {
  for (const entry of await readFolder(folder, fs)) {
    if (!entry.isDirectory()) continue;
    const path = join(folder, entry.name);
    const attempt = await tryFileLock(join(path, lockFile), { purpose });
    if (!attempt.acquired) continue;
    const queue = { path, lock: attempt.lock, jobs: [] as JobRecord[] };
    queues.push(queue);
    const { journal, records } = await Journal.open(join(path, journalFile), { fs });
    await journal.close();
    queue.jobs.push(...decodeJobs(records));
  }
}

function recover(queued: readonly JobRecord[], nowMs: number): { jobs: Map<JobId, JobRecord>; recovery: JobRecovery } {
  const found = furthest(queued);
  const running = new Set(found.filter((job) => job.state === 'running').map((job) => job.id));
  const after = found.map((job) => Object.freeze(changed(job, { type: 'interrupted' }, nowMs)));
  const ended = after
    .filter((job) => isFinal(job.state))
    .sort((one, other) => (other.endedAt ?? 0) - (one.endedAt ?? 0));
  const forgotten = new Set(ended.slice(keptEnded).map((job) => job.id));
  const jobs = after.filter((job) => !forgotten.has(job.id));
  const touched = jobs.filter((job) => running.has(job.id));
  return {
    jobs: new Map(jobs.map((job) => [job.id, job])),
    recovery: {
      queuedAgain: touched.filter((job) => job.state === 'queued'),
      failed: touched.filter((job) => job.state === 'failed'),
    },
  };
}

/** One record for each job: a crash while queues were taken over leaves some in two. The one that got furthest counts. */
function furthest(jobs: readonly JobRecord[]): JobRecord[] {
  const progress = (job: JobRecord) => (isFinal(job.state) ? Infinity : job.attempts);
  const ordered = [...jobs].sort((one, other) => progress(one) - progress(other));
  return [...new Map(ordered.map((job) => [job.id, job])).values()];
}

function decodeJobs(records: readonly JournalRecord[]): JobRecord[] {
  const jobs = new Map<JobId, JobRecord>();
  for (const { payload } of records) {
    const job = decodeJob(payload);
    if (job) jobs.set(job.id, job);
  }
  return [...jobs.values()];
}

function encodeJob(job: JobRecord): Buffer {
  return Buffer.from(JSON.stringify(job));
}

/** A record that cannot be read is passed over: the job's record before it still counts. */
function decodeJob(payload: Buffer): JobRecord | undefined {
  try {
    return parseVersioned(JSON.parse(payload.toString('utf8')), { what: 'job', schema: zJobRecord, steps: [] });
  } catch (error) {
    if (error instanceof AppError && error.code === 'version-too-new') throw error;
    return undefined;
  }
}
