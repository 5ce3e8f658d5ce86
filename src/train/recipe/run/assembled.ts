import type { Batch, BatchSpec } from '../../data/batches/batch.ts';
import { createBatchStream } from '../../data/batches/batch-stream.ts';
import type { TrainingBatch } from '../../session/training-plan.ts';
import { batchSpec, type StageContext } from './stage-run.ts';

/**
 * A stage's batches as tensors, from any index on; those of its opening first.
 *
 * @param assemble is given a batch as often as the stage looks at it, and which time this is
 */
export function assembled(
  context: StageContext,
  assemble: (batch: Batch, look: number) => Promise<TrainingBatch>,
): (fromIndex: number) => AsyncGenerator<TrainingBatch, undefined> {
  const { opening, looks = 1 } = context.size;
  const spec = batchSpec(context);
  return async function* (fromIndex) {
    const openingEnd = opening?.steps ?? 0;
    if (opening && fromIndex < openingEnd) {
      yield* stretch({ ...spec, curriculum: opening.curriculum }, fromIndex, openingEnd);
    }
    yield* stretch(spec, Math.max(fromIndex, openingEnd), Number.POSITIVE_INFINITY);
    return undefined;
  };

  /** What is assembled of the batches of one spec, from an index to before another. */
  async function* stretch(spec: BatchSpec, startIndex: number, endIndex: number): AsyncGenerator<TrainingBatch, void> {
    const { sheet, workers, workerScript, signal } = context;
    const firstDrawn = Math.floor(startIndex / looks);
    const stream = createBatchStream(spec, { sheet, workers, workerScript, startIndex: firstDrawn, signal });
    try {
      for (let index = startIndex; index < endIndex;) {
        const { value, done } = await stream.next();
        if (done) return;
        do {
          yield await assemble(value, index % looks);
          index++;
        } while (index < endIndex && index % looks !== 0);
      }
    } finally {
      await stream[Symbol.asyncDispose]();
    }
  }
}
