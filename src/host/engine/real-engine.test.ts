/** @file The engine as it ships, with a tiny model of random weights: real processes, real graphs. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { importCheckpoint } from '#model/weights/node/import-checkpoint';
import { zEngineJob, type EngineJob } from '#shared/contract/engine';
import type { JobEvent, JobOutcome } from '#shared/contract/job-events';
import { bundleScripts, type BundledScripts } from '#testing/bundle-scripts';
import { makeTinyCheckpoint } from '#testing/tiny-checkpoint';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { EngineSupervisor } from './engine-supervisor.ts';
import { forkEngine } from './fork-engine.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let scripts: BundledScripts;
let folder = '';
let modelFolder = '';
let supervisor: EngineSupervisor;
/** Of the latest process. */
let pid = 0;

beforeAll(async () => {
  scripts = await bundleScripts({ engine: 'src/engine/entry-node.ts' });
  folder = await mkdtemp(join(tmpdir(), 'real-engine-'));
  modelFolder = join(folder, 'tiny');
  await makeTinyCheckpoint(join(folder, 'checkpoint'));
  await importCheckpoint(join(folder, 'checkpoint'), modelFolder, { precision: 'f32' });
  supervisor = new EngineSupervisor((listeners) => {
    const engine = forkEngine({ entry: join(scripts.folder, 'engine.js'), ...listeners });
    pid = engine.pid!;
    return engine;
  });
});
afterAll(async () => {
  await supervisor.stop();
  await scripts[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function generation(steps: number): EngineJob {
  return zEngineJob.parse({
    id: randomUUID(),
    modelFolder,
    device: 'cpu',
    inputs: new Map(),
    request: {
      kind: 'generate',
      model: 'tiny',
      precision: 'f32',
      prompt: 'a red fox',
      seed: 7,
      steps,
      textGuidance: 5,
      width: 64,
      height: 48,
    },
  });
}

async function run(
  job: EngineJob,
  { signal, onEvent }: { signal?: AbortSignal; onEvent?: (event: JobEvent) => void } = {},
): Promise<{ outcome: JobOutcome; events: JobEvent[] }> {
  const events: JobEvent[] = [];
  const outcome = await supervisor.run(job, {
    signal: signal ?? new AbortController().signal,
    onEvent: (event) => {
      events.push(event);
      onEvent?.(event);
    },
  });
  return { outcome, events };
}

it('makes a picture, with a preview and the time left on the way', async () => {
  const { outcome, events } = await run(generation(4));
  expect(outcome).toMatchObject({ kind: 'finished', pictures: [{ width: 64, height: 48, channels: 3 }] });
  const steps = events.filter((event) => event.kind === 'step');
  expect(steps.map(({ step, steps }) => [step, steps])).toEqual([
    [1, 4],
    [2, 4],
    [3, 4],
    [4, 4],
  ]);
  expect(steps[0]).toMatchObject({ timeLeftMs: null });
  expect(steps[2]!.timeLeftMs).toBeGreaterThan(0);
  expect(steps.some(({ preview }) => preview !== null && preview.data.length > 0)).toBe(true);
});

it('keeps what it makes of a model in the folder for that, and leaves the model as it is', async () => {
  const previews = (events: readonly JobEvent[]) =>
    events.flatMap((event) => (event.kind === 'step' && event.preview ? [event.preview] : []));
  const cacheFolder = join(folder, 'cache');
  const before = await readdir(modelFolder);
  const first = await run({ ...generation(1), cacheFolder });
  expect(await readdir(modelFolder)).toEqual(before);
  const [kept] = await readdir(join(cacheFolder, 'latent-previews'));
  const file = join(cacheFolder, 'latent-previews', kept!);
  const written = await readFile(file, 'utf8');

  await writeFile(file, '{ "weights": "none", "bias": [0, 0, 0] }');
  const second = await run({ ...generation(1), cacheFolder });
  expect(previews(first.events).length).toBe(1);
  expect(previews(second.events)).toEqual(previews(first.events));
  expect(await readFile(file, 'utf8')).toBe(written);
});

it('makes the same picture of the same request, also in another life of the engine', async () => {
  const first = await run(generation(2));
  await supervisor.stop();
  const second = await run(generation(2));
  expect(first.outcome.kind).toBe('finished');
  expect(picturesOf(second.outcome)).toEqual(picturesOf(first.outcome));
});

it('stops a job within a step', async () => {
  const before = await supervisor.start();
  const abort = new AbortController();
  const { outcome, events } = await run(generation(500), {
    signal: abort.signal,
    onEvent: (event) => event.kind === 'step' && event.step === 3 && abort.abort(),
  });
  expect(outcome.kind).toBe('cancelled');
  expect(events.filter((event) => event.kind === 'step').length).toBeLessThanOrEqual(4);
  expect((await supervisor.start()).pid).toBe(before.pid);
});

it('runs a job again when the engine is killed in the middle of it, and finishes it', async () => {
  let kills = 0;
  const { outcome, events } = await run(generation(6), {
    onEvent: (event) => {
      if (event.kind === 'step' && event.step === 2 && kills++ === 0) process.kill(pid, 'SIGKILL');
    },
  });
  expect(outcome.kind).toBe('finished');
  expect(events.flatMap((event) => (event.kind === 'started' ? [event.attempt] : []))).toEqual([1, 2]);
});

it('fails with a clear reason when it is killed again', async () => {
  const { outcome } = await run(generation(500), {
    onEvent: (event) => {
      if (event.kind === 'step' && event.step === 2) process.kill(pid, 'SIGKILL');
    },
  });
  expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'engine-crashed', data: { signal: 'SIGKILL' } } });
});

it('says what is wrong with a model that is not there, and lives on', async () => {
  const before = await supervisor.start();
  const { outcome } = await run({ ...generation(1), modelFolder: join(folder, 'missing') });
  expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'file-missing' } });
  expect((await run(generation(1))).outcome.kind).toBe('finished');
  expect((await supervisor.start()).pid).toBe(before.pid);
});

function picturesOf(outcome: JobOutcome) {
  return outcome.kind === 'finished' ? outcome.pictures : [];
}
