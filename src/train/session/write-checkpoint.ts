/** @file A trained model as an ordinary checkpoint folder, which the studio imports like any other. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { ParameterSpec } from '#model/parameters';
import { createFolder } from '#model/weights/node/create-folder';
import { WeightsWriter } from '#model/weights/node/weights-writer';

/** Weights by checkpoint name, in the checkpoint's layout: see `weightsOf`. */
export type TrainedWeights = ReadonlyMap<
  string,
  { readonly spec: ParameterSpec; readonly data: Float32Array<ArrayBuffer> }
>;

/**
 * Writes `model.safetensors` (f32; several files above 1 GiB) and the texts beside it. The folder appears as a whole or
 * not at all.
 *
 * @param texts `config.json` and whatever else belongs to the model, by file name
 * @throws AppError `folder-exists`, `folder-busy`, `disk-full`, `disk-space-short`
 */
export async function writeCheckpoint(
  folder: string,
  weights: TrainedWeights,
  texts: ReadonlyMap<string, string>,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const specs = [...weights.values()].map(({ spec }) => ({
    name: spec.name,
    dtype: 'f32' as const,
    shape: spec.shape,
  }));
  const neededBytes = [...weights.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  await createFolder(folder, { neededBytes, purpose: 'Writing the trained model', signal }, async (temporary) => {
    const writer = await WeightsWriter.create(temporary, specs);
    try {
      for (const [name, { data }] of weights) {
        await writer.write(name, 0, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      }
      await writer.finish({ signal });
    } finally {
      await writer.close();
    }
    for (const [name, text] of texts) await writeFile(path.join(temporary, name), text);
  });
}
