import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { cancelled } from '#base/abort';

import type { CliContext } from './cli-context.ts';

/** A script that ended with another status than 0, and has said why. */
export class ScriptFailure extends Error {
  readonly status: number;

  constructor(script: string, status: number) {
    super(`${script} ended with exit status ${status}`);
    this.status = status;
  }
}

/**
 * Runs one of the built scripts in a process of its own, on this terminal. For what loads onnxruntime and is no job.
 *
 * @throws ScriptFailure
 */
export async function runScript(
  { scriptsFolder, signal }: Pick<CliContext, 'scriptsFolder' | 'signal'>,
  script: string,
  args: readonly string[],
): Promise<void> {
  const child = spawn(process.execPath, ['--enable-source-maps', join(scriptsFolder, script), ...args], {
    stdio: 'inherit',
  });
  const onAbort = () => child.kill();
  signal.addEventListener('abort', onAbort, { once: true });
  const [status] = (await once(child, 'exit')) as [number | null];
  signal.removeEventListener('abort', onAbort);
  if (signal.aborted) throw cancelled();
  if (status !== 0) throw new ScriptFailure(script, status ?? 1);
}
