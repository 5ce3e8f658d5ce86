import type { RegisterCommand } from './cli-context.ts';
import { registerBench } from './commands/bench.ts';
import { registerControl } from './commands/control.ts';
import { registerDescribe } from './commands/describe.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerEdit } from './commands/edit.ts';
import { registerExport } from './commands/export.ts';
import { registerEvaluate } from './commands/evaluate.ts';
import { registerGenerate } from './commands/generate.ts';
import { registerImport } from './commands/import.ts';
import { registerInpaint } from './commands/inpaint.ts';
import { registerLibrary } from './commands/library.ts';
import { registerMakeCheckpoint } from './commands/make-checkpoint.ts';
import { registerModels } from './commands/models.ts';
import { registerOpen } from './commands/open.ts';
import { registerOutpaint } from './commands/outpaint.ts';
import { registerParity } from './commands/parity.ts';
import { registerPull } from './commands/pull.ts';
import { registerRun } from './commands/run.ts';
import { registerSamples } from './commands/samples.ts';
import { registerTrain } from './commands/train.ts';

/** In the order in which the help lists them. */
export const commands: readonly RegisterCommand[] = [
  registerGenerate,
  registerEdit,
  registerInpaint,
  registerOutpaint,
  registerControl,
  registerDescribe,
  registerRun,
  registerLibrary,
  registerOpen,
  registerExport,
  registerModels,
  registerPull,
  registerImport,
  registerMakeCheckpoint,
  registerParity,
  registerSamples,
  registerTrain,
  registerEvaluate,
  registerBench,
  registerDoctor,
];
