import { inspect } from 'node:util';

import { isCancelled } from '#base/abort';
import { toAppError } from '#base/app-error';
import { assertNever } from '#base/assert';
import type { EngineEvent, JobOutcome, JobReport } from '#shared/contract/job-events';
import { toWireError } from '#shared/contract/wire-error';

import { EventQueue } from './event-queue.ts';
import type { Job, PipelineEvent, RunJob } from './run-job.ts';
import { StepClock } from './step-clock.ts';

/**
 * Runs a job and tells of it: its progress in order, then its outcome, then nothing. It never throws. Whoever stops
 * iterating early cancels the job.
 *
 * @param runtime version of onnxruntime, for the report
 * @param now Milliseconds on a clock that only goes forward.
 */
export async function* jobEvents(
  job: Job,
  run: RunJob,
  { signal, runtime, now = () => performance.now() }: { signal: AbortSignal; runtime: string; now?: () => number },
): AsyncGenerator<EngineEvent, void, void> {
  const events = new EventQueue<EngineEvent>();
  const left = new AbortController();
  const log = new JobLog(now);
  const work = async () => {
    const outcome = await settle(job, run, {
      signal: AbortSignal.any([signal, left.signal]),
      onEvent: (event) => events.push(log.note(event)),
      report: () => ({ ...log.report(job), runtime }),
    });
    events.push(outcome);
    events.close();
  };
  const working = work();
  try {
    yield* events;
  } finally {
    left.abort();
    await working;
  }
}

async function settle(
  job: Job,
  run: RunJob,
  {
    signal,
    onEvent,
    report,
  }: { signal: AbortSignal; onEvent: (event: PipelineEvent) => void; report: () => Omit<JobReport, 'warnings'> },
): Promise<JobOutcome> {
  try {
    if (signal.aborted) return { kind: 'cancelled' };
    const { pictures, composition, text, warnings } = await run(job, { signal, onEvent });
    const whole = { ...report(), warnings: [...warnings] };
    return { kind: 'finished', pictures: [...pictures], composition, text, report: whole };
  } catch (error) {
    // A job that is being stopped may trip over something on its way out; stopping is still what happened.
    if (signal.aborted || isCancelled(error)) return { kind: 'cancelled' };
    const appError = toAppError(error);
    // A bug: the person gets a sentence, the log gets the stack.
    if (appError.code === 'internal') process.stderr.write(`${inspect(error)}\n`);
    return { kind: 'failed', error: toWireError(appError) };
  }
}

/** Times the phases and steps of one job. */
class JobLog {
  readonly #now: () => number;
  readonly #startedMs: number;
  readonly #phases: JobReport['phases'] = [];
  #phaseStartedMs: number;
  #clock: StepClock;

  constructor(now: () => number) {
    this.#now = now;
    this.#startedMs = now();
    this.#phaseStartedMs = this.#startedMs;
    this.#clock = new StepClock(now);
  }

  note(event: PipelineEvent): EngineEvent {
    switch (event.kind) {
      case 'phase':
        this.#endPhase();
        this.#phases.push({ name: event.name, durationMs: 0 });
        this.#clock = new StepClock(this.#now);
        return event;
      case 'step':
        return { ...event, timeLeftMs: this.#clock.stepDone(event.step, event.steps) };
      case 'region':
      case 'text':
        return event;
      default:
        return assertNever(event);
    }
  }

  report({ device, request }: Job): Omit<JobReport, 'warnings' | 'runtime'> {
    this.#endPhase();
    return {
      device: device.device,
      precision: request.precision,
      totalMs: this.#now() - this.#startedMs,
      phases: this.#phases,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    };
  }

  #endPhase(): void {
    const atMs = this.#now();
    const phase = this.#phases.at(-1);
    if (phase !== undefined) phase.durationMs = atMs - this.#phaseStartedMs;
    this.#phaseStartedMs = atMs;
  }
}
