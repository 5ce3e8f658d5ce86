import { randomUUID } from 'node:crypto';

import { isCancelled } from '#base/abort';
import { AppError, toAppError } from '#base/app-error';
import { assertNever, defined } from '#base/assert';
import type { Raster } from '#raster/raster';
import type { Device } from '#shared/contract/device';
import type { EngineJob } from '#shared/contract/engine';
import { zJobId, type JobEvent, type JobId, type JobOutcome } from '#shared/contract/job-events';
import type { BlobName, JobRequest } from '#shared/contract/job-request';
import { fromWireError, toWireError } from '#shared/contract/wire-error';
import type { NodeId } from '#shared/document/ids';
import { requestReferences } from '#shared/document/history-tree';
import { afterJobsEvent, noJobs, type JobsState } from '#shared/contract/studio/job-activity';
import type { JobPreview, JobsEvent, StudioJobProgress } from '#shared/contract/studio/jobs';
import type { JobRecord } from '#shared/library/job-record';
import { decodeImage, decodeMask } from '../images/decode-image.ts';
import { encodeImage } from '../images/encode-image.ts';
import type { JobStore } from '../library/jobs/job-store.ts';
import type { JobChange } from '../library/jobs/job-transitions.ts';
import type { Library } from '../library/library.ts';
import { EventLog } from './event-log.ts';
import { keepResults } from './job-results.ts';

/** What computes: the engine's supervisor. One job at a time; never rejects. */
export interface Engine {
  run(
    job: EngineJob,
    options: { readonly signal: AbortSignal; readonly onEvent: (event: JobEvent) => void },
  ): Promise<JobOutcome>;
}

interface JobRunnerOptions {
  readonly library: Pick<Library, 'blobs' | 'gallery'>;
  readonly jobs: JobStore;
  readonly engine: Engine;
  /** The folder of a model that can be run. @throws AppError `model-missing`, `model-too-large` */
  readonly modelFolder: (id: string) => Promise<string>;
  readonly cacheFolder: string;
  /** @throws AppError why a job should not be tried: `job-too-large` */
  readonly admit?: (request: JobRequest) => Promise<void>;
  /** Null leaves it to the engine. */
  readonly device: () => Device | null;
  /** Told of each job that has finished, to learn from. */
  readonly onFinished?: (request: JobRequest, outcome: Extract<JobOutcome, { kind: 'finished' }>) => void;
  readonly appVersion: string;
  readonly now?: () => number;
}

interface OfferWish {
  /** The job whose results they are offered beside. */
  readonly joins: JobId | null;
  readonly rerunOf: NodeId | null;
}

/** An event before it has its cursor. */
type JobsEventBody = JobsEvent extends infer Event ? (Event extends unknown ? Omit<Event, 'cursor'> : never) : never;

interface Running {
  readonly id: JobId;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/**
 * Runs the queue of the library's job store on the engine, one job after another. What a job has made is stored and in
 * the gallery before anyone is told that it has finished.
 */
export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #jobs: JobStore;
  readonly #log = new EventLog<JobsEventBody>();
  #state: JobsState;
  #running: Running | undefined;
  /** Work that nobody waits for: it makes way for any job. */
  #aside: Running | undefined;
  #isClosing = false;
  /** Outcomes that could not be written down. While there are any, nothing more is run. */
  readonly #unwritten = new Map<JobId, JobChange>();

  constructor(options: JobRunnerOptions) {
    this.#options = options;
    this.#jobs = options.jobs;
    this.#state = { ...noJobs, jobs: new Map(options.jobs.list().map((job) => [job.id, job])) };
    this.#jobs.subscribe((job) => this.#tell({ kind: 'job', job }));
  }

  /** Goes on with what an earlier run of the studio has left. */
  resume(): void {
    this.#advance();
  }

  list(): JobRecord[] {
    return this.#jobs.list();
  }

  watch(options: Pick<Parameters<EventLog<JobsEventBody>['watch']>[0], 'after' | 'signal'>) {
    return this.#log.watch({
      ...options,
      snapshot: () => ({
        kind: 'snapshot',
        jobs: [...this.#state.jobs.values()],
        activity: [...this.#state.activity.values()],
      }),
    });
  }

