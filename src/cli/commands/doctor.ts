import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { join } from 'node:path';

import { isCancelled } from '#base/abort';
import { AppError, toAppError } from '#base/app-error';
import { formatBytes } from '#base/format-bytes';
import { writeFileDurably } from '#files/durable-write';
import { freeBytes } from '#files/free-space';
import { checkLibrary } from '#host/library/doctor';
import { installedModels } from '#host/models/installed-models';
import { openPackage } from '#model/weights/node/model-package';

import type { CliContext, RegisterCommand } from '../cli-context.ts';
import { startingEngine, withEngine } from '../engine-session.ts';
import { withLibrary } from '../library-session.ts';

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
    .option('--repair', 'mend what is damaged in the library', false)
    .addHelpText('after', '\nExamples:\n  studio doctor --json\n  studio doctor --repair')
    .action(async ({ repair }: { repair: boolean }) => {
      let worst: AppError | undefined;
      for await (const { what, found, problem } of examine(context, repair)) {
        worst ??= problem ?? undefined;
        context.output.result(
          { what, found, ok: problem === null, problem: problem?.message ?? null },
          problem ? `!   ${what}: ${found}\n    ${problem.message}` : `ok  ${what}: ${found}`,
        );
      }
      if (worst) throw worst;
    });
};

async function* examine(context: CliContext, repair: boolean): AsyncGenerator<Finding> {
  yield {
    what: 'machine',
    found: `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} threads, ${formatBytes(freemem())} of ${formatBytes(totalmem())} memory free`,
    problem: null,
  };
  yield* await library(context, repair);
  yield await modelsFolder(context);
  yield* models(context);
  yield* engine(context);
}

/** Everything that is kept, read and compared with its checksums. */
async function library(context: CliContext, repair: boolean): Promise<Finding[]> {
  try {
    return await withLibrary(context, async (library) => {
      const found: Finding[] = [];
      for await (const { kind, message, isMended } of checkLibrary(library, { repair, signal: context.signal })) {
        const isHarmless = kind === 'unreferenced' || kind === 'leftovers' || isMended;
        const sentence = `${message} ${repair ? 'What is lost stays lost.' : 'Mend it with "studio doctor --repair".'}`;
        const problem = isHarmless ? null : new AppError('library-damaged', sentence, { data: { kind } });
        found.push({ what: 'library', found: isMended ? `${message} Mended.` : message, problem });
      }
      return found.length > 0 ? found : [{ what: 'library', found: 'everything is as it was written', problem: null }];
    });
  } catch (error) {
    if (isCancelled(error)) throw error;
    return [{ what: 'library', found: 'not usable', problem: toAppError(error) }];
  }
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
