import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createSession } from '#engine/ort/ort-session';
import { bundleScripts } from '#testing/bundle-scripts';
import { lineBatches, linePlan, lineWeights } from '#testing/line-plan';

import { adamW } from '../optimise/adamw.ts';
import { train, type StepMetrics, type TrainingOptions } from './train.ts';
import type { TrainingPlan } from './training-plan.ts';
import { weightsOf, type TrainingState } from './training-state.ts';

const loadGraph = (model: Uint8Array) => createSession(model, { device: 'cpu' });

async function run(
  plan: TrainingPlan,
  options: Partial<TrainingOptions> = {},
): Promise<{ metrics: StepMetrics[]; state: TrainingState }> {
  const metrics: StepMetrics[] = [];
  const training = train(plan, { weights: lineWeights(), batches: lineBatches(), loadGraph, ...options });
  for (;;) {
    const next = await training.next();
    if (next.done) return { metrics, state: next.value };
    metrics.push(next.value);
  }
}

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'training-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a training', () => {
  it('makes the loss small, from both buckets', async () => {
    const { metrics } = await run(linePlan({ steps: 300 }));
    expect(metrics.map(({ step }) => step)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
    expect(new Set(metrics.map(({ bucket }) => bucket))).toEqual(new Set(['narrow', 'wide']));
    expect(metrics[0]!.loss).toBeGreaterThan(1);
    expect(metrics.at(-1)!.loss).toBeLessThan(0.01);
    expect(metrics.at(-1)!.metrics).toEqual({ rootMeanSquare: expect.closeTo(Math.sqrt(metrics.at(-1)!.loss), 5) });
  });

  it('is the same every time, and the same when it was interrupted', async () => {
    const plan = linePlan({ steps: 20 });
    const whole = await run(plan);
    expect((await run(plan)).state).toEqual(whole.state);

    const controller = new AbortController();
    const batches = lineBatches({ onBatch: (index) => index === 7 && controller.abort() });
    await expect(run(plan, { folder, batches, signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    const resumed = await run(plan, { folder });
    expect(resumed.metrics[0]!.step).toBe(9);
    expect(resumed.state).toEqual(whole.state);
  });

  it('goes on bit by bit after kill -9, whenever it came', { timeout: 60_000 }, async () => {
    const plan = linePlan({ steps: 40 });
    const whole = await run(plan);
    await using scripts = await bundleScripts({ child: path.resolve('src/testing/killed-training.ts') });
    for (const [round, saves] of [3, 9].entries()) {
      const child = fork(path.join(scripts.folder, 'child.js'), [folder]);
      let seen = 0;
      // The child tells of every step; it is killed without warning, mostly while it writes the next checkpoint.
      child.on('message', () => {
        if (++seen === saves) setTimeout(() => child.kill('SIGKILL'), 7 * round);
      });
      await once(child, 'exit');
    }
    const before = await readdir(folder);
    expect(before.some((name) => name.startsWith('step-'))).toBe(true);
    const resumed = await run(plan, { folder });
    expect(resumed.metrics.length).toBeLessThan(40);
    expect(resumed.state).toEqual(whole.state);
    expect((await readdir(folder)).filter((name) => name.startsWith('.tmp'))).toEqual([]);
  });

  it('averages gradients over batches as if they were one', async () => {
    const each = await run(linePlan({ steps: 5, accumulation: 2, buckets: ['wide'] }), {
      batches: lineBatches({ buckets: ['wide'], size: 4 }),
    });
    const whole = await run(linePlan({ steps: 5, buckets: ['wide'] }), {
      batches: lineBatches({ buckets: ['wide'], size: 8 }),
    });
    const weights = ({ state }: typeof each) => [...state.tensors.get('line.weight')!.data];
    weights(each).forEach((value, i) => expect(value).toBeCloseTo(weights(whole)[i]!, 5));
    expect(each.state.samples).toBe(whole.state.samples);
  });

  it('leaves alone what is not trained, and decays what is', async () => {
    const only = (name: string) => linePlan({ steps: 3, trains: (spec) => spec.name === name });
    const start = lineWeights();
    const { state } = await run(only('line.bias'));
    const weights = weightsOf(only('line.bias'), state);
    expect(weights.get('line.weight')!.data).toEqual(start.get('line.weight'));
    expect(weights.get('line.bias')!.data).not.toEqual(start.get('line.bias'));
    expect([...state.tensors.keys()].filter((name) => name.endsWith('line.weight'))).toEqual(['line.weight']);
  });
});

describe('a loss that is not a number', () => {
  const poisoned = lineBatches({ poisonFrom: 6 });
  const clean = lineBatches();

  it('stops the training, says where it came from, and keeps the last good state', async () => {
    const plan = linePlan({ steps: 20 });
    const failed = run(plan, { folder, batches: poisoned, traceNonFinite: true });
    await expect(failed).rejects.toMatchObject({ code: 'training-diverged', data: { step: 7 } });
    await expect(failed).rejects.toThrow('It first appears in log(input x: ');
    expect(await readdir(folder)).toEqual(['step-000000006.safetensors']);
    const resumed = await run(plan, { folder, batches: clean });
    expect(resumed.state).toEqual((await run(plan)).state);
  });
});

describe('the folder of a training', () => {
  const plan = linePlan({ steps: 6 });

  it('holds the newest two checkpoints, with the parameters under their own names', async () => {
    await run(plan, { folder, saveEvery: 2 });
    expect(await readdir(folder)).toEqual(['step-000000004.safetensors', 'step-000000006.safetensors']);
    const header = await readFile(path.join(folder, 'step-000000006.safetensors'), 'latin1');
    for (const name of ['"line.weight":{"dtype":"F32","shape":[2,3]', '"adam.m:line.weight"', '"ema:line.bias"']) {
      expect(header).toContain(name);
    }
  });

  it('is gone on with from the checkpoint before a damaged one', async () => {
    await run(plan, { folder, saveEvery: 2 });
    await truncate(path.join(folder, 'step-000000006.safetensors'), 5000);
    const resumed = await run(plan, { folder });
    expect(resumed.metrics.map(({ step }) => step)).toEqual([5, 6]);
    expect(resumed.state).toEqual((await run(plan)).state);
  });

  it('is refused when nothing in it can be read', async () => {
    await writeFile(path.join(folder, 'step-000000006.safetensors'), 'not this');
    await expect(run(plan, { folder })).rejects.toMatchObject({ code: 'safetensors-invalid' });
  });

  it('is refused to another plan, and to another configuration', async () => {
    await run(plan, { folder });
    await expect(run({ ...plan, name: 'other' }, { folder })).rejects.toMatchObject({ code: 'checkpoint-mismatch' });
    const larger = linePlan({ steps: 6, outSize: 4 });
    const weights = lineWeights({ outSize: 4 });
    await expect(run(larger, { folder, weights })).rejects.toThrow('it has line.bias of shape [2]');
  });
});

it('weights of another configuration are refused by name', async () => {
  const plan = linePlan({ steps: 1 });
  await expect(run(plan, { weights: new Map() })).rejects.toThrow("lack 2 of the model's tensors, such as line.bias");
  await expect(run(plan, { weights: lineWeights({ outSize: 4 }) })).rejects.toMatchObject({
    code: 'checkpoint-mismatch',
    data: { tensor: 'line.bias', found: 4, wanted: 2 },
  });
});

it('batches of an unknown bucket are refused', async () => {
  const batches = lineBatches({ buckets: ['tall'] });
  await expect(run(linePlan({ steps: 1 }), { batches })).rejects.toMatchObject({ code: 'training-plan-invalid' });
});

it('a plan may use another optimiser', async () => {
  const plan = { ...linePlan({ steps: 50 }), optimiser: adamW({ weightDecay: 0.5 }) };
  const decayed = await run(plan);
  const free = await run({ ...plan, optimiser: adamW({ weightDecay: 0 }) });
  const size = ({ state }: typeof free) => Math.hypot(...state.tensors.get('line.weight')!.data);
  expect(size(decayed)).toBeLessThan(size(free));
});
