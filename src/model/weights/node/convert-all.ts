import { localConverter, threadedConverter } from './conversion-threads.ts';
import type { ConversionTask } from './convert-tensor.ts';
import type { FileOpener } from './file-range.ts';

/** A task whose bound of memory is not settled yet. */
export type UnboundedTask = Omit<ConversionTask, 'panelSizeBytes'>;

export interface ConvertAllOptions {
  readonly signal: AbortSignal;
  /** Told of the checkpoint's bytes as they are converted, with their tensor. */
  readonly onBytes: (tensor: string, count: number) => void;
  /** See `ImportOptions`. */
  readonly threadScript?: string | URL | undefined;
  readonly fs?: FileOpener | undefined;
}

/** The most that transposed tensors may collect in memory, in all threads together. */
const panelsSizeBytes = 400_000_000;

/** Runs as many conversions at a time as there are threads for. The first that fails stops the others. */
export async function convertAll(
  tasks: readonly UnboundedTask[],
  { signal, onBytes, threadScript, fs }: ConvertAllOptions,
): Promise<void> {
  const converter = threadScript === undefined ? localConverter(fs) : threadedConverter(threadScript);
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  const panelSizeBytes = panelsSizeBytes / converter.width;
  const waiting = tasks.values();
  const workOff = async () => {
    try {
      for (const task of waiting) {
        const onProgress = (fraction: number) => onBytes(task.spec.name, fraction * task.source.sizeBytes);
        await converter.convert({ ...task, panelSizeBytes }, { signal: stop, onProgress });
      }
    } catch (error) {
      failure.abort();
      throw error;
    }
  };
  const workers = Array.from({ length: converter.width }, workOff);
  try {
    await Promise.all(workers);
  } finally {
    await Promise.allSettled(workers);
    await converter.close();
  }
}
