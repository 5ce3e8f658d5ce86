import { randomUUID } from 'node:crypto';

import { createDeferred } from '#base/deferred';
import type { DeviceReport } from '#shared/contract/device';
import { zEngineJob, type EngineJob, type engineContract } from '#shared/contract/engine';
import { asStructuredClones, type RpcPort } from '#shared/contract/ipc-port';
import type { EngineEvent } from '#shared/contract/job-events';
import { fromRpcError } from '#shared/contract/wire-error';
import { passingReport } from '#testing/device-report';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { describe, expect, it } from 'vitest';

import type { JobResult, RunJob } from './jobs/run-job.ts';
import { serveEngine } from './serve-engine.ts';

/** Two ports, each of which hears what the other one sends, as clones and later, as between processes. */
function connectedPorts(): [RpcPort, RpcPort] {
  const listeners: ((event?: { data: unknown }) => void)[][] = [[], []];
  const port = (own: number): RpcPort => ({
    on: (event, listener) => {
      if (event === 'message') listeners[own]!.push(listener);
    },
    postMessage: (message) => {
      const data: unknown = typeof message === 'string' ? JSON.parse(message) : structuredClone(message);
      setImmediate(() => listeners[1 - own]!.forEach((listener) => listener({ data })));
    },
  });
  return [port(0), port(1)];
}

const nothing: JobResult = { pictures: [], composition: null, text: '', warnings: [] };

function connect({ runJob = async () => nothing, gpu = {} }: { runJob?: RunJob; gpu?: Partial<DeviceReport> } = {}) {
  const [enginePort, shellPort] = connectedPorts();
  const exited = createDeferred<void>();
  serveEngine(enginePort, {
    runtime: '1.30.0',
    devices: ['cpu', 'webgpu'],
    probe: async (device) => passingReport(device, device === 'cpu' ? {} : { speed: 20, ...gpu }),
    runJob,
    exit: () => exited.resolve(),
  });
  const client: ContractRouterClient<typeof engineContract> = createORPCClient(
    new RPCLink({ port: shellPort, ...asStructuredClones }),
  );
  return { client, exited: exited.promise };
}

function newJob(device: EngineJob['device'] = null, precision = 'f32'): EngineJob {
  return zEngineJob.parse({
    id: randomUUID(),
    modelFolder: '/models/nano',
    device,
    inputs: new Map(),
    request: { kind: 'describe', model: 'nano', precision, images: [], turns: [{ role: 'user', text: 'Hi' }] },
  });
}

async function outcomeOf(events: AsyncIterable<EngineEvent>): Promise<EngineEvent | undefined> {
  let last: EngineEvent | undefined;
  for await (const event of events) last = event;
  return last;
}

describe('the engine', () => {
  it('prefers the fastest device that works', async () => {
    expect(await connect().client.ready({ safeMode: false })).toMatchObject({ preferred: 'webgpu' });
    const wrong = connect({ gpu: { usable: false, problem: 'It computes wrong results.' } });
    expect(await wrong.client.ready({ safeMode: false })).toMatchObject({ preferred: 'cpu' });
    const slow = connect({ gpu: { speed: 0.4 } });
    expect(await slow.client.ready({ safeMode: false })).toMatchObject({ preferred: 'cpu' });
  });

  it('leaves all but the CPU alone in safe mode', async () => {
    const { devices } = await connect().client.ready({ safeMode: true });
    expect(devices.map(({ device }) => device)).toEqual(['cpu']);
  });

  it('runs a job where it is told to, and refuses a device that does not work', async () => {
    const { client } = connect({ gpu: { usable: false, problem: 'It is not there.' } });
    await client.ready({ safeMode: false });
    expect(await outcomeOf(await client.run(newJob('cpu')))).toMatchObject({ report: { device: 'cpu' } });
    const error = fromRpcError(await client.run(newJob('webgpu')).catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({ code: 'engine-device-missing' });
    expect(error.message).toContain('It is not there.');
  });

  it('leaves a device alone with weights that it computes wrongly', async () => {
    const { client } = connect({ gpu: { quantizedProducts: false } });
    await client.ready({ safeMode: false });
    expect(await outcomeOf(await client.run(newJob(null, 'f32')))).toMatchObject({ report: { device: 'webgpu' } });
    expect(await outcomeOf(await client.run(newJob(null, 'q4')))).toMatchObject({ report: { device: 'cpu' } });
    const error = fromRpcError(await client.run(newJob('webgpu', 'q4')).catch((thrown: unknown) => thrown));
    expect(error.message).toContain('it gives wrong results with q4 weights');
  });

  it('runs one job at a time, says which, and is free again after a cancelled one', async () => {
    const { client } = connect({
      runJob: (_, { signal, onEvent }) => {
        onEvent({ kind: 'phase', name: 'load' });
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
      },
    });
    await client.ready({ safeMode: false });
    const job = newJob();
    const events = await client.run(job);
    await events.next();
    expect(await client.ping()).toEqual({ running: job.id });
    const refused = fromRpcError(await client.run(newJob()).catch((thrown: unknown) => thrown));
    expect(refused.code).toBe('engine-busy');
    await client.cancel({ id: newJob().id });
    await client.cancel({ id: job.id });
    expect(await outcomeOf(events)).toEqual({ kind: 'cancelled' });
    expect(await client.ping()).toEqual({ running: null });
  });

  it('stops a job that nobody listens to any more', async () => {
    const stopped = createDeferred<void>();
    const { client } = connect({
      runJob: (_, { signal, onEvent }) => {
        onEvent({ kind: 'phase', name: 'load' });
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            stopped.resolve();
            reject(new Error('stopped'));
          }),
        );
      },
    });
    await client.ready({ safeMode: false });
    for await (const event of await client.run(newJob())) if (event.kind === 'phase') break;
    await stopped.promise;
  });

  it('refuses a job that makes no sense before it begins', async () => {
    const { client } = connect();
    await client.ready({ safeMode: false });
    await expect(client.run({ ...newJob(), modelFolder: '' })).rejects.toThrow('Input validation failed');
  });

  it('ends the process when asked', async () => {
    const { client, exited } = connect();
    await client.shutdown();
    await exited;
  });
});
