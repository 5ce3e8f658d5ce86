import { expect, it, vi } from 'vitest';

import { createSession } from '#engine/ort/ort-session';
import { temporaryFolder } from '#testing/temporary-folder';

import { generationCategories, generationTests } from '../../data/evaluation/tests.ts';
import { verdict } from '../../data/evaluation/wanted.ts';
import { renderScene } from '../../data/scene/render-scene.ts';
import { openSprites } from '../../data/sprites/sprite-cache.ts';
import { Judge } from './judge.ts';
import { judgeData } from './judge-training.ts';
import { trainJudge } from './train-judge.ts';

vi.setConfig({ testTimeout: 180_000 });

it('the judge learns where things are, and is the same when read from its file', async () => {
  const sheet = await openSprites('.cache/train');
  const loadGraph = (model: Uint8Array) => createSession(model, { device: 'cpu', threads: 1 });
  const losses: number[] = [];
  const boxes: number[] = [];
  const file = await trainJudge({
    folder: await temporaryFolder(),
    steps: 80,
    batchSize: 4,
    sheet,
    loadGraph,
    signal: new AbortController().signal,
    onStep: ({ loss, metrics }) => {
      losses.push(loss);
      boxes.push(metrics['boxes']!);
    },
  });
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(losses.slice(-8))).toBeLessThan(0.8 * mean(losses.slice(0, 8)));
  expect(mean(boxes.slice(-8))).toBeLessThan(0.9 * mean(boxes.slice(0, 8)));

  const { picture } = judgeData(sheet, 2)(0);
  const [first, second] = [await Judge.open(file, loadGraph), await Judge.open(file, loadGraph)];
  try {
    expect(await first.look(picture)).toEqual(await second.look(picture));
  } finally {
    await first.release();
    await second.release();
  }
});

it('the judge that comes along reads most of what models are asked for, and does not see what is not there', async () => {
  const sheet = await openSprites('.cache/train');
  const judge = await Judge.open('resources/judge/judge.safetensors', (model) =>
    createSession(model, { device: 'cpu', threads: 1 }),
  );
  try {
    for (const category of generationCategories) {
      const tests = generationTests(25).filter((test) => test.category === category);
      let [passed, mistaken] = [0, 0];
      for (const [index, { wanted, example }] of tests.entries()) {
        const seen = await judge.look(renderScene(example, sheet, 128));
        if (verdict(wanted, seen).met) passed++;
        const others = tests[(index + 1) % tests.length]!.wanted;
        if (example.sprites[0]!.object !== others.objects[0]!.object && verdict(others, seen).met) mistaken++;
      }
      expect({ category, most: passed > 0.8 * tests.length, mistaken }).toEqual({ category, most: true, mistaken: 0 });
    }
  } finally {
    await judge.release();
  }
});
