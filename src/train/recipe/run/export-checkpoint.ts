import { defined } from '#base/assert';
import { ovisParameters } from '#model/ovis/parameters';

import { writeCheckpoint } from '../../session/write-checkpoint.ts';
import type { Weights } from '../../session/training-state.ts';
import { openTokenizer } from './tokenizer.ts';
import type { TrainingFolder } from './training-folder.ts';

/**
 * Writes a model as an ordinary checkpoint folder, which the studio imports like any other.
 *
 * @param target a folder that is not there yet
 * @throws AppError `folder-exists`, `disk-full`
 */
export async function exportCheckpoint(
  folder: TrainingFolder,
  weights: Weights,
  target: string,
  { seed, signal }: { readonly seed: number; readonly signal: AbortSignal },
): Promise<void> {
  // Learnt here if no stage with words has run yet.
  await openTokenizer(folder, seed);
  const texts = await folder.modelTexts();
  const parameters = ovisParameters(folder.config).map((spec) => {
    const data = defined(weights.get(spec.name), spec.name) as Float32Array<ArrayBuffer>;
    return [spec.name, { spec, data }] as const;
  });
  await writeCheckpoint(target, new Map(parameters), texts, { signal });
}
