/** @file Low-rank adapters as files of their own, in the naming other programs use. */
import { AppError } from '#base/app-error';
import { SafetensorsFile } from '#model/weights/node/safetensors-file';
import { writeSafetensors } from '#model/weights/node/write-safetensors';
import { float32Of, type TensorData } from '#model/weights/tensor-data';

import type { TrainedWeights } from '../session/write-checkpoint.ts';
import { isAdapterParameter } from './low-rank.ts';

export interface AdapterFile {
  readonly rank: number;
  readonly alpha: number;
  /** By name, A [rank, in] and B [out, rank]. */
  readonly weights: ReadonlyMap<string, Float32Array>;
}

/** Writes the adapters among some weights, and nothing else of them. */
export async function writeAdapters(
  path: string,
  weights: TrainedWeights,
  { rank, alpha }: { readonly rank: number; readonly alpha: number },
): Promise<void> {
  const tensors = new Map<string, TensorData>();
  for (const [name, { spec, data }] of weights) {
    if (!isAdapterParameter(name)) continue;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    tensors.set(name, { dtype: 'f32', shape: spec.shape, bytes });
  }
  await writeSafetensors(path, tensors, { rank: String(rank), alpha: String(alpha) });
}

/**
 * Reads adapters; where the header does not say the strength, alpha is the rank, as others take it then.
 * @throws AppError `adapter-invalid`, `safetensors-invalid`, `file-missing`
 */
export async function readAdapters(path: string): Promise<AdapterFile> {
  const file = await SafetensorsFile.open(path);
  try {
    const weights = new Map<string, Float32Array>();
    let rank = 0;
    for (const entry of file.tensors.values()) {
      if (!isAdapterParameter(entry.name)) throw invalid(path, `it holds ${entry.name}`);
      if (entry.name.endsWith('.lora_A.weight')) rank = entry.shape[0] ?? 0;
      weights.set(entry.name, float32Of(await file.read(entry)));
    }
    if (rank === 0) throw invalid(path, 'it holds no adapter');
    return { rank, alpha: Number(file.metadata.get('alpha') ?? rank), weights };
  } finally {
    await file.close();
  }
}

function invalid(path: string, reason: string): AppError {
  return new AppError('adapter-invalid', `${path} is not a file of low-rank adapters: ${reason}.`, {
    data: { path, reason },
  });
}
