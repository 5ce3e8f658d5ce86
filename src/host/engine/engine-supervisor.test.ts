import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { zEngineJob, type EngineJob } from '#shared/contract/engine';
import type { JobEvent, JobOutcome } from '#shared/contract/job-events';
import { bundleScripts, type BundledScripts } from '#testing/bundle-scripts';
import type { FakeEngineFaults } from '#testing/fake-engine';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import type { EngineLimits } from './engine-limits.ts';
import type { EngineState } from './engine-state.ts';
import { EngineSupervisor } from './engine-supervisor.ts';
import { forkEngine } from './fork-engine.ts';

// Each test starts processes.
vi.setConfig({ testTimeout: 60_000 });

let scripts: BundledScripts;
let folder = '';
let supervisor: EngineSupervisor | undefined;
beforeAll(async () => {
  scripts = await bundleScripts({ engine: 'src/testing/fake-engine.ts' });
});
afterAll(() => scripts[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-'));
});
afterEach(async () => {
  await supervisor?.stop();
  await rm(folder, { recursive: true });
});

/** A supervisor of real processes that fail as told, and what it goes through. */
function supervise(faults: FakeEngineFaults = {}, limits: Partial<EngineLimits> = {}) {
  const env = { FAKE_ENGINE: JSON.stringify({ countFile: join(folder, 'processes'), ...faults }) };
  const pids: number[] = [];
  supervisor = new EngineSupervisor(
    (listeners) => {
      const engine = forkEngine({ entry: join(scripts.folder, 'engine.js'), env, ...listeners });
      pids.push(engine.pid!);
      return engine;
    },
    { heartbeatMs: 40, backoffMs: 1, ...limits },
  );
  const states: EngineState[] = [];
  supervisor.onState((state) => states.push(state));
  return { supervisor, states, pids };
}

const grey = { width: 2, height: 1, channels: 1, data: Uint8Array.of(7, 8) } as const;

function jobOf(steps: number): EngineJob {
  const image = 'ab'.repeat(32);
  return zEngineJob.parse({
    id: randomUUID(),
    modelFolder: '/models/nano',
    device: null,
    inputs: new Map([[image, grey]]),
    request: { kind: 'edit', model: 'nano', precision: 'f32', prompt: 'x', seed: 1, steps, textGuidance: 5, image },
  });
}

async function run(
  job: EngineJob,
  { signal, onEvent }: { signal?: AbortSignal; onEvent?: (event: JobEvent) => void } = {},
) {
  const events: JobEvent[] = [];
  const outcome = await supervisor!.run(job, {
    signal: signal ?? new AbortController().signal,
    onEvent: (event) => {
      events.push(event);
      onEvent?.(event);
    },
  });
  return { outcome, events, kinds: events.map(({ kind }) => kind) };
}

const kindsOf = (states: readonly EngineState[]) => states.map(({ kind }) => kind);
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('an engine that is well', () => {
  it('starts, reports its devices, runs jobs with pixels in and out, and stops when asked', async () => {
    const { states, pids } = supervise();
    expect(await supervisor!.start()).toMatchObject({ runtime: 'fake', preferred: 'webgpu', pid: pids[0] });
    const { outcome, kinds } = await run(jobOf(3));
    expect(kinds).toEqual(['started', 'phase', 'step', 'step', 'step', 'finished']);
    expect(outcome).toMatchObject({ kind: 'finished', pictures: [grey], report: { device: 'webgpu' } });
    expect((outcome as Extract<JobOutcome, { kind: 'finished' }>).pictures[0]!.data).toBeInstanceOf(Uint8Array);
    await supervisor!.stop();
    expect(kindsOf(states)).toEqual(['starting', 'ready', 'busy', 'ready', 'stopping', 'stopped']);
    expect(isAlive(pids[0]!)).toBe(false);
  });

  it('is started by the first job, and again by one after a stop', async () => {
    const { pids } = supervise();
    expect((await run(jobOf(1))).outcome.kind).toBe('finished');
    await supervisor!.stop();
    expect((await run(jobOf(1))).outcome.kind).toBe('finished');
    expect(pids).toHaveLength(2);
  });

  it('stops a job between steps and stays ready', async () => {
    const { pids } = supervise({ stepMs: 20 });
    const abort = new AbortController();
    const { kinds } = await run(jobOf(1000), {
      signal: abort.signal,
      onEvent: (event) => event.kind === 'step' && event.step === 2 && abort.abort(),
    });
    expect(kinds.at(-1)).toBe('cancelled');
    expect(kinds.filter((kind) => kind === 'step').length).toBeLessThanOrEqual(3);
    expect((await run(jobOf(1))).outcome.kind).toBe('finished');
    expect(pids).toHaveLength(1);
  });

  it('cancels what runs when it is stopped', async () => {
    supervise({ stepMs: 20 });
    const { outcome } = await run(jobOf(1000), {
      onEvent: (event) => event.kind === 'step' && event.step === 2 && void supervisor!.stop(),
    });
    expect(outcome.kind).toBe('cancelled');
    await supervisor!.stop();
    expect(supervisor!.state.kind).toBe('stopped');
  });

  it('passes on why a job failed, and goes on', async () => {
    supervise({ inJob: 'fail' });
    expect((await run(jobOf(3))).outcome).toMatchObject({
      kind: 'failed',
      error: { code: 'engine-out-of-memory', message: 'There is not enough memory to run the model.' },
    });
    expect(supervisor!.state.kind).toBe('ready');
  });
});

