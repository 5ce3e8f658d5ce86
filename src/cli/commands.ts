import type { RegisterCommand } from './cli-context.ts';
import { registerBench } from './commands/bench.ts';
import { registerControl } from './commands/control.ts';
import { registerDescribe } from './commands/describe.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerEdit } from './commands/edit.ts';
import { registerGenerate } from './commands/generate.ts';
import { registerImport } from './commands/import.ts';
import { registerInpaint } from './commands/inpaint.ts';
import { registerMakeCheckpoint } from './commands/make-checkpoint.ts';
import { registerModels } from './commands/models.ts';
import { registerOutpaint } from './commands/outpaint.ts';
import { registerParity } from './commands/parity.ts';
import { registerPull } from './commands/pull.ts';
import { registerSamples } from './commands/samples.ts';

/** In the order in which the help lists them. */
export const commands: readonly RegisterCommand[] = [
  registerGenerate,
  registerEdit,
  registerInpaint,
  registerOutpaint,
  registerControl,
  registerDescribe,
  registerModels,
  registerPull,
  registerImport,
  registerMakeCheckpoint,
  registerParity,
  registerSamples,
  registerBench,
  registerDoctor,
];
