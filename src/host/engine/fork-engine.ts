import { fork } from 'node:child_process';

import { ipcPort } from '#shared/contract/ipc-port';

import type { EngineProcess, PortListeners, ProcessExit } from './engine-process.ts';
import { StderrTail } from './stderr-tail.ts';

interface ForkOptions extends PortListeners {
  /** The engine's script. */
  readonly entry: string;
  /** Variables on top of this process' own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with what the engine writes to its error stream. */
  readonly onStderr?: (text: string) => void;
}

/** Starts the engine as a Node process of its own. */
export function forkEngine({ entry, env, onStderr, ...listeners }: ForkOptions): EngineProcess {
  const child = fork(entry, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
    execArgv: [],
  });
  const tail = new StderrTail();
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail.push(text);
    onStderr?.(text);
  });
  const exited = new Promise<ProcessExit>((resolve) => {
    // `close` comes after `exit`, when the error stream was read to its end; `error` alone when nothing was started.
    child.once('close', (code, signal) => resolve({ code, signal }));
    child.once('error', (error) => {
      tail.push(`${error.message}\n`);
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
  });
  return {
    pid: child.pid,
    port: ipcPort(child, listeners),
    exited,
    stderrTail: () => tail.text,
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}
