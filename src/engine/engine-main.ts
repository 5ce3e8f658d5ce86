import type { RpcPort } from '#shared/contract/ipc-port';

import { runtimeVersion, supportedDevices } from './ort/ort-session.ts';
import { probeDevice } from './ort/probe-device.ts';
import { createRunJob } from './pipelines/run-job.ts';
import { serveEngine } from './serve-engine.ts';

/** The engine as it is, on whatever connects it to its shell. */
export function runEngine(port: RpcPort): void {
  serveEngine(port, {
    runtime: runtimeVersion(),
    devices: supportedDevices(),
    probe: probeDevice,
    runJob: createRunJob(),
    exit: () => process.exit(0),
  });
}
