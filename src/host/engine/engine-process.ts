import type { RpcPort } from '#shared/contract/ipc-port';

export interface ProcessExit {
  readonly code: number | null;
  /** Name of the signal that ended it, where the system says. */
  readonly signal: string | null;
}

/**
 * A running engine, however it was started: a forked Node process, or Electron's utility process. It is ours to end.
 */
export interface EngineProcess {
  readonly pid: number | undefined;
  readonly port: RpcPort;
  readonly exited: Promise<ProcessExit>;
  /** The end of what it wrote to its error stream so far. */
  stderrTail(): string;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
}

export interface PortListeners {
  /** Called for every message that arrives. */
  readonly onMessage: () => void;
  /** Called for every message that is none of ours. */
  readonly onGarbage: () => void;
}

export type SpawnEngine = (listeners: PortListeners) => EngineProcess;
