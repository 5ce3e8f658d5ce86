import type { UnderstandingBatch } from '../../data/batches/batch.ts';
import type { TrainingBatch } from '../../session/training-plan.ts';
import { gridOf, patchInputs } from '../assembly/patches.ts';
import { thingInputs } from '../assembly/things.ts';
import { thingsObjective } from '../objectives/things.ts';
import { assembled } from './assembled.ts';
import { stagePlan } from './stage-plan.ts';
import type { StageContext, StageRun } from './stage-run.ts';

/** The vision encoder on pictures of which it is known what stands where. */
export function thingsRun(context: StageContext): StageRun {
  const { size, folder } = context;
  const { config } = folder;
  const gridFor = (picture: { width: number; height: number }) => gridOf(picture, 'understanding', config.processor);
  const objectives = Object.fromEntries(
    size.pictures.map((picture) => [
      bucketName(picture),
      (builder: Parameters<typeof thingsObjective>[0]) =>
        thingsObjective(builder, config, { count: size.batchSize, grid: gridFor(picture) }),
    ]),
  );
  return {
    plan: stagePlan(context, objectives),
    batches: assembled(context, async (batch) => {
      if (batch.family !== 'understanding') throw new Error('Invariant broken: a vision encoder learns from pictures');
      return thingsBatch(batch);
    }),
    release: async () => {},
  };

  function thingsBatch({ pictures, scenes }: UnderstandingBatch): TrainingBatch {
    const { rows, columns } = gridFor(pictures);
    const { mergeSize } = config.vision;
    return {
      bucket: bucketName(pictures),
      samples: pictures.count,
      inputs: {
        ...patchInputs(pictures, 'understanding', config),
        ...thingInputs(scenes, { rows: rows / mergeSize, columns: columns / mergeSize }),
      },
    };
  }
}

function bucketName({ width, height }: { readonly width: number; readonly height: number }): string {
  return `${width}×${height}`;
}
