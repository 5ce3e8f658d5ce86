import { ipcPort } from '#shared/contract/ipc-port';
import type { EngineProcess, PortListeners, ProcessExit } from '#host/engine/engine-process';
import { StderrTail } from '#host/engine/stderr-tail';
import type { ElectronApi } from './electron-api.ts';

/** Starts the engine as a utility process of Electron's. */
export function forkUtilityEngine(
  { utilityProcess }: Pick<ElectronApi, 'utilityProcess'>,
  entry: string,
  listeners: PortListeners,
): EngineProcess {
  const child = utilityProcess.fork(entry, [], { serviceName: 'Ovis engine', stdio: ['ignore', 'ignore', 'pipe'] });
  const tail = new StderrTail();
  child.stderr?.on('data', (chunk: Buffer) => tail.push(chunk.toString('utf8')));
  child.on('error', (type, location) => tail.push(`${type} at ${location}\n`));
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code) => resolve({ code, signal: null }));
  });
  const end = {
    send: (message: unknown) => child.postMessage(message),
    on: (event: 'message' | 'disconnect', listener: (message: unknown) => void) =>
      event === 'message' ? child.on('message', listener) : child.once('exit', listener),
  };
  return {
    get pid() {
      return child.pid;
    },
    port: ipcPort(end, listeners),
    exited,
    stderrTail: () => tail.text,
    kill: () => {
      // Electron asks politely, which a process that hangs does not hear.
      if (child.pid !== undefined) endNow(child.pid);
      else child.kill();
    },
  };
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
}
