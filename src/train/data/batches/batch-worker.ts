import { parentPort, workerData } from 'node:worker_threads';
import { defined } from '#base/assert';
import { makeBatch, transferables } from './batch.ts';
import type { WorkerReply, WorkerSetup } from './batch-stream.ts';

// The entry of a thread that prepares batches: it is sent an index and sends back the batch.
const port = defined(parentPort, 'parentPort');
const { spec, sheet } = workerData as WorkerSetup;

port.on('message', (index: number) => {
  try {
    const batch = makeBatch(spec, sheet, index);
    port.postMessage({ index, batch } satisfies WorkerReply, transferables(batch));
  } catch (error) {
    port.postMessage({ error } satisfies WorkerReply);
  }
});