describe('an engine that fails in a job', () => {
  it.each(['crash', 'kill', 'garbage', 'nonsense'] as const)('runs the job again after a %s', async (inJob) => {
    const { states } = supervise({ inJob, times: 1 });
    const { outcome, kinds, events } = await run(jobOf(3));
    expect(outcome.kind).toBe('finished');
    expect(kinds.filter((kind) => kind === 'started')).toHaveLength(2);
    expect(events.filter((event) => event.kind === 'started')).toEqual([
      { kind: 'started', attempt: 1 },
      { kind: 'started', attempt: 2 },
    ]);
    expect(kindsOf(states)).toEqual([
      'starting',
      'ready',
      'busy',
      'crashed',
      'backoff',
      'starting',
      'ready',
      'busy',
      'ready',
    ]);
  });

  it('runs the job again when it hangs, and says that it hung', async () => {
    const { states } = supervise({ inJob: 'hang', times: 1 }, { busySilenceMs: 800 });
    expect((await run(jobOf(3))).outcome.kind).toBe('finished');
    expect(kindsOf(states).slice(0, 6)).toEqual(['starting', 'ready', 'busy', 'hung', 'crashed', 'backoff']);
    expect(states.find((state) => state.kind === 'crashed')).toMatchObject({ crash: { cause: 'hung' } });
  });

  it('gives a job up the second time, with the reason and what the engine last said', async () => {
    const { states } = supervise({ inJob: 'crash' });
    const job = jobOf(3);
    const { outcome } = await run(job);
    expect(outcome).toMatchObject({
      kind: 'failed',
      error: { code: 'engine-crashed', data: { exitCode: 134, stderrTail: 'a graph went wrong\n' } },
    });
    expect(states.find((state) => state.kind === 'crashed')).toMatchObject({
      crash: { cause: 'exit', code: 134, job: job.id },
    });
  });

  it('does not run a job again that was cancelled meanwhile', async () => {
    supervise({ inJob: 'crash' });
    const abort = new AbortController();
    const crashed = new Promise<void>((resolve) => {
      supervisor!.onState((state) => {
        if (state.kind !== 'crashed') return;
        abort.abort();
        resolve();
      });
    });
    const { kinds } = await run(jobOf(3), { signal: abort.signal });
    await crashed;
    expect(kinds.filter((kind) => kind === 'started')).toHaveLength(1);
    expect(kinds.at(-1)).toBe('cancelled');
  });

  it('is ended when it does not stop a job in time', async () => {
    const { pids } = supervise({ inJob: 'ignore-cancel', stepMs: 20 }, { cancelMs: 100 });
    const abort = new AbortController();
    const { outcome } = await run(jobOf(1000), {
      signal: abort.signal,
      onEvent: (event) => event.kind === 'step' && event.step === 2 && abort.abort(),
    });
    expect(outcome.kind).toBe('cancelled');
    expect((await run(jobOf(1))).outcome.kind).toBe('finished');
    expect(pids).toHaveLength(2);
    expect(isAlive(pids[0]!)).toBe(false);
  });

  it('starts in safe mode when it keeps crashing, where the job succeeds if a driver was to blame', async () => {
    supervise({ inJob: 'kill', onlyOnGpu: true }, { maxCrashes: 2 });
    expect((await run(jobOf(3))).outcome).toMatchObject({ kind: 'failed', error: { code: 'engine-crashed' } });
    const { outcome } = await run(jobOf(3));
    expect(outcome).toMatchObject({ kind: 'finished', report: { device: 'cpu' } });
    expect(supervisor!.state).toMatchObject({ kind: 'ready', safeMode: true });
  });
});

describe('an engine that does not start', () => {
  it('is tried again, in safe mode as well, and then given up with the reason', async () => {
    const { states, pids } = supervise({ atStart: 'exit' });
    await expect(supervisor!.start()).rejects.toMatchObject({
      code: 'engine-start-failed',
      data: { exitCode: 3, stderrTail: 'the driver could not be loaded\n' },
    });
    expect(pids).toHaveLength(6);
    expect(states.flatMap((state) => (state.kind === 'starting' ? [state.safeMode] : []))).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
    ]);
    expect(states.at(-1)).toMatchObject({ kind: 'stopped', crash: { cause: 'exit', code: 3 } });
  });

  it('fails the job that waits for it', async () => {
    supervise({ atStart: 'exit' });
    expect((await run(jobOf(1))).outcome).toMatchObject({ kind: 'failed', error: { code: 'engine-start-failed' } });
  });

  it('is ended when it is silent for too long', async () => {
    const { states } = supervise({ atStart: 'silent', times: 1 }, { startMs: 1500 });
    await supervisor!.start();
    expect(states.find((state) => state.kind === 'crashed')).toMatchObject({ crash: { cause: 'start-timeout' } });
  });

  it('is waited for when it is only slow', async () => {
    const { pids } = supervise({ atStart: 'slow' });
    await supervisor!.start();
    expect(pids).toHaveLength(1);
  });

  it('lets go of a job that is cancelled while it starts', async () => {
    supervise({ atStart: 'silent' }, { stopMs: 100 });
    const { kinds } = await run(jobOf(1), { signal: AbortSignal.timeout(100) });
    expect(kinds).toEqual(['cancelled']);
  });

  it('does not start where there is no script, and says so', async () => {
    supervisor = new EngineSupervisor((listeners) => forkEngine({ entry: join(folder, 'missing.mjs'), ...listeners }), {
      backoffMs: 1,
    });
    await expect(supervisor.start()).rejects.toMatchObject({ code: 'engine-start-failed' });
  });
});
