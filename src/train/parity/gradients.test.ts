import path from 'node:path';

import { beforeAll, expect, it } from 'vitest';

import { createSession } from '#engine/ort/ort-session';
import { describeGolden, FIXTURES } from '#testing/goldens';

import { openGradientFolder, runGradientCase, type GradientFolder } from './gradient-cases.ts';

const ids = ['flow_t2i', 'flow_edit', 'lm', 'lm_multi', 'lm_to_flow', 'vae', 'lora', 'adamw'];

describeGolden.each([
  ['as training builds it', true],
  ['from composites only', false],
])('the gradient of the model, %s, is the reference’s in', (_, fused) => {
  let folder: GradientFolder;
  beforeAll(async () => {
    folder = await openGradientFolder(path.join(FIXTURES, 'ovis-u1-dev'));
  });

  it.each(ids.filter((id) => fused || id !== 'adamw'))('%s', async (id) => {
    const golden = folder.cases.find((candidate) => candidate.id === id)!;
    const loadGraph = (model: Uint8Array) => createSession(model, { device: 'cpu' });
    const rows = await runGradientCase(golden, folder.config, folder.weights, { loadGraph, fused });
    expect(rows.filter(({ passed }) => !passed)).toEqual([]);
    expect(rows.length).toBeGreaterThan(Object.keys(golden.gradients).length);
  });
});