  /** @throws AppError `input-missing` when a picture is not stored, `model-missing`, `model-too-large`, `job-too-large` */
  async start(
    requests: readonly JobRequest[],
    { target, atFront, offer = null }: { target: JobRecord['target']; atFront: boolean; offer?: OfferWish | null },
  ): Promise<JobRecord[]> {
    for (const request of requests) await this.#check(request);
    await this.#writeDown();
    const first = atFront ? this.#jobs.next()?.id : undefined;
    const started: JobRecord[] = [];
    const joined = offer?.joins ? this.#jobs.get(offer.joins)?.offer : null;
    for (const request of requests) {
      const id = zJobId.parse(randomUUID());
      const { run, rerunOf } = joined ?? { run: offer?.joins ?? started[0]?.id ?? id, rerunOf: offer?.rerunOf ?? null };
      const job = await this.#jobs.add(id, request, target, offer && { run, rerunOf, isOpen: true });
      started.push(first === undefined ? job : await this.#jobs.move(job.id, first));
    }
    this.#advance();
    return started;
  }

  async move(id: JobId, before: JobId | null): Promise<void> {
    await this.#jobs.move(id, before);
  }

  /** A waiting job at once, the running one between its steps. Ended ones are passed over. */
  async cancel(ids: readonly JobId[]): Promise<void> {
    for (const id of ids) {
      if (this.#running?.id === id) this.#running.abort.abort();
      else if (this.#jobs.get(id)) await this.#jobs.change(id, { type: 'cancelled' });
    }
  }

  /** Whether what came of jobs, or will, waits to be chosen from. */
  async offer(ids: readonly JobId[], isOpen: boolean): Promise<void> {
    for (const id of ids) await this.#jobs.change(id, { type: 'offered', isOpen });
  }

  /** @throws AppError `job-missing`, and as `start` */
  async retry(id: JobId): Promise<JobRecord> {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new AppError('job-missing', 'There is no such job any more.', { data: { id } });
    // An answer is nothing to choose from.
    const isOffered = job.target !== null && job.request.kind !== 'describe';
    const offer = isOffered ? { joins: id, rerunOf: null } : null;
    const [again] = await this.start([job.request], { target: job.target, atFront: false, offer });
    return defined(again);
  }

  /** Whether a job waits or runs. */
  get isWorking(): boolean {
    return this.#running !== undefined || this.#jobs.next() !== undefined;
  }

  /**
   * Runs something that is in no queue and that nobody waits for: any job ends it.
   * @returns null when there was something else to do
   */
  async runAside(
    { id, request }: Pick<EngineJob, 'id' | 'request'>,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<JobOutcome | null> {
    if (this.isWorking || this.#aside || this.#isClosing) return null;
    const { modelFolder, cacheFolder, engine, device } = this.#options;
    const abort = new AbortController();
    const either = AbortSignal.any([signal, abort.signal]);
    const run = async (): Promise<JobOutcome> => {
      const folder = await modelFolder(request.model);
      const inputs = await this.#inputsOf(request, either);
      const job: EngineJob = { id, request, inputs, modelFolder: folder, cacheFolder, device: device() };
      return engine.run(job, { signal: either, onEvent: () => undefined });
    };
    const outcome = run();
    const done = outcome.then(
      () => undefined,
      () => undefined,
    );
    this.#aside = { id, abort, done };
    try {
      return await outcome;
    } catch (error) {
      if (isCancelled(error)) return { kind: 'cancelled' };
      throw error;
    } finally {
      this.#aside = undefined;
      this.#advance();
    }
  }

  /** Leaves what waits and what runs to the next run of the studio. Stop the engine first. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const running of [this.#running, this.#aside]) {
      running?.abort.abort();
      await running?.done;
    }
  }

  async #check(request: JobRequest): Promise<void> {
    await this.#options.modelFolder(request.model);
    for (const blob of requestReferences(request)) {
      if (await this.#options.library.blobs.keep(blob)) continue;
      throw new AppError('input-missing', 'A picture that this needs is not in the library: add it again.', {
        data: { blob },
      });
    }
    await this.#options.admit?.(request);
  }

  #advance(): void {
    if (this.#running || this.#isClosing || this.#unwritten.size > 0) return;
    const job = this.#jobs.next();
    if (job === undefined) return;
    if (this.#aside) return this.#aside.abort.abort();
    const abort = new AbortController();
    const done = this.#run(job, abort).finally(() => {
      this.#running = undefined;
      this.#advance();
    });
    this.#running = { id: job.id, abort, done };
  }

  /** Never rejects: what goes wrong is the job's outcome. */
  async #run(job: JobRecord, abort: AbortController): Promise<void> {
    const { id } = job;
    const { signal } = abort;
    try {
      const { modelFolder, cacheFolder, admit, engine, device } = this.#options;
      const folder = await modelFolder(job.request.model);
      // Much may have changed while it waited.
      await admit?.(job.request);
      const inputs = await this.#inputsOf(job.request, signal);
      // One after the other: steps must not be told before the start is on the disk.
      let told: Promise<unknown> = Promise.resolve();
      const onEvent = (event: JobEvent) => {
        told = told.then(() => this.#onEvent(id, event));
        // What cannot be written down need not be computed. It is thrown below.
        told.catch(() => abort.abort());
      };
      const outcome = await engine.run(
        { id, request: job.request, inputs, modelFolder: folder, cacheFolder, device: device() },
        { signal, onEvent },
      );
      await told;
      await this.#end(job, outcome, folder);
    } catch (error) {
      await this.#fail(id, error);
    }
  }

  async #end(job: JobRecord, outcome: JobOutcome, folder: string): Promise<void> {
    const { id, request } = job;
    switch (outcome.kind) {
      case 'finished': {
        const { library, appVersion, now = Date.now, onFinished } = this.#options;
        const madeWith = { model: { id: request.model, folder }, appVersion, now };
        const { blobs, composition } = await keepResults(job, outcome, library, madeWith);
        for (const blob of blobs) await this.#jobs.change(id, { type: 'result', blob });
        const { text, report } = outcome;
        onFinished?.(request, outcome);
        await this.#jobs.change(id, { type: 'finished', text, composition, report });
        return;
      }
      case 'failed':
        return this.#fail(id, fromWireError(outcome.error));
      case 'cancelled':
        return this.#cancelled(id);
      default:
        assertNever(outcome);
    }
  }

  async #fail(id: JobId, error: unknown): Promise<void> {
    if (isCancelled(error)) return this.#cancelled(id);
    await this.#note(id, { type: 'failed', error: toAppError(error) });
  }

  async #cancelled(id: JobId): Promise<void> {
    // The studio closes: the job stays as one that was interrupted, and runs when it is opened again.
    if (this.#isClosing) return;
    await this.#note(id, { type: 'cancelled', text: this.#state.activity.get(id)?.text ?? '' });
  }

  /** An outcome that cannot be written down is still told: those who watch must not wait for ever. */
  async #note(id: JobId, change: JobChange): Promise<void> {
    try {
      await this.#jobs.change(id, change);
    } catch (error) {
      this.#unwritten.set(id, change);
      const job = this.#jobs.get(id);
      if (job) this.#tell({ kind: 'job', job: { ...job, state: 'failed', error: toWireError(toAppError(error)) } });
    }
  }

  /** Tries again, now that a person wants something. @throws AppError `disk-full` and the like, if it still fails */
  async #writeDown(): Promise<void> {
    for (const [id, change] of this.#unwritten) {
      await this.#jobs.change(id, change);
      this.#unwritten.delete(id);
    }
  }

  async #onEvent(id: JobId, event: JobEvent): Promise<void> {
    switch (event.kind) {
      case 'started':
        await this.#jobs.change(id, { type: 'started' });
        return;
      case 'phase':
      case 'region':
      case 'text':
        return this.#progress(id, event);
      case 'step': {
        const preview = event.preview && (await encodePreview(event.preview));
        return this.#progress(id, { ...event, preview });
      }
      case 'queued':
      case 'finished':
      case 'failed':
      case 'cancelled':
        return;
      default:
        assertNever(event);
    }
  }

  #progress(id: JobId, progress: StudioJobProgress): void {
    this.#tell({ kind: 'progress', id, progress });
  }

  #tell(event: JobsEventBody): void {
    // The reducer has no use for the cursor, which the log gives.
    this.#state = afterJobsEvent(this.#state, event as JobsEvent);
    this.#log.append(event);
  }

  async #inputsOf(request: JobRequest, signal: AbortSignal): Promise<Map<BlobName, Raster>> {
    const { blobs } = this.#options.library;
    const inputs = new Map<BlobName, Raster>();
    for (const name of requestReferences(request)) {
      if (inputs.has(name)) continue;
      const bytes = await blobs.read(name);
      const isMask = request.kind === 'inpaint' && name === request.mask;
      inputs.set(name, isMask ? await decodeMask(bytes, { signal }) : (await decodeImage(bytes, { signal })).raster);
    }
    return inputs;
  }
}

async function encodePreview(raster: Raster): Promise<JobPreview> {
  const png = await encodeImage(raster, { format: 'png' });
  const { width, height } = raster;
  return { url: `data:image/png;base64,${Buffer.from(png).toString('base64')}`, width, height };
}
