import { AppError } from '#base/app-error';
import { assertNever } from '#base/assert';
import type { Device, DeviceReport } from '#shared/contract/device';
import { engineContract, engineProtocol } from '#shared/contract/engine';
import { asStructuredClones, type RpcPort } from '#shared/contract/ipc-port';
import type { JobId } from '#shared/contract/job-events';
import type { Precision } from '#shared/contract/job-request';
import { toRpcError } from '#shared/contract/wire-error';
import { implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';

import { jobEvents } from './jobs/job-events.ts';
import type { Job, RunJob } from './jobs/run-job.ts';

/** What the engine needs of the process it lives in. */
export interface EngineParts {
  /** Version of onnxruntime. */
  readonly runtime: string;
  readonly runJob: RunJob;
  /** Tries a device; never rejects. */
  readonly probe: (device: Device) => Promise<DeviceReport>;
  /** Devices to try, the CPU first. */
  readonly devices: readonly Device[];
  /** Ends the process. */
  readonly exit: () => void;
}

/** Answers the shell on a connection. One shell, one engine, one job at a time. */
export function serveEngine(port: RpcPort, parts: EngineParts): void {
  new RPCHandler(engineRouter(parts), {
    ...asStructuredClones,
    interceptors: [
      async (options) => {
        try {
          return await options.next();
        } catch (error) {
          throw toRpcError(error);
        }
      },
    ],
  }).upgrade(port, { context: {} });
}

function engineRouter({ runtime, runJob, probe, devices, exit }: EngineParts) {
  const server = implement(engineContract);
  let reports: readonly DeviceReport[] = [];
  let running: { readonly id: JobId; readonly abort: AbortController } | undefined;

  /** From the first pull on, so that a stream that nobody pulls does not keep the engine busy. */
  async function* run(id: JobId, job: Job, left: AbortSignal | undefined) {
    const abort = new AbortController();
    running = { id, abort };
    try {
      yield* jobEvents(job, runJob, {
        signal: left ? AbortSignal.any([left, abort.signal]) : abort.signal,
        runtime,
      });
    } finally {
      running = undefined;
    }
  }

  return server.router({
    ready: server.ready.handler(async ({ input: { safeMode } }) => {
      const found: DeviceReport[] = [];
      for (const device of safeMode ? (['cpu'] as const) : devices) found.push(await probe(device));
      reports = found;
      return {
        protocol: engineProtocol,
        runtime,
        pid: process.pid,
        devices: found,
        preferred: deviceFor(null, 'f32', found).device,
      };
    }),
    ping: server.ping.handler(() => ({ running: running?.id ?? null })),
    run: server.run.handler(({ input: { id, device, ...job }, signal }) => {
      if (running !== undefined)
        throw new AppError('engine-busy', 'The engine is busy with another task. Wait for it to finish, or cancel it.');
      return run(id, { ...job, device: deviceFor(device, job.request.precision, reports) }, signal);
    }),
    cancel: server.cancel.handler(({ input }) => {
      if (running?.id === input.id) running.abort.abort();
    }),
    shutdown: server.shutdown.handler(() => {
      running?.abort.abort();
      // After the answer is on its way.
      setImmediate(exit);
    }),
  });
}

/** The device that was asked for, or the fastest that can do it: one that is slower than the CPU is of no use. */
function deviceFor(wanted: Device | null, precision: Precision, reports: readonly DeviceReport[]): DeviceReport {
  const able = reports.filter((report) => report.usable && canCompute(report, precision));
  const [fastest] = able.toSorted((a, b) => b.speed - a.speed);
  const found = wanted === null ? fastest : able.find(({ device }) => device === wanted);
  if (found) return found;
  const report = reports.find(({ device }) => device === wanted);
  const why = report?.problem ?? (report ? `it gives wrong results with ${precision} weights.` : 'it was not found.');
  throw new AppError(
    'engine-device-missing',
    `The device "${wanted ?? 'cpu'}" cannot be used: ${why} Choose another one.`,
    { data: { device: wanted, precision } },
  );
}

function canCompute({ halfPrecision, quantizedProducts }: DeviceReport, precision: Precision): boolean {
  switch (precision) {
    case 'f32':
      return true;
    case 'f16':
      return halfPrecision;
    case 'int8':
    case 'q4':
      return quantizedProducts;
    default:
      return assertNever(precision);
  }
}
