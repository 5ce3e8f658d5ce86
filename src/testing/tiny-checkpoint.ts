import { fileURLToPath } from 'node:url';

import type { JsonObject } from '#model/weights/json';
import { makeCheckpoint, readCheckpointSizes } from '#model/weights/node/make-checkpoint';

const sizesOf3b = fileURLToPath(new URL('../../resources/configs/ovis-u1-3b', import.meta.url));

/** What is smaller than in the 3B model; a value replaces the one of that name, an object what is in the one of that name. */
const smaller = {
  hidden_size: 64,
  llm_config: {
    hidden_size: 64,
    head_dim: 16,
    intermediate_size: 128,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    num_hidden_layers: 3,
    vocab_size: 512,
  },
  visual_generator_config: {
    axes_dim: [8, 12, 12],
    context_in_dim: 128,
    depth: 2,
    depth_single_blocks: 2,
    hidden_size: 64,
    num_heads: 2,
    vec_in_dim: 64,
    vae_config: { block_out_channels: [16, 24, 32, 32], norm_num_groups: 8 },
  },
  visual_tokenizer_config: {
    backbone_config: {
      hidden_size: 32,
      image_size: 56,
      intermediate_size: 88,
      num_attention_heads: 2,
      num_hidden_layers: 2,
      max_pixels: 50_176,
      min_pixels: 3136,
    },
    vocab_size: 128,
  },
};

/** Writes a checkpoint in the released layout that is small enough to import and run within a test. */
export async function makeTinyCheckpoint(folder: string): Promise<void> {
  const { config, preprocessorConfig } = await readCheckpointSizes(sizesOf3b);
  await makeCheckpoint(
    folder,
    {
      config: merge(config, smaller),
      preprocessorConfig: { ...preprocessorConfig, max_pixels: 50_176, min_pixels: 3136 },
    },
    { dtype: 'f32', seed: 1 },
  );
}

function merge(base: JsonObject, changes: JsonObject): JsonObject {
  const merged = Object.entries(changes).map(([key, change]) => {
    const before = base[key];
    return [key, isObject(before) && isObject(change) ? merge(before, change) : change];
  });
  return { ...base, ...(Object.fromEntries(merged) as JsonObject) };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
