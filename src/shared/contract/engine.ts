import { eventIterator } from '@orpc/contract';
import { z } from 'zod';

import { call } from './call.ts';
import { zDevice, zDeviceReport } from './device.ts';
import { zEngineEvent, zJobId } from './job-events.ts';
import { zBlobName, zJobRequest } from './job-request.ts';
import { zRaster } from './raster.ts';

/** Raised whenever shell and engine would misunderstand each other; they come from one build, so it catches stale files. */
export const engineProtocol = 1;

export const zEngineReport = z.object({
  protocol: z.int(),
  /** Of onnxruntime. */
  runtime: z.string(),
  pid: z.int(),
  /** Every device this build knows, the CPU first. */
  devices: z.array(zDeviceReport).min(1),
  /** The one that jobs use unless they are told otherwise. */
  preferred: zDevice,
});
export type EngineReport = z.infer<typeof zEngineReport>;

/** A job with everything it needs frozen into it, so that it can be run again after a crash. */
export const zEngineJob = z.object({
  id: zJobId,
  request: zJobRequest,
  /** Every blob that the request names, as pixels. */
  inputs: z.map(zBlobName, zRaster),
  /** Folder of the model package that `request.model` stands for. */
  modelFolder: z.string().min(1),
  /** Where what is made of a model, and can be made again, is kept for the next run; left out, nothing is. */
  cacheFolder: z.exactOptional(z.string().min(1)),
  /** Null leaves the choice to the engine: the fastest that computes rightly with the model's weights. */
  device: zDevice.nullable(),
});
export type EngineJob = z.infer<typeof zEngineJob>;

/** What the shell asks of the engine's process. */
export const engineContract = {
  /** Tests the devices and says what there is. In safe mode only the CPU is tried. */
  ready: call.input(z.object({ safeMode: z.boolean() })).output(zEngineReport),
  /** The heartbeat: answered at once, or as soon as the step at hand is done. */
  ping: call.output(z.object({ running: zJobId.nullable() })),
  /** Runs one job; a second one at the same time is refused with `engine-busy`. The last event is its outcome. */
  run: call.input(zEngineJob).output(eventIterator(zEngineEvent)),
  /** Asks a job to stop between steps. Its stream ends with its outcome, which is `cancelled` unless it was faster. */
  cancel: call.input(z.object({ id: zJobId })),
  /** Cancels what runs, releases everything and ends the process. */
  shutdown: call,
};
