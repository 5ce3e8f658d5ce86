/** @file `bench`: speeds of a model's parts, as shares of what the machine can do, all measured in one run. */
import { parseArgs } from 'node:util';

import { AppError, toAppError } from '#base/app-error';
import { exitStatus } from '#base/error-codes';

import { measureMachine } from './bench/machine.ts';
import { benchParts, type BenchRow } from './bench/parts.ts';
import { benchTrainingStep } from './bench/training-step.ts';
import { probeDevice } from './ort/probe-device.ts';
import { OvisModel } from './ovis/ovis-model.ts';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      size: { type: 'string', default: '512' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [folder] = positionals;
  const side = Number(values.size);
  if (folder === undefined || !Number.isInteger(side) || side % 16 !== 0) {
    throw new AppError('usage-invalid', 'Usage: bench PACKAGE [--size 512] [--only decoder,prefill]');
  }
  const model = await OvisModel.open(folder, { device: await probeDevice('cpu'), residentBytes: 0 });
  const machine = await measureMachine();
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const note = `matrix product ${machine.productGflops.toFixed(0)} GFLOPS (f32), memory ${machine.memoryGbps.toFixed(1)} GB/s`;
  if (!values.json) print(`${model.package.name}, ${model.package.precision}; machine: ${note}\n${header}`);
  const only = values.only?.split(',');
  for await (const row of benchParts(model, machine, { side, ...(only && { only }) })) {
    print(values.json ? JSON.stringify({ ...row, machine }) : line(row));
  }
  await model.dispose();
  if (!only || only.some((word) => 'training step'.includes(word))) {
    const row = await benchTrainingStep();
    print(values.json ? JSON.stringify({ ...row, machine }) : line(row));
  }
  if (!values.json) print(`peak memory ${(process.resourceUsage().maxRSS / 1024 ** 2).toFixed(2)} GiB`);
}

const WIDTHS = [15, 30, 10, 8, 15, 12, 9];

const header = columns(['part', 'work', 'ms', 'GFLOPS', '× its products', 'of bandwidth', 'tokens/s']);

function line(row: BenchRow): string {
  const share = row.ofBandwidth === null ? '' : `${(100 * row.ofBandwidth).toFixed(0)} %`;
  return columns([
    row.part,
    row.work,
    row.timeMs.toFixed(1),
    row.gflops.toFixed(0),
    row.overProducts?.toFixed(2) ?? '',
    share,
    row.tokensPerSecond?.toFixed(1) ?? '',
  ]);
}

function columns(cells: readonly string[]): string {
  return cells
    .map((cell, i) => (i < 2 ? cell.padEnd(WIDTHS[i]!) : cell.padStart(WIDTHS[i]!)))
    .join(' ')
    .trimEnd();
}

try {
  await main();
} catch (error) {
  const { code, message } = toAppError(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = exitStatus(code);
}
