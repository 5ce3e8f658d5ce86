import { throwIfCancelled } from '#base/abort';
import { AppError } from '#base/app-error';
import type { Raster } from '#raster/raster';
import type { EngineEvent } from '#shared/contract/job-events';
import { zGenerateRequest } from '#shared/contract/job-request';
import { passingReport } from '#testing/device-report';
import { describe, expect, it } from 'vitest';

import { jobEvents } from './job-events.ts';
import type { Job, JobResult, RunJob } from './run-job.ts';

const request = zGenerateRequest.parse({
  kind: 'generate',
  model: 'nano',
  precision: 'f32',
  prompt: 'a cat',
  seed: 1,
  steps: 4,
  textGuidance: 5,
  width: 64,
  height: 64,
});
const job: Job = {
  request,
  inputs: new Map(),
  modelFolder: '/models/nano',
  device: passingReport('cpu'),
};
const picture: Raster = { width: 1, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3) };
const result: JobResult = { pictures: [picture], composition: null, text: '', warnings: [] };
const never = new AbortController().signal;

async function collect(events: AsyncIterable<EngineEvent>): Promise<EngineEvent[]> {
  const all: EngineEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** A pipeline whose steps take as long as given, on a clock that only it moves. */
function pipelineOfSteps(durationsMs: readonly number[]): { run: RunJob; now: () => number } {
  let nowMs = 1000;
  return {
    now: () => nowMs,
    run: async (_, { onEvent }) => {
      onEvent({ kind: 'phase', name: 'load' });
      nowMs += 500;
      onEvent({ kind: 'phase', name: 'denoise' });
      for (const [index, durationMs] of durationsMs.entries()) {
        nowMs += durationMs;
        onEvent({ kind: 'step', step: index + 1, steps: durationsMs.length, preview: null });
      }
      return result;
    },
  };
}

describe('a job', () => {
  it('tells its phases and steps in order, then its outcome', async () => {
    const { run, now } = pipelineOfSteps([10, 10]);
    const events = await collect(jobEvents(job, run, { runtime: '1.30.0', signal: never, now }));
    expect(events.map((event) => (event.kind === 'phase' ? event.name : event.kind))).toEqual([
      'load',
      'denoise',
      'step',
      'step',
      'finished',
    ]);
  });

  it('says how long is left once two steps were measured, and lets one slow step pass', async () => {
    const { run, now } = pipelineOfSteps([100, 40, 40, 900, 40]);
    const events = await collect(jobEvents(job, run, { runtime: '1.30.0', signal: never, now }));
    expect(events.flatMap((event) => (event.kind === 'step' ? [event.timeLeftMs] : []))).toEqual([
      null,
      70 * 3,
      40 * 2,
      70 * 1,
      0,
    ]);
  });

  it('reports what each phase took', async () => {
    const { run, now } = pipelineOfSteps([10, 30]);
    expect((await collect(jobEvents(job, run, { runtime: '1.30.0', signal: never, now }))).at(-1)).toMatchObject({
      kind: 'finished',
      pictures: [picture],
      composition: null,
      report: {
        device: 'cpu',
        runtime: '1.30.0',
        precision: 'f32',
        totalMs: 540,
        phases: [
          { name: 'load', durationMs: 500 },
          { name: 'denoise', durationMs: 40 },
        ],
      },
    });
  });

  it('fails with the code and the sentence of what went wrong', async () => {
    const run: RunJob = () => Promise.reject(new AppError('engine-out-of-memory', 'Too big.', { data: { width: 64 } }));
    expect(await collect(jobEvents(job, run, { runtime: '1.30.0', signal: never }))).toEqual([
      { kind: 'failed', error: { code: 'engine-out-of-memory', message: 'Too big.', data: { width: 64 } } },
    ]);
  });

  it('is cancelled, not failed, whatever is thrown once it was asked to stop', async () => {
    const abort = new AbortController();
    const run: RunJob = async (_, { onEvent }) => {
      onEvent({ kind: 'step', step: 1, steps: 2, preview: null });
      abort.abort();
      throw new Error('The session was used after it was released');
    };
    const events = await collect(jobEvents(job, run, { runtime: '1.30.0', signal: abort.signal }));
    expect(events.map(({ kind }) => kind)).toEqual(['step', 'cancelled']);
  });

  it('does not start when it was cancelled before', async () => {
    let calls = 0;
    const run: RunJob = async () => {
      calls += 1;
      return result;
    };
    expect(await collect(jobEvents(job, run, { runtime: '1.30.0', signal: AbortSignal.abort() }))).toEqual([
      { kind: 'cancelled' },
    ]);
    expect(calls).toBe(0);
  });

  it('finishes if it was faster than the wish to stop it', async () => {
    const abort = new AbortController();
    const run: RunJob = async () => {
      abort.abort();
      return result;
    };
    expect(await collect(jobEvents(job, run, { runtime: '1.30.0', signal: abort.signal }))).toMatchObject([
      { kind: 'finished' },
    ]);
  });

  it('says nothing after its outcome, even if its pipeline does', async () => {
    let late: () => void = () => undefined;
    const run: RunJob = async (_, { onEvent }) => {
      late = () => onEvent({ kind: 'text', delta: 'too late' });
      return result;
    };
    const events: EngineEvent[] = [];
    for await (const event of jobEvents(job, run, { runtime: '1.30.0', signal: never })) {
      events.push(event);
      late();
    }
    expect(events.map(({ kind }) => kind)).toEqual(['finished']);
  });

  it('is stopped by whoever stops listening, who then waits for it to end', async () => {
    let ended = false;
    const run: RunJob = async (_, { signal, onEvent }) => {
      try {
        for (let step = 1; ; step += 1) {
          throwIfCancelled(signal);
          onEvent({ kind: 'step', step, steps: 1000, preview: null });
          await new Promise((resolve) => {
            setImmediate(resolve);
          });
        }
      } finally {
        ended = true;
      }
    };
    for await (const event of jobEvents(job, run, { runtime: '1.30.0', signal: never })) {
      if (event.kind === 'step' && event.step === 3) break;
    }
    expect(ended).toBe(true);
  });
});
