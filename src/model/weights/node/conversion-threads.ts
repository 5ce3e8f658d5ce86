import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AppError, type ErrorData } from '#base/app-error';
import { assert } from '#base/assert';
import type { ErrorCode } from '#base/error-codes';
import { convertTensor, type ConversionTask } from './convert-tensor.ts';
import type { FileOpener } from './file-range.ts';

/** Where conversions run. Close it whatever happens. */
export interface Converter {
  /** How many conversions may be under way at a time. */
  readonly width: number;
  convert(task: ConversionTask, options: ConverterOptions): Promise<void>;
  close(): Promise<void>;
}

interface ConverterOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
}

/** What a conversion thread is told. */
export type ThreadRequest = { readonly kind: 'convert'; readonly task: ConversionTask } | { readonly kind: 'cancel' };

/** What a conversion thread answers. A failure without a code is a fault of ours. */
export type ThreadReply =
  | { readonly kind: 'progress'; readonly fraction: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly code: ErrorCode | null; readonly message: string; readonly data: ErrorData };

/** Beyond this the disk is the bound, and memory must not grow with the number of cores. */
const maxThreads = 4;

/** Conversions in this thread, one at a time. */
export function localConverter(fs?: FileOpener): Converter {
  return {
    width: 1,
    convert: (task, options) => convertTensor(task, { ...options, fs }),
    close: async () => undefined,
  };
}

/**
 * Conversions in threads of their own.
 * @param script the built `conversion-thread.ts`
 */
export function threadedConverter(
  script: string | URL,
  width = Math.min(availableParallelism(), maxThreads),
): Converter {
  const threads = Array.from({ length: width }, () => new ConversionThread(script));
  return {
    width,
    convert: (task, options) => {
      const thread = threads.find(({ isIdle }) => isIdle);
      assert(thread, 'no more conversions at a time than threads');
      return thread.convert(task, options);
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.end()));
    },
  };
}

interface Pending {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: (fraction: number) => void;
}

class ConversionThread {
  readonly #worker: Worker;
  #pending: Pending | undefined;

  constructor(script: string | URL) {
    this.#worker = new Worker(script);
    this.#worker.on('message', (reply: ThreadReply) => this.#onReply(reply));
    this.#worker.on('error', (error) => this.#settle()?.reject(error));
    this.#worker.on('exit', () => this.#settle()?.reject(new Error('A conversion thread ended early')));
  }

  get isIdle(): boolean {
    return this.#pending === undefined;
  }

  async convert(task: ConversionTask, { signal, onProgress }: ConverterOptions): Promise<void> {
    const cancel = () => this.#send({ kind: 'cancel' });
    signal.addEventListener('abort', cancel, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        this.#pending = { resolve, reject, onProgress };
        this.#send({ kind: 'convert', task });
        if (signal.aborted) cancel();
      });
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #onReply(reply: ThreadReply): void {
    switch (reply.kind) {
      case 'progress':
        this.#pending?.onProgress(reply.fraction);
        break;
      case 'done':
        this.#settle()?.resolve();
        break;
      case 'failed':
        this.#settle()?.reject(errorOf(reply));
        break;
    }
  }

  /** What waits for the thread, which does so no longer. */
  #settle(): Pending | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
  }

  #send(request: ThreadRequest): void {
    this.#worker.postMessage(request);
  }
}

function errorOf({ code, message, data }: Extract<ThreadReply, { kind: 'failed' }>): Error {
  return code === null ? new Error(message) : new AppError(code, message, { data });
}
