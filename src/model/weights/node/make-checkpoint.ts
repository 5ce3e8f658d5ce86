import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { throwIfCancelled } from '#base/abort';
import { writeFileDurably } from '#files/durable-write';
import { fileError } from '#files/file-error';
import { parseOvisConfig } from '../../ovis/config.ts';
import { ovisParameters } from '../../ovis/parameters.ts';
import { byteTokenizer } from '../byte-tokenizer.ts';
import { parseJsonObject, type JsonObject } from '../json.ts';
import { RandomWeights } from '../random-weights.ts';
import { tensorSizeBytes } from '../safetensors.ts';
import { createFolder } from './create-folder.ts';
import { WeightsWriter } from './weights-writer.ts';

/** The sizes that a checkpoint is made with: its two configuration files. */
export interface CheckpointSizes {
  readonly config: JsonObject;
  readonly preprocessorConfig: JsonObject;
}

export interface MakeCheckpointOptions {
  readonly dtype?: 'bf16' | 'f16' | 'f32' | undefined;
  /** Largest weights file; more than one gets an index. */
  readonly maxShardBytes?: number | undefined;
  /** The same seed makes the same bytes. */
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { bytesDone: number; bytesTotal: number }) => void) | undefined;
}

/**
 * Reads the sizes of a model.
 * @param like a folder with `config.json` and `preprocessor_config.json`, or the path of that `config.json`
 */
export async function readCheckpointSizes(like: string): Promise<CheckpointSizes> {
  const read = async (path: string) => {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      throw fileError(error, path, 'read the configuration');
    });
    return parseJsonObject(text, { file: basename(path), code: 'model-config-invalid' });
  };
  const isFolder = (await stat(like).catch(() => undefined))?.isDirectory() ?? false;
  const config = isFolder ? join(like, 'config.json') : like;
  return {
    config: await read(config),
    preprocessorConfig: await read(join(dirname(config), 'preprocessor_config.json')),
  };
}

/**
 * Writes a checkpoint of random weights in the released layout, for tests and measurements: any sizes, a tokenizer of
 * single bytes, and weights small enough that numbers stay numbers through all layers. Fast, because every tensor is
 * cut from one stretch of a million random values, turned by another amount each time.
 * @throws AppError `model-config-invalid`, `folder-exists`, `folder-busy`, `disk-space-short`, `disk-full`, `cancelled`
 */
export async function makeCheckpoint(
  folder: string,
  sizes: CheckpointSizes,
  { dtype = 'bf16', maxShardBytes = 5_000_000_000, seed = 0, signal, onProgress }: MakeCheckpointOptions = {},
): Promise<void> {
  const parameters = ovisParameters(parseOvisConfig(sizes));
  const tensors = parameters.map(({ name, shape }) => ({ name, shape, dtype }));
  const bytesTotal = tensors.reduce((sum, tensor) => sum + tensorSizeBytes(tensor), 0);
  const texts = {
    'config.json': JSON.stringify({ ...sizes.config, torch_dtype: torchNames[dtype] }, null, 2),
    'preprocessor_config.json': JSON.stringify(sizes.preprocessorConfig, null, 2),
    'tokenizer.json': JSON.stringify(byteTokenizer()),
  };
  const room = { neededBytes: bytesTotal + 10_000_000, purpose: 'Making a checkpoint', signal };
  await createFolder(folder, room, async (temporary, signal) => {
    const writer = await WeightsWriter.create(temporary, tensors, {
      maxFileBytes: maxShardBytes,
      metadata: { format: 'pt' },
    });
    try {
      const random = new RandomWeights(seed);
      let bytesDone = 0;
      for (const parameter of parameters) {
        let position = 0;
        for (const piece of random.pieces(parameter, dtype)) {
          throwIfCancelled(signal);
          await writer.write(parameter.name, position, piece);
          position += piece.length;
          onProgress?.({ bytesDone: (bytesDone += piece.length), bytesTotal });
        }
      }
      await writer.sync();
    } finally {
      await writer.close();
    }
    for (const [name, text] of Object.entries(texts)) await writeFileDurably(join(temporary, name), text);
    const index = shardIndex(writer, bytesTotal);
    if (index) await writeFileDurably(join(temporary, 'model.safetensors.index.json'), index);
  });
}

/** What `config.json` calls the element types. */
const torchNames = { bf16: 'bfloat16', f16: 'float16', f32: 'float32' };

/** What tells readers which of several files a tensor is in; undefined when there is one. */
function shardIndex({ places }: WeightsWriter, bytesTotal: number): string | undefined {
  const files = new Map([...places].map(([tensor, { path }]) => [tensor, basename(path)]));
  if (new Set(files.values()).size === 1) return undefined;
  return JSON.stringify({ metadata: { total_size: bytesTotal }, weight_map: Object.fromEntries(files) }, null, 2);
}
