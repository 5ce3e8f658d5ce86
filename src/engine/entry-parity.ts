/**
 * @file `parity DIR`: the golden numbers of a checkpoint folder, through the code that jobs and training run. A process of
 * its own, since it loads onnxruntime.
 */
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { AppError, toAppError } from '#base/app-error';
import { exitStatus } from '#base/error-codes';
import { precisions, type Precision } from '#model/weights/package-manifest';
import { importCheckpoint } from '#model/weights/node/import-checkpoint';
import { zDevice, type DeviceReport } from '#shared/contract/device';

import type { ParityRow } from '#train/parity/golden';
import { runGradientCases } from '#train/parity/gradient-cases';
import { createSession } from './ort/ort-session.ts';
import { probeDevice } from './ort/probe-device.ts';
import { OvisModel } from './ovis/ovis-model.ts';
import { exactTolerance, toleranceOf } from './parity/compare.ts';
import { parityTable } from './parity/report.ts';
import { runParity } from './parity/run-parity.ts';

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      precision: { type: 'string', default: 'f32' },
      device: { type: 'string', default: 'cpu' },
      json: { type: 'boolean', default: false },
    },
  });
  const folder = positionals[0] ?? '';
  const precision = values.precision as Precision;
  const device = zDevice.safeParse(values.device);
  if (folder === '' || !precisions.includes(precision) || !device.success) {
    throw new AppError('usage-invalid', 'Usage: parity DIR [--precision f32|f16|int8|q4] [--device cpu|webgpu|cuda|…]');
  }
  await access(path.join(folder, 'goldens', 'manifest.json')).catch((error: unknown) => {
    throw new AppError('golden-invalid', `${folder} has no goldens/manifest.json. Name the folder above "goldens".`, {
      data: { folder },
      cause: error,
    });
  });
  const report = await probeDevice(device.data);
  if (!report.usable) throw new AppError('engine-device-missing', `${device.data}: ${report.problem ?? 'not usable'}`);
  return withPackage(folder, precision, report, async (model) => {
    const rows: ParityRow[] = [];
    const isExact = device.data === 'cpu' && precision === 'f32';
    const tolerance = isExact ? exactTolerance : toleranceOf(precision);
    for await (const row of runParity(path.join(folder, 'goldens'), model, tolerance)) rows.push(row);
    if (isExact && (await isThere(path.join(folder, 'gradients', 'manifest.json')))) {
      const loadGraph = (graph: Uint8Array) => createSession(graph, { device: 'cpu' });
      for await (const row of runGradientCases(folder, { loadGraph })) rows.push(row);
    }
    const judged = precision === 'f32';
    process.stdout.write(
      values.json ? rows.map((row) => `${JSON.stringify(row)}\n`).join('') : parityTable(rows, { judged }),
    );
    return judged && rows.some(({ passed }) => !passed) ? 1 : 0;
  });
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** Imports the folder's checkpoint into a package that is gone afterwards. */
async function withPackage(
  folder: string,
  precision: Precision,
  device: DeviceReport,
  use: (model: OvisModel) => Promise<number>,
): Promise<number> {
  const temporary = await mkdtemp(path.join(tmpdir(), 'ovis-parity-'));
  try {
    const target = path.join(temporary, 'package');
    await importCheckpoint(path.join(folder, 'model'), target, { precision });
    const model = await OvisModel.open(target, { device, residentBytes: Number.POSITIVE_INFINITY });
    try {
      return await use(model);
    } finally {
      await model.dispose();
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const { code, message } = toAppError(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = exitStatus(code);
}
