/** @file The script of a conversion thread: converts what it is told to, one tensor at a time. See `conversion-threads.ts`. */
import { parentPort } from 'node:worker_threads';
import { AppError } from '#base/app-error';
import { defined } from '#base/assert';
import type { ThreadReply, ThreadRequest } from './conversion-threads.ts';
import { convertTensor, type ConversionTask } from './convert-tensor.ts';

const port = defined(parentPort, 'port of the thread that started this one');
let running = new AbortController();

port.on('message', (request: ThreadRequest) => {
  switch (request.kind) {
    case 'convert':
      running = new AbortController();
      void convert(request.task, running.signal);
      break;
    case 'cancel':
      running.abort();
      break;
  }
});

async function convert(task: ConversionTask, signal: AbortSignal): Promise<void> {
  try {
    await convertTensor(task, { signal, onProgress: (fraction) => reply({ kind: 'progress', fraction }) });
    reply({ kind: 'done' });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const { code, data } = error instanceof AppError ? error : { code: null, data: {} };
    reply({ kind: 'failed', code, message, data });
  }
}

function reply(message: ThreadReply): void {
  port.postMessage(message);
}
