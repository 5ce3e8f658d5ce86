import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { openMetricsLog, readMetrics } from './metrics-log.ts';
import type { StepMetrics } from './train.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'metrics-'));
});
afterEach(() => rm(folder, { recursive: true }));

function metricsOf(step: number, loss: number): StepMetrics {
  return {
    step,
    loss,
    gradientNorm: 1,
    learningRate: 1e-3,
    samples: step * 8,
    samplesPerSecond: 20,
    bucket: 'square',
    metrics: {},
  };
}

it('a log is gone on with where the training is, without what a killed one wrote after that', async () => {
  const file = path.join(folder, 'metrics.jsonl');
  const first = await openMetricsLog(file, { afterStep: 0 });
  for (const step of [1, 2, 3, 4]) await first.append(metricsOf(step, 1 / step));
  await appendFile(file, '{"step":5,"lo');
  expect((await readMetrics(file)).map(({ step }) => step)).toEqual([1, 2, 3, 4]);

  const resumed = await openMetricsLog(file, { afterStep: 2 });
  await resumed.append(metricsOf(3, 0.5));
  expect((await readMetrics(file)).map(({ step, loss }) => [step, loss])).toEqual([
    [1, 1],
    [2, 0.5],
    [3, 0.5],
  ]);
});
