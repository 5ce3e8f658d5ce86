/** @file `evaluate`: what a model can do, in numbers and pictures; and the training of the judge that says so. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { AppError, toAppError } from '#base/app-error';
import { exitStatus } from '#base/error-codes';
import { writeFileDurably } from '#files/durable-write';
import { contactSheet } from '#train/data/contact-sheet';
import { openSprites } from '#train/data/sprites/sprite-cache';
import { abilities, type Ability } from '#train/evaluation/abilities';
import { evaluate, type TestResult } from '#train/evaluation/evaluate';
import { Judge, judgeAccuracy } from '#train/evaluation/judge/judge';
import { judgeData, JUDGE_SEEDS } from '#train/evaluation/judge/judge-training';
import { trainJudge } from '#train/evaluation/judge/train-judge';
import { scoresOf, scoreTable } from '#train/evaluation/report';
import { writePng } from '#train/recipe/run/write-png';
import type { LoadGraph } from '#train/runtime';

import { evaluatedPackage } from './evaluated-package.ts';
import { createSession } from './ort/ort-session.ts';
import { probeDevice } from './ort/probe-device.ts';
import { OvisModel } from './ovis/ovis-model.ts';

/** Pictures on one sheet. */
const SHEET_ROWS = 12;
const JUDGE_BATCH = 16;
const JUDGE_REPORT_STEPS = 100;
const print = (line: string) => process.stdout.write(`${line}\n`);

async function main(signal: AbortSignal): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      judge: { type: 'string' },
      'train-judge': { type: 'string' },
      out: { type: 'string' },
      tests: { type: 'string', default: '20' },
      only: { type: 'string' },
      side: { type: 'string', default: '128' },
      steps: { type: 'string', default: '20' },
      'text-guidance': { type: 'string', default: '4' },
      'image-guidance': { type: 'string', default: '1.5' },
      cache: { type: 'string', default: '.cache/train' },
      threads: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
    },
  });
  const [folder] = positionals;
  const judgeFolder = values.judge;
  const tests = Number(values.tests);
  const only = values.only as Ability | undefined;
  if (
    judgeFolder === undefined ||
    !Number.isInteger(tests) ||
    tests < 1 ||
    (only !== undefined && !abilities.includes(only))
  ) {
    throw new AppError(
      'usage-invalid',
      `Usage: evaluate [PACKAGE] --judge DIR [--tests 20] [--only ${abilities.join('|')}] [--out DIR] [--train-judge STEPS]`,
    );
  }
  const sheet = await openSprites(values.cache);
  const threads = Number(values.threads);
  const loadGraph: LoadGraph = (model) => createSession(model, { device: 'cpu', threads, memoryArena: true });
  const steps = values['train-judge'];
  if (steps !== undefined) {
    const onStep = ({ step, loss, samplesPerSecond }: { step: number; loss: number; samplesPerSecond: number }) => {
      if (step % JUDGE_REPORT_STEPS === 0)
        print(`judge: step ${step} of ${steps}, loss ${loss.toFixed(4)}, ${samplesPerSecond.toFixed(1)} samples/s`);
    };
    await trainJudge({
      folder: judgeFolder,
      steps: Number(steps),
      batchSize: JUDGE_BATCH,
      sheet,
      loadGraph,
      signal,
      onStep,
    });
  }
  const judge = await Judge.open(path.join(judgeFolder, 'judge.safetensors'), loadGraph);
  const accuracy = await judgeAccuracy(judge, judgeData(sheet, JUDGE_SEEDS.test), 10 * tests);
  print(`judge: reads ${(100 * accuracy).toFixed(1)} % of real pictures without any error`);
  if (folder === undefined) return judge.release();

  const model = await OvisModel.open(folder, {
    device: await probeDevice('cpu'),
    residentBytes: Number.POSITIVE_INFINITY,
  });
  const settings = {
    side: Number(values.side),
    steps: Number(values.steps),
    textGuidance: Number(values['text-guidance']),
    imageGuidance: Number(values['image-guidance']),
    signal,
  };
  const results: TestResult[] = [];
  const onResult = (result: TestResult) => {
    results.push(result);
    const { ability, kind, passed, note, prompt } = result;
    const line = { ability, kind, passed, note, prompt };
    print(
      values.json
        ? JSON.stringify(line)
        : `${passed ? '✓' : '✗'} ${ability}, ${kind}: ${prompt} ${note && `(${note})`}`,
    );
  };
  await evaluate(evaluatedPackage(model, settings), { judge, sheet, tests, only: only ?? null, signal, onResult });
  await model.dispose();
  await judge.release();
  const table = scoreTable(scoresOf(results), accuracy);
  print(table);
  if (values.out !== undefined) await writeReport(values.out, table, results);
}

/** The table, and a sheet of pictures for every kind of test. */
async function writeReport(folder: string, table: string, results: readonly TestResult[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFileDurably(path.join(folder, 'scores.md'), table);
  const kinds = new Set(results.map(({ ability, kind }) => `${ability}-${kind}`.replaceAll(' ', '-')));
  for (const name of kinds) {
    const own = results.filter(({ ability, kind }) => `${ability}-${kind}`.replaceAll(' ', '-') === name);
    const pictures = own.slice(0, SHEET_ROWS).flatMap((result) => result.pictures);
    const perTest = own[0]!.pictures.length;
    await writePng(
      path.join(folder, `${name}.png`),
      contactSheet(pictures, { columns: perTest === 1 ? 4 : 2 * perTest }),
    );
  }
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
