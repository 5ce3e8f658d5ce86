import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { join } from 'node:path';

import { AppError, toAppError } from '#base/app-error';
import { formatBytes } from '#base/format-bytes';
import { writeFileDurably } from '#files/durable-write';
import { freeBytes } from '#files/free-space';
import { openPackage } from '#model/weights/node/model-package';

import type { CliContext, RegisterCommand } from '../cli-context.ts';
import { startingEngine, withEngine } from '../engine-session.ts';
import { installedModels } from '../model-choice.ts';

/** One thing that was looked at. `problem` says what to do; a check without one passed. */
interface Finding {
  readonly what: string;
  readonly found: string;
  readonly problem: AppError | null;
}

export const registerDoctor: RegisterCommand = (program, context) => {
  program
    .command('doctor')
    .description('look for what keeps the studio from working here')
    .addHelpText('after', '\nExample:\n  studio doctor --json')
    .action(async () => {
      let worst: AppError | undefined;
      for await (const { what, found, problem } of examine(context)) {
        worst ??= problem ?? undefined;
        context.output.result(
          { what, found, ok: problem === null, problem: problem?.message ?? null },
          problem ? `!   ${what}: ${found}\n    ${problem.message}` : `ok  ${what}: ${found}`,
        );
      }
      if (worst) throw worst;
    });
};

async function* examine(context: CliContext): AsyncGenerator<Finding> {
  yield {
    what: 'machine',
    found: `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} threads, ${formatBytes(freemem())} of ${formatBytes(totalmem())} memory free`,
    problem: null,
  };
  yield await modelsFolder(context);
  yield* models(context);
  yield* engine(context);
}

async function modelsFolder({ modelsFolder: folder }: CliContext): Promise<Finding> {
  const what = `models folder ${folder}`;
  const probe = join(folder, '.doctor');
  try {
    await mkdir(folder, { recursive: true });
    await writeFileDurably(probe, '');
    await rm(probe);
    const free = await freeBytes(folder);
    return {
      what,
      found: `writable, ${free === undefined ? 'free space unknown' : `${formatBytes(free)} free`}`,
      problem: null,
    };
  } catch (error) {
    return { what, found: 'not usable', problem: toAppError(error) };
  }
}

async function* models(context: CliContext): AsyncGenerator<Finding> {
  const installed = await installedModels(context);
  if (installed.size === 0) {
    const sentence = 'Get one with "studio pull AIDC-AI/Ovis-U1-3B", or import a folder with "studio import".';
    yield { what: 'models', found: 'none installed', problem: new AppError('model-missing', sentence) };
  }
  for (const [name, folder] of installed) {
    const what = `model ${name}`;
    try {
      const { manifest } = await openPackage(folder);
      yield { what, found: `${manifest.name}, ${manifest.precision}`, problem: null };
    } catch (error) {
      yield { what, found: 'damaged', problem: toAppError(error) };
    }
  }
}

async function* engine(context: CliContext): AsyncGenerator<Finding> {
  context.output.phase(startingEngine);
  try {
    const report = await withEngine(context, (supervisor) => supervisor.start(context));
    yield { what: 'engine', found: `onnxruntime ${report.runtime}, prefers ${report.preferred}`, problem: null };
    for (const { device, usable, problem, fusedAttention, speed } of report.devices) {
      const attention = fusedAttention ? 'fused attention' : 'plain attention';
      // A device that is not there is a fact, not a fault.
      yield {
        what: `device ${device}`,
        found: usable ? `works, ${speed.toFixed(speed < 10 ? 1 : 0)} × the CPU, ${attention}` : `not used: ${problem}`,
        problem: null,
      };
    }
  } catch (error) {
    yield { what: 'engine', found: 'does not start', problem: toAppError(error) };
  }
}
