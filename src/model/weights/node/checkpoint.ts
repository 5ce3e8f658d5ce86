import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { AppError } from '#base/app-error';
import { fileError } from '#files/file-error';
import { isJsonObject, parseJsonObject, type JsonObject } from '../json.ts';
import type { TensorPlace } from './convert-tensor.ts';
import { SafetensorsFile } from './safetensors-file.ts';

const indexName = 'model.safetensors.index.json';

/** The largest there is, a tokenizer, has some 10 MB. */
const maxTextBytes = 100_000_000;

/** Formats that run code when they are opened. They are recognised by name only and never read. */
const pickleNames = /\.(bin|pt|pth|ckpt|pkl|pickle)$/i;

/** The text files a checkpoint may have beside its weights, which a package takes over as they are. */
const textNames = [
  'preprocessor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.json',
  'merges.txt',
  'added_tokens.json',
  'special_tokens_map.json',
  'generation_config.json',
  'README.md',
  'LICENSE',
  'NOTICE',
] as const;

/** A folder as Hugging Face lays it out, its headers checked. Holds no open file. */
export interface Checkpoint {
  readonly directory: string;
  /** `config.json` */
  readonly config: JsonObject;
  /** The other text files that are there, by name. */
  readonly texts: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, TensorPlace>;
}

/**
 * Reads everything about a checkpoint but the weights themselves.
 * @throws AppError `checkpoint-pickle`, `checkpoint-incomplete`, `checkpoint-unknown`, `safetensors-invalid`,
 *   `safetensors-dtype-unsupported`, `model-config-invalid`, `file-missing`, `permission-denied`
 */
export async function openCheckpoint(directory: string): Promise<Checkpoint> {
  const root = resolve(directory);
  const names = await listFolder(root);
  const weights = await findWeights(root, names);
  const config = await readConfig(root, names);
  const texts = new Map<string, string>();
  for (const name of textNames) if (names.includes(name)) texts.set(name, await readText(join(root, name)));
  return { directory: root, config, texts, tensors: await readHeaders(weights.map((name) => join(root, name))) };
}

async function listFolder(path: string): Promise<readonly string[]> {
  try {
    if ((await stat(path)).isDirectory()) return await readdir(path);
  } catch (error) {
    throw fileError(error, path, 'open the checkpoint');
  }
  if (pickleNames.test(path)) throw pickle(basename(path));
  throw incomplete(`${basename(path)} is a file; name the folder that holds config.json and the weights`);
}

/** Names of the safetensors files: those of the index, or the only one there is. */
async function findWeights(directory: string, names: readonly string[]): Promise<readonly string[]> {
  if (names.includes(indexName)) {
    const shards = parseIndex(await readText(join(directory, indexName)));
    const missing = shards.filter((name) => !names.includes(name));
    if (missing.length > 0) throw incomplete(`${missing.join(', ')} of its index is missing; download it again`);
    return shards;
  }
  const found = names.filter((name) => name.endsWith('.safetensors')).sort();
  if (found.length === 1) return found;
  if (found.length > 1)
    throw incomplete(`it has ${found.length} safetensors files and no ${indexName}; download it again`);
  const pickled = names.find((name) => pickleNames.test(name));
  if (pickled !== undefined) throw pickle(pickled);
  throw incomplete('it has no safetensors file; name the folder that holds config.json and the weights');
}

/** The files that an index names. Where each tensor is, the files themselves say. */
function parseIndex(text: string): readonly string[] {
  const index = parseJsonObject(text, { file: indexName, code: 'checkpoint-incomplete' });
  const map = index['weight_map'];
  if (!isJsonObject(map)) throw incomplete(`${indexName} has no weight_map`);
  const shards = [...new Set(Object.values(map))].filter((name) => typeof name === 'string').sort();
  const strange = shards.find((name) => !/^[A-Za-z0-9_][A-Za-z0-9_.-]*\.safetensors$/.test(name));
  if (strange !== undefined)
    throw incomplete(`${indexName} names "${strange.slice(0, 200)}", which is no file of the folder`);
  if (shards.length === 0) throw incomplete(`${indexName} names no file`);
  return shards;
}

async function readConfig(directory: string, names: readonly string[]): Promise<JsonObject> {
  if (!names.includes('config.json')) {
    throw incomplete('it has no config.json; name the folder that holds it beside the weights');
  }
  const config = parseJsonObject(await readText(join(directory, 'config.json')), {
    file: 'config.json',
    code: 'model-config-invalid',
  });
  const architecture = config['model_type'];
  if (architecture !== 'ovis_u1') {
    const found = typeof architecture === 'string' ? architecture.slice(0, 100) : 'unknown';
    throw new AppError(
      'checkpoint-unknown',
      `This is a model of type "${found}", and the studio runs Ovis-U1 models ("ovis_u1") only.`,
      { data: { found } },
    );
  }
  return config;
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxTextBytes) throw incomplete(`${basename(path)} has ${size} bytes, which is no text file of a model`);
    return await readFile(path, 'utf8');
  } catch (error) {
    throw fileError(error, path, 'read the checkpoint');
  }
}

async function readHeaders(paths: readonly string[]): Promise<ReadonlyMap<string, TensorPlace>> {
  const tensors = new Map<string, TensorPlace>();
  for (const path of paths) {
    const file = await SafetensorsFile.open(path);
    await file.close();
    for (const tensor of file.tensors.values()) {
      const twin = tensors.get(tensor.name);
      if (twin) throw incomplete(`"${tensor.name}" is both in ${basename(twin.path)} and in ${basename(path)}`);
      tensors.set(tensor.name, { path, ...tensor });
    }
  }
  return tensors;
}

function pickle(name: string): AppError {
  return new AppError(
    'checkpoint-pickle',
    `${name} is a pickle file, which could run any program when opened; get the model as safetensors files instead.`,
    { data: { file: name } },
  );
}

function incomplete(reason: string): AppError {
  return new AppError('checkpoint-incomplete', `The checkpoint cannot be used: ${reason}.`, { data: { reason } });
}
