/**
 * @file Keeps the engine's process alive and runs jobs on it, one at a time.
 *
 * stopped → starting → ready ⇄ busy, and from anywhere: (hung →) crashed → backoff → starting; three crashes in a minute
 * start it in safe mode, three more end it. A job that a crash interrupted runs once more, then fails with the reason.
 */
import { cancelled, delay, isCancelled, throwIfCancelled } from '#base/abort';
import { toAppError } from '#base/app-error';
import { createDeferred, type Deferred } from '#base/deferred';
import type { Dispose } from '#base/disposable';
import type { EngineJob, EngineReport } from '#shared/contract/engine';
import type { JobEvent, JobOutcome } from '#shared/contract/job-events';
import { toWireError } from '#shared/contract/wire-error';

import { crashedOften, startFailed, type CrashReport } from './crash-report.ts';
import { EngineConnection } from './engine-connection.ts';
import { engineLimits, type EngineLimits } from './engine-limits.ts';
import type { SpawnEngine } from './engine-process.ts';
import type { EngineState } from './engine-state.ts';
import { RestartPolicy } from './restart-policy.ts';

/** Runs of one job: the first, and one more after a crash. */
const maxAttempts = 2;

/** An engine that can take a job. */
interface Ready {
  readonly connection: EngineConnection;
  readonly report: EngineReport;
  readonly safeMode: boolean;
}

interface RunOptions {
  readonly signal: AbortSignal;
  readonly onEvent: (event: JobEvent) => void;
}

export class EngineSupervisor {
  readonly #spawn: SpawnEngine;
  readonly #limits: EngineLimits;
  readonly #listeners = new Set<(state: EngineState) => void>();
  #state: EngineState = { kind: 'stopped', crash: null };
  /** Resolves when the engine is next ready, rejects when there is no more hope of it; undefined when it is stopped. */
  #ready: Deferred<Ready> | undefined;
  #stopping = new AbortController();
  #supervising: Promise<void> | undefined;
  #lastCrash: CrashReport | null = null;

  constructor(spawn: SpawnEngine, limits: Partial<EngineLimits> = {}) {
    this.#spawn = spawn;
    this.#limits = { ...engineLimits, ...limits };
  }

  get state(): EngineState {
    return this.#state;
  }

  /** Tells every change of state, in order. */
  onState(listener: (state: EngineState) => void): Dispose {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Starts the engine if it is not running, and waits until it is ready.
   *
   * @throws AppError `engine-start-failed`, `cancelled` if it is stopped meanwhile
   */
  async start({ signal }: { signal?: AbortSignal } = {}): Promise<EngineReport> {
    const ready = this.#whenReady();
    return (await (signal ? unlessAborted(signal, ready) : ready)).report;
  }

  /** Runs a job to its outcome, which is also its last event. Never rejects. One job at a time. */
  async run(job: EngineJob, options: RunOptions): Promise<JobOutcome> {
    let outcome: JobOutcome;
    try {
      outcome = await this.#runToOutcome(job, options);
    } catch (error) {
      outcome = isCancelled(error) ? { kind: 'cancelled' } : { kind: 'failed', error: toWireError(toAppError(error)) };
    }
    options.onEvent(outcome);
    return outcome;
  }

  /** Ends the engine: asks it, waits, then ends it. A job that runs is cancelled. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#supervising;
  }

  async #runToOutcome(job: EngineJob, { signal, onEvent }: RunOptions): Promise<JobOutcome> {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const { connection, ...facts } = await unlessAborted(signal, this.#whenReady());
      const stopping = this.#stopping.signal;
      onEvent({ kind: 'started', attempt });
      this.#setState({ kind: 'busy', ...facts, job: job.id });
      const outcome = await connection.run(job, { signal, onProgress: onEvent });
      if (outcome) {
        if (this.#state.kind === 'busy') this.#setState({ kind: 'ready', ...facts });
        return outcome;
      }
      await connection.ended;
      if (signal.aborted || stopping.aborted) throw cancelled();
    }
    throw crashedOften(this.#lastCrash, maxAttempts);
  }

  #whenReady(): Promise<Ready> {
    if (this.#ready === undefined) {
      this.#ready = createDeferred();
      this.#stopping = new AbortController();
      this.#supervising = this.#supervise(this.#stopping.signal);
    }
    return this.#ready.promise;
  }

  /** Starts the engine again and again, until it is told to stop or there is no hope. */
  async #supervise(stopping: AbortSignal): Promise<void> {
    const policy = new RestartPolicy(this.#limits);
    while (!stopping.aborted) {
      const crash = await this.#live(policy.safeMode, stopping);
      if (crash === null) continue;
      this.#lastCrash = crash;
      this.#setState({ kind: 'crashed', crash });
      const decision = policy.crashed(performance.now());
      if (decision.kind === 'give-up') break;
      this.#setState({ kind: 'backoff', delayMs: decision.delayMs, safeMode: decision.safeMode });
      await delay(decision.delayMs, { signal: stopping }).catch(() => undefined);
    }
    const ready = this.#ready;
    this.#ready = undefined;
    this.#setState({ kind: 'stopped', crash: stopping.aborted ? null : this.#lastCrash });
    ready?.reject(stopping.aborted ? cancelled() : startFailed(this.#lastCrash));
  }

  /** One life of the engine; null if it ended because we wanted it to. */
  async #live(safeMode: boolean, stopping: AbortSignal): Promise<CrashReport | null> {
    this.#setState({ kind: 'starting', safeMode });
    const connection = new EngineConnection(this.#spawn, this.#limits, {
      onHung: () => this.#setState({ kind: 'hung' }),
    });
    const stop = () => {
      this.#setState({ kind: 'stopping' });
      void connection.stop();
    };
    stopping.addEventListener('abort', stop, { once: true });
    const report = await connection.ready({ safeMode });
    if (report && !stopping.aborted) {
      this.#setState({ kind: 'ready', safeMode, report });
      this.#ready?.resolve({ connection, report, safeMode });
    }
    const { cause, ...end } = await connection.ended;
    stopping.removeEventListener('abort', stop);
    // Who waits from here on waits for the next life.
    if (report) this.#ready = createDeferred();
    return cause === 'stop' || cause === 'cancel-timeout' ? null : { ...end, cause, at: new Date().toISOString() };
  }

  #setState(state: EngineState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

/** The promise, or `cancelled` as soon as the signal aborts. */
async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  throwIfCancelled(signal);
  const aborted = createDeferred<never>();
  const onAbort = () => aborted.reject(cancelled());
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
