import type { Batch } from '../../data/batches/batch.ts';
import { createBatchStream } from '../../data/batches/batch-stream.ts';
import type { TrainingBatch } from '../../session/training-plan.ts';
import { batchSpec, type StageContext } from './stage-run.ts';

/** A stage's batches as tensors, from any index on. */
export function assembled(
  context: StageContext,
  assemble: (batch: Batch) => Promise<TrainingBatch>,
): (fromIndex: number) => AsyncGenerator<TrainingBatch, undefined> {
  const { sheet, workers, workerScript, signal } = context;
  return async function* (startIndex) {
    const stream = createBatchStream(batchSpec(context), { sheet, workers, workerScript, startIndex, signal });
    try {
      for await (const batch of stream) yield await assemble(batch);
    } finally {
      await stream[Symbol.asyncDispose]();
    }
    return undefined;
  };
}
