import { Worker } from 'node:worker_threads';
import { throwIfCancelled } from '#base/abort';
import type { SpriteSheet } from '../sprites/sprite-sheet.ts';
import { type Batch, type BatchSpec, makeBatch } from './batch.ts';

export interface BatchStreamOptions {
  readonly sheet: SpriteSheet;
  /** First batch: a resumed training goes on where it stopped. */
  readonly startIndex?: number;
  /** Threads that prepare batches ahead; 0 makes each one when it is asked for. */
  readonly workers?: number;
  /** The bundled `batch-worker.ts`; needed when there are workers. */
  readonly workerScript?: string | URL;
  /** How many batches may wait to be taken. */
  readonly ahead?: number;
  readonly signal?: AbortSignal;
}

/** Batches in order, without end. Dispose it to stop the threads; a batch's arrays belong to whoever took it. */
export interface BatchStream extends AsyncIterableIterator<Batch>, AsyncDisposable {
  next(): Promise<IteratorResult<Batch, undefined>>;
}

/** What goes to a thread once, when it starts. */
export interface WorkerSetup {
  readonly spec: BatchSpec;
  readonly sheet: SpriteSheet;
}

export type WorkerReply = { readonly index: number; readonly batch: Batch } | { readonly error: unknown };

export function createBatchStream(spec: BatchSpec, options: BatchStreamOptions): BatchStream {
  const { workers = 0, workerScript } = options;
  if (workers === 0) return streamInPlace(spec, options);
  if (!workerScript) throw new Error('Invariant broken: a stream with workers needs their script');
  return streamFromWorkers(spec, { ...options, workers, workerScript });
}

function streamInPlace(spec: BatchSpec, { sheet, startIndex = 0, signal }: BatchStreamOptions): BatchStream {
  let index = startIndex;
  let closed = false;
  return asStream(
    async () => {
      throwIfCancelled(signal);
      return closed ? undefined : makeBatch(spec, sheet, index++);
    },
    async () => {
      closed = true;
    },
  );
}

type WorkerOptions = BatchStreamOptions & { readonly workers: number; readonly workerScript: string | URL };

function streamFromWorkers(spec: BatchSpec, options: WorkerOptions): BatchStream {
  const { sheet, startIndex = 0, workers, workerScript, ahead = workers * 2, signal } = options;
  const setup: WorkerSetup = { spec, sheet };
  const threads = Array.from({ length: workers }, () => new Worker(workerScript, { workerData: setup }));
  const ready = new Map<number, Batch>();
  let nextToMake = startIndex;
  let nextToTake = startIndex;
  let failure: { readonly error: unknown } | undefined;
  let closed = false;
  let wake = () => {};

  /** Gives an idle thread the next batch to make, unless enough are waiting. */
  const idle: Worker[] = [];
  const assign = () => {
    while (idle.length > 0 && nextToMake < nextToTake + ahead) idle.pop()!.postMessage(nextToMake++);
  };
  const fail = (error: unknown) => {
    failure ??= { error };
    wake();
  };
  for (const thread of threads) {
    thread.on('message', (reply: WorkerReply) => {
      if ('error' in reply) return fail(reply.error);
      ready.set(reply.index, reply.batch);
      idle.push(thread);
      assign();
      wake();
    });
    thread.on('error', fail);
    thread.on('exit', () => {
      if (!closed) fail(new Error('A thread that prepares batches ended'));
    });
    idle.push(thread);
  }
  const stop = async () => {
    closed = true;
    signal?.removeEventListener('abort', onAbort);
    wake();
    await Promise.all(threads.map((thread) => thread.terminate()));
  };
  const onAbort = () => wake();
  signal?.addEventListener('abort', onAbort);
  assign();

  return asStream(async () => {
    for (;;) {
      throwIfCancelled(signal);
      if (closed) return undefined;
      if (failure) throw failure.error;
      const batch = ready.get(nextToTake);
      if (batch) {
        ready.delete(nextToTake++);
        assign();
        return batch;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }, stop);
}

function asStream(take: () => Promise<Batch | undefined>, stop: () => Promise<void>): BatchStream {
  const stream: BatchStream = {
    next: async () => {
      const batch = await take();
      return batch ? { done: false, value: batch } : { done: true, value: undefined };
    },
    return: async () => {
      await stop();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => stream,
    [Symbol.asyncDispose]: stop,
  };
  return stream;
}
