/** @file `train`: runs or resumes the recipe. A process of its own, since it loads onnxruntime. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { AppError, toAppError } from '#base/app-error';
import { exitStatus } from '#base/error-codes';
import type { JsonObject } from '#model/weights/json';
import { openSprites } from '#train/data/sprites/sprite-cache';
import { scales, stageIds, type Scale, type StageId } from '#train/recipe/stage';
import { runRecipe } from '#train/recipe/run/run-recipe';

import { createSession } from './ort/ort-session.ts';

async function main(signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({
    options: {
      recipe: { type: 'string', default: 'nano' },
      folder: { type: 'string' },
      sizes: { type: 'string' },
      from: { type: 'string' },
      only: { type: 'string' },
      'end-now': { type: 'boolean', default: false },
      export: { type: 'string' },
      cache: { type: 'string', default: '.cache/train' },
      seed: { type: 'string', default: '1' },
      threads: { type: 'string', default: '2' },
      workers: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const scale = values.recipe as Scale;
  const only = values.only as StageId | undefined;
  if (
    !scales.includes(scale) ||
    values.folder === undefined ||
    values.sizes === undefined ||
    (values['end-now'] && only === undefined) ||
    (only !== undefined && !stageIds.includes(only))
  ) {
    throw new AppError(
      'usage-invalid',
      `Usage: train --recipe ${scales.join('|')} --folder DIR --sizes DIR [--from PACKAGE] [--only ${stageIds.join('|')}]`,
    );
  }
  const readJson = async (name: string) =>
    JSON.parse(await readFile(path.join(values.sizes!, name), 'utf8')) as JsonObject;
  const threads = Number(values.threads);
  const print = (line: string) => process.stdout.write(`${line}\n`);
  await runRecipe({
    scale,
    only: only ?? null,
    endNow: values['end-now'],
    ...(values.export !== undefined && { exportTo: values.export }),
    folder: values.folder,
    start:
      values.from === undefined
        ? { config: await readJson('config.json'), preprocessorConfig: await readJson('preprocessor_config.json') }
        : { package: values.from },
    seed: Number(values.seed),
    sheet: await openSprites(values.cache),
    workers: Number(values.workers),
    workerScript: path.join(import.meta.dirname, 'batch-worker.js'),
    loadGraph: (model) => createSession(model, { device: 'cpu', threads, memoryArena: true }),
    signal,
    report: (event) => print(values.json ? JSON.stringify(event) : event.text),
  });
}

const controller = new AbortController();
process.once('SIGINT', () => controller.abort());
process.once('SIGTERM', () => controller.abort());
try {
  await main(controller.signal);
} catch (error) {
  const { code, message } = toAppError(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = exitStatus(code);
}
