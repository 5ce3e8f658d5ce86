/** @file The whole recipe at toy sizes, from nothing to a model that the studio runs. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';

import { createSession } from '#engine/ort/ort-session';
import { decodeImage } from '#host/images/decode-image';
import { createRunJob } from '#engine/pipelines/run-job';
import { ovisParameters } from '#model/ovis/parameters';
import type { JsonObject } from '#model/weights/json';
import { importCheckpoint } from '#model/weights/node/import-checkpoint';
import type { Raster } from '#raster/raster';
import { zBlobName, zJobRequest, type JobRequest } from '#shared/contract/job-request';
import { passingReport } from '#testing/device-report';
import { temporaryFolder } from '#testing/temporary-folder';

import { openSprites } from '../../data/sprites/sprite-cache.ts';
import type { SpriteSheet } from '../../data/sprites/sprite-sheet.ts';
import type { Weights } from '../../session/training-state.ts';
import { readMetrics } from '../../session/metrics-log.ts';
import { stageIds } from '../stage.ts';
import { runRecipe, type RecipeEvent, type RunRecipeOptions } from './run-recipe.ts';
import { TrainingFolder, type ModelFiles } from './training-folder.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

let sheet: SpriteSheet;
let sizes: ModelFiles;
beforeAll(async () => {
  sheet = await openSprites('.cache/train');
  const json = async (name: string) =>
    JSON.parse(await readFile(resolve('resources/configs/ovis-u1-smoke', name), 'utf8')) as JsonObject;
  sizes = { config: await json('config.json'), preprocessorConfig: await json('preprocessor_config.json') };
});

function smoke(folder: string, options: Partial<RunRecipeOptions> = {}): Promise<void> {
  return runRecipe({
    scale: 'smoke',
    only: null,
    folder,
    start: sizes,
    seed: 1,
    sheet,
    workers: 0,
    workerScript: '',
    loadGraph: (model) => createSession(model, { device: 'cpu', threads: 1 }),
    signal: new AbortController().signal,
    report: () => undefined,
    ...options,
  });
}

describe('the recipe', () => {
  it('trains all stages into a model that draws, edits and answers', async () => {
    const folder = await temporaryFolder();
    const events: RecipeEvent[] = [];
    const checkpoint = join(folder, 'checkpoint');
    await smoke(folder, { exportTo: checkpoint, report: (event) => events.push(event) });
    const finished = events.filter(({ text }) => text.endsWith(': finished')).map(({ stage }) => stage);
    expect(finished).toEqual(stageIds);

    const sheets = events.flatMap(({ text }) => /[^/\\]+[/\\]sheet-\d+\.png(?:: [\d.]+ dB)?$/.exec(text)?.[0] ?? []);
    expect(sheets).toEqual([
      expect.stringMatching(/^autoencoder.*: [\d.]+ dB$/),
      expect.stringMatching(/^0-decoder/),
      expect.stringMatching(/^4-generation/),
      expect.stringMatching(/^5-generation/),
    ]);
    const shown = await decodeImage(await readFile(join(folder, 'autoencoder', 'sheet-000024.png')));
    expect(shown.raster).toMatchObject({ width: 4 * 36 + 4, height: 4 * 36 + 4 });

    const losses = (await readMetrics(join(folder, 'autoencoder', 'log.jsonl'))).map(({ loss }) => loss);
    expect(losses.at(-1)!).toBeLessThan(0.8 * losses[0]!);

    const modelFolder = join(folder, 'package');
    await importCheckpoint(checkpoint, modelFolder, { precision: 'f32' });
    const runJob = createRunJob();
    const picture: Raster = { width: 32, height: 32, channels: 3, data: new Uint8Array(32 * 32 * 3).fill(200) };
    const blob = zBlobName.parse('a'.repeat(64));
    const run = (request: JobRequest) =>
      runJob(
        { request, inputs: new Map([[blob, picture]]), modelFolder, device: passingReport('cpu') },
        { signal: new AbortController().signal, onEvent: () => undefined },
      );
    const sampling = { model: 'smoke', precision: 'f32', prompt: 'a red apple', seed: 1, steps: 2, textGuidance: 3 };
    const drawn = await run(zJobRequest.parse({ kind: 'generate', ...sampling, width: 32, height: 32 }));
    expect(drawn.pictures[0]).toMatchObject({ width: 32, height: 32, channels: 3 });
    const edited = await run(zJobRequest.parse({ kind: 'edit', ...sampling, image: blob, imageGuidance: 1.5 }));
    expect(edited.pictures[0]).toMatchObject({ width: 32, height: 32, channels: 3 });
    const asked = { kind: 'describe', model: 'smoke', precision: 'f32', images: [blob], maxTokens: 8 };
    const answered = await run(zJobRequest.parse({ ...asked, turns: [{ role: 'user', text: 'What is this?' }] }));
    expect(answered).toMatchObject({ pictures: [], text: expect.any(String) });

    const further = join(folder, 'further');
    await smoke(further, { start: { package: modelFolder }, only: '4-generation' });
    const begun = await TrainingFolder.open(further, { package: modelFolder });
    const [before, start, after] = [
      await (await TrainingFolder.open(folder, sizes)).weights(1),
      await begun.weights(1, '4-generation'),
      await begun.weights(1),
    ];
    // Heads that a stage leaves behind belong to no model.
    const differing = (a: Weights, b: Weights) =>
      ovisParameters(begun.config)
        .map(({ name }) => name)
        .filter((name) => a.get(name)!.some((weight, i) => weight !== b.get(name)![i]));
    expect(differing(start, before)).toEqual([]);
    const changed = differing(start, after);
    expect(changed.length).toBeGreaterThan(20);
    expect(changed.filter((name) => !name.startsWith('visual_generator.'))).toEqual([]);
    expect(await readFile(join(further, 'tokenizer.json'))).toEqual(await readFile(join(folder, 'tokenizer.json')));
  });

  it('goes on where it was stopped as if it had not been', async () => {
    const [whole, stopped] = [await temporaryFolder(), await temporaryFolder()];
    await smoke(whole, { only: 'autoencoder' });
    const controller = new AbortController();
    const sessions: RunRecipeOptions['loadGraph'] = async (model) => {
      const session = await createSession(model, { device: 'cpu', threads: 1 });
      let runs = 0;
      return {
        run: async (...inputs) => {
          if (++runs === 11) controller.abort();
          return session.run(...inputs);
        },
        release: () => session.release(),
      };
    };
    const { signal } = controller;
    await expect(smoke(stopped, { only: 'autoencoder', loadGraph: sessions, signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    await smoke(stopped, { only: 'autoencoder' });
    for (const file of ['autoencoder/result.safetensors', 'config.json']) {
      expect(await readFile(join(stopped, file))).toEqual(await readFile(join(whole, file)));
    }
  });

  it('ends a stage early with what it has learnt so far', async () => {
    const folder = await temporaryFolder();
    const events: string[] = [];
    await smoke(folder, { only: 'autoencoder', endNow: true, report: ({ text }) => events.push(text) });
    await smoke(folder, { only: 'autoencoder', report: ({ text }) => events.push(text) });
    expect(events.at(-1)).toBe('autoencoder: done');
  });
});
