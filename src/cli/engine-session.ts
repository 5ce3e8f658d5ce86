import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { cancelled } from '#base/abort';
import { assertNever } from '#base/assert';
import { EngineSupervisor } from '#host/engine/engine-supervisor';
import { forkEngine } from '#host/engine/fork-engine';
import type { EngineJob } from '#shared/contract/engine';
import { zJobId, type JobEvent, type JobOutcome, type Phase } from '#shared/contract/job-events';
import { fromWireError } from '#shared/contract/wire-error';

import type { CliContext } from './cli-context.ts';
import type { Output } from './output.ts';
import type { Task } from './progress-bar.ts';

/** Lends an engine that is stopped at the end, whatever happens. It starts with the first job. */
export async function withEngine<T>(context: CliContext, use: (engine: EngineSupervisor) => Promise<T>): Promise<T> {
  const entry = join(context.scriptsFolder, 'engine-node.js');
  const onStderr = (text: string) => {
    if (context.isDebugging) context.terminal.err(text);
  };
  const engine = new EngineSupervisor((listeners) => forkEngine({ entry, onStderr, ...listeners }));
  try {
    return await use(engine);
  } finally {
    await engine.stop();
  }
}

/**
 * Runs a job and shows how it goes.
 *
 * @throws AppError what the job failed for, or `cancelled`
 */
export async function runJob(
  engine: EngineSupervisor,
  job: Omit<EngineJob, 'id'>,
  { output, signal }: Pick<CliContext, 'output' | 'signal'>,
): Promise<Extract<JobOutcome, { kind: 'finished' }>> {
  if (engine.state.kind === 'stopped') output.phase(startingEngine);
  const outcome = await engine.run(
    { id: zJobId.parse(randomUUID()), ...job },
    { signal, onEvent: (event) => show(event, output) },
  );
  switch (outcome.kind) {
    case 'finished':
      for (const { message } of outcome.report.warnings) output.warn(message);
      return outcome;
    case 'failed':
      throw fromWireError(outcome.error);
    case 'cancelled':
      throw cancelled();
    default:
      return assertNever(outcome);
  }
}

export const startingEngine: Task = { name: 'start', label: 'Starting the engine' };

const labels: Readonly<Record<Phase, string>> = {
  load: 'Loading the model',
  encode: 'Reading',
  denoise: 'Drawing',
  decode: 'Developing',
  compose: 'Fitting in',
  answer: 'Answering',
};

function show(event: JobEvent, output: Output): void {
  switch (event.kind) {
    case 'started':
      if (event.attempt > 1) output.warn('The engine stopped unexpectedly; the task starts again.');
      return;
    case 'phase':
      output.phase({ name: event.name, label: labels[event.name] });
      return;
    case 'step':
      output.progress({
        task: { name: 'denoise', label: labels.denoise },
        done: event.step,
        total: event.steps,
        timeLeftMs: event.timeLeftMs,
      });
      return;
    case 'text':
      output.text(event.delta);
      return;
    case 'queued':
    case 'region':
    case 'finished':
    case 'failed':
    case 'cancelled':
      return;
    default:
      assertNever(event);
  }
}
