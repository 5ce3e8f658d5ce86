import {
  engineProtocol,
  zEngineReport,
  type engineContract,
  type EngineJob,
  type EngineReport,
} from '#shared/contract/engine';
import { asStructuredClones } from '#shared/contract/ipc-port';
import { isOutcome, zEngineEvent, type JobId, type JobOutcome, type JobProgress } from '#shared/contract/job-events';
import { fromRpcError, toWireError } from '#shared/contract/wire-error';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';

import type { EngineLimits } from './engine-limits.ts';
import type { EngineProcess, ProcessExit, SpawnEngine } from './engine-process.ts';

/**
 * Why a process ended: by itself; because it did not start, answer or stop in time; because it spoke nonsense; because
 * a job did not stop when asked; or because it was asked to.
 */
export type EndCause = 'exit' | 'start-timeout' | 'start-failed' | 'hung' | 'garbage' | 'cancel-timeout' | 'stop';

export interface ConnectionEnd extends ProcessExit {
  readonly cause: EndCause;
  readonly stderrTail: string;
  /** The job that it left without an outcome. */
  readonly job: JobId | null;
}

/** One life of the engine's process, from its start to its end. */
export class EngineConnection {
  /** Settles when the process is gone. */
  readonly ended: Promise<ConnectionEnd>;
  readonly #limits: EngineLimits;
  readonly #process: EngineProcess;
  readonly #client: ContractRouterClient<typeof engineContract>;
  readonly #onHung: () => void;
  #cause: EndCause | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #lastResort: NodeJS.Timeout | undefined;
  /** Heartbeats since the last message. Counted, not timed, so that a machine that slept is not taken for a hung one. */
  #silentBeats = 0;
  #job: JobId | null = null;

  constructor(spawn: SpawnEngine, limits: EngineLimits, { onHung }: { onHung: () => void }) {
    this.#limits = limits;
    this.#onHung = onHung;
    this.#process = spawn({
      onMessage: () => {
        this.#silentBeats = 0;
      },
      onGarbage: () => this.end('garbage'),
    });
    this.#client = createORPCClient(new RPCLink({ port: this.#process.port, ...asStructuredClones }));
    this.ended = this.#process.exited.then((exit) => {
      clearInterval(this.#heartbeat);
      clearTimeout(this.#lastResort);
      return { ...exit, cause: this.#cause ?? 'exit', stderrTail: this.#process.stderrTail(), job: this.#job };
    });
  }

  /** Waits for the engine's report, then keeps watch. Undefined if the process ended instead; `ended` says why. */
  async ready({ safeMode }: { safeMode: boolean }): Promise<EngineReport | undefined> {
    const limit = setTimeout(() => this.end('start-timeout'), this.#limits.startMs);
    try {
      const report = zEngineReport.parse(await this.#client.ready({ safeMode }));
      if (report.protocol !== engineProtocol) throw new Error(`The engine speaks version ${report.protocol}`);
      if (this.#cause !== undefined) return undefined;
      this.#heartbeat = setInterval(() => this.#beat(), this.#limits.heartbeatMs);
      return report;
    } catch (error) {
      if (isBrokenConnection(error)) this.#expectEnd();
      else this.end('start-failed');
      return undefined;
    } finally {
      clearTimeout(limit);
    }
  }

  /** Runs one job to its outcome. Never rejects; undefined if the process ends first, and then `ended` says why. */
  async run(
    job: EngineJob,
    { signal, onProgress }: { signal: AbortSignal; onProgress: (event: JobProgress) => void },
  ): Promise<JobOutcome | undefined> {
    this.#job = job.id;
    let deadline: NodeJS.Timeout | undefined;
    const onAbort = () => {
      this.#client.cancel({ id: job.id }).catch(() => undefined);
      deadline = setTimeout(() => this.end('cancel-timeout'), this.#limits.cancelMs);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      for await (const event of await this.#client.run(job)) {
        const { data, success } = zEngineEvent.safeParse(event);
        if (!success) break;
        if (isOutcome(data)) {
          this.#job = null;
          return data;
        }
        onProgress(data);
      }
      // A stream without an outcome, or with events that are none, is that of an engine that has lost its mind.
      this.end('garbage');
    } catch (error) {
      if (!isBrokenConnection(error)) {
        this.#job = null;
        return { kind: 'failed', error: toWireError(fromRpcError(error)) };
      }
      this.#expectEnd();
    } finally {
      signal.removeEventListener('abort', onAbort);
      clearTimeout(deadline);
      this.#silentBeats = 0;
    }
    return undefined;
  }

  /** Asks, waits, then ends the process. */
  async stop(): Promise<void> {
    this.#cause ??= 'stop';
    this.#client.shutdown().catch(() => undefined);
    const limit = setTimeout(() => this.#process.kill(), this.#limits.stopMs);
    await this.ended;
    clearTimeout(limit);
  }

  /** Ends the process at once. The first cause is the one that is told. */
  end(cause: EndCause): void {
    this.#cause ??= cause;
    this.#process.kill();
  }

  /** The connection broke because the process is ending. It may do so in its own way, but not stay. */
  #expectEnd(): void {
    this.#lastResort = setTimeout(() => this.end('hung'), this.#limits.stopMs);
  }

  #beat(): void {
    const { heartbeatMs, idleSilenceMs, busySilenceMs } = this.#limits;
    this.#silentBeats += 1;
    if (this.#silentBeats * heartbeatMs > (this.#job === null ? idleSilenceMs : busySilenceMs)) {
      clearInterval(this.#heartbeat);
      this.#onHung();
      this.end('hung');
      return;
    }
    // One question at a time: a blocked engine should not find a pile of them.
    if (this.#silentBeats === 1) this.#client.ping().catch(() => undefined);
  }
}

/** How the RPC ends its calls when the other side is gone. */
function isBrokenConnection(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
