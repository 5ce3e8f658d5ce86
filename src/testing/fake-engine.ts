/**
 * @file An engine process without a model, for tests of what surrounds the engine. It speaks the real contract over the
 * real channel, and fails on command: `FAKE_ENGINE` holds a JSON object of `FakeEngineFaults`.
 */
import { readFileSync, writeFileSync } from 'node:fs';

import { delay, throwIfCancelled } from '#base/abort';
import { AppError } from '#base/app-error';
import { ipcPort } from '#shared/contract/ipc-port';
import type { RunJob } from '#engine/jobs/run-job';
import { serveEngine } from '#engine/serve-engine';

import { passingReport } from './device-report.ts';

export interface FakeEngineFaults {
  /** Does this when it starts: is slow to answer, does not answer at all, or ends. */
  readonly atStart?: 'slow' | 'silent' | 'exit';
  /** Does this in step 2 of a job. */
  readonly inJob?: 'crash' | 'kill' | 'hang' | 'garbage' | 'nonsense' | 'ignore-cancel' | 'fail';
  /** Only this many processes misbehave; counted in the file `countFile`. */
  readonly times?: number;
  readonly countFile?: string;
  /** Only processes that are not in safe mode misbehave. */
  readonly onlyOnGpu?: boolean;
  readonly stepMs?: number;
}

const faults = JSON.parse(process.env['FAKE_ENGINE'] ?? '{}') as FakeEngineFaults;
const misbehaves = countThisProcess() <= (faults.times ?? Infinity);
let safeMode = true;

process.on('disconnect', () => process.exit(0));
if (misbehaves && faults.atStart === 'exit') {
  process.stderr.write('the driver could not be loaded\n');
  process.exit(3);
}
if (misbehaves && faults.atStart === 'silent') setInterval(() => undefined, 1000);
else serve();

function serve(): void {
  serveEngine(ipcPort(process), {
    runtime: 'fake',
    devices: ['cpu', 'webgpu'],
    probe: async (device) => {
      if (device === 'webgpu') safeMode = false;
      if (misbehaves && faults.atStart === 'slow') await delay(400);
      return passingReport(device, { speed: device === 'webgpu' ? 10 : 1 });
    },
    runJob,
    exit: () => process.exit(0),
  });
}

/** Gives back the pictures it was given, or a grey one, after steps with ever lighter previews. */
async function runJob(...[{ request, inputs }, { signal, onEvent }]: Parameters<RunJob>): ReturnType<RunJob> {
  const steps = request.kind === 'describe' ? 2 : request.steps;
  onEvent({ kind: 'phase', name: 'denoise' });
  for (let step = 1; step <= steps; step += 1) {
    if (faults.inJob !== 'ignore-cancel') throwIfCancelled(signal);
    if (step === 2 && misbehaves && !(faults.onlyOnGpu && safeMode)) await misbehave();
    await delay(faults.stepMs ?? 5);
    const preview = { width: 1, height: 1, channels: 3, data: new Uint8Array(3).fill(step) } as const;
    onEvent({ kind: 'step', step, steps, preview });
  }
  const text = request.kind === 'describe' ? 'A grey picture.' : '';
  if (text) onEvent({ kind: 'text', delta: text });
  const grey = { width: 8, height: 8, channels: 3, data: new Uint8Array(8 * 8 * 3).fill(128) } as const;
  return { pictures: inputs.size > 0 ? [...inputs.values()] : [grey], composition: null, text, warnings: [] };
}

async function misbehave(): Promise<void> {
  switch (faults.inJob) {
    case 'crash':
      process.stderr.write('a graph went wrong\n');
      process.exit(134);
      break;
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      await delay(10_000);
      break;
    case 'hang':
      // As a kernel that never returns.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      break;
    case 'garbage':
      process.send?.({ what: 'is this' });
      await delay(10_000);
      break;
    case 'nonsense':
      process.send?.({ i: '2', t: 3, p: { e: 'message', d: { json: { kind: 'step', step: -1 } } } });
      await delay(10_000);
      break;
    case 'fail':
      throw new AppError('engine-out-of-memory', 'There is not enough memory to run the model.');
    case 'ignore-cancel':
    case undefined:
  }
}

function countThisProcess(): number {
  if (faults.countFile === undefined) return 1;
  const count = Number(readFileSync(faults.countFile, { encoding: 'utf8', flag: 'a+' })) + 1;
  writeFileSync(faults.countFile, String(count));
  return count;
}
