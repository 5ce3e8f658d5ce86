import { fork, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'rolldown';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const bundles = new Map<string, Promise<string>>();

/**
 * Starts a TypeScript file as a real Node process with an IPC channel: for tests of what happens between processes and
 * when one is killed. The file is bundled once per test run; packages stay outside the bundle.
 */
export async function forkTypeScript(entry: string, args: readonly string[] = []): Promise<ChildProcess> {
  return fork(await bundled(entry), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
}

function bundled(entry: string): Promise<string> {
  let bundle = bundles.get(entry);
  if (bundle === undefined) bundles.set(entry, (bundle = bundleModule(entry)));
  return bundle;
}

async function bundleModule(entry: string): Promise<string> {
  // Inside the repository, so that packages resolve; one file per test process, so that parallel tests do not meet.
  const key = createHash('sha256').update(`${entry} ${process.pid}`).digest('hex').slice(0, 12);
  const file = resolve(repository, '.cache/test-bundles', `${basename(entry, '.ts')}-${key}.mjs`);
  await build({
    input: entry,
    cwd: repository,
    platform: 'node',
    external: /^(?!#)[^./]/,
    output: { file, format: 'esm', codeSplitting: false },
    logLevel: 'silent',
  });
  return file;
}

/** The next message a child sends; rejects if it ends first. */
export function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((done, fail) => {
    const onExit = (code: number | null, signal: string | null) => {
      child.off('message', onMessage);
      fail(new Error(`The process ended (${signal ?? code}) before it sent a message`));
    };
    const onMessage = (message: unknown) => {
      child.off('exit', onExit);
      done(message);
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
  });
}

/** Kills a child as a crash would, and waits until it is gone. */
export async function killHard(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await gone;
}
