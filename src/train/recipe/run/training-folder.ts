/**
 * @file The folder of one training: a folder for each stage with its checkpoints, log and sheets, and what came out of the
 * finished ones. Everything that a later stage needs of an earlier one is read from here.
 */
import { access, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { AppError } from '#base/app-error';
import { fileError, systemCode } from '#files/file-error';
import { writeFileDurably } from '#files/durable-write';
import { parseOvisConfig, type OvisConfig } from '#model/ovis/config';
import { ovisParameters } from '#model/ovis/parameters';
import type { JsonObject } from '#model/weights/json';
import { openPackage } from '#model/weights/node/model-package';
import { readSafetensors } from '#model/weights/node/safetensors-file';
import { writeSafetensors } from '#model/weights/node/write-safetensors';
import { restoreParameter } from '#model/weights/restore-parameter';
import { float32Of, type TensorData } from '#model/weights/tensor-data';

import { initialWeights } from '../../session/initialise.ts';
import type { Weights } from '../../session/training-state.ts';
import type { TrainedWeights } from '../../session/write-checkpoint.ts';
import { stageIds, type StageId } from '../stage.ts';

/** The two JSON files that say how large a model is. */
export interface ModelFiles {
  readonly config: JsonObject;
  readonly preprocessorConfig: JsonObject;
}

/** A package whose weights a training begins with, by its folder. */
export interface PackageStart {
  readonly package: string;
}

const START = 'start.safetensors';
const RESULT = 'result.safetensors';
const CONFIG = 'config.json';
const PREPROCESSOR = 'preprocessor_config.json';
const TOKENIZER = 'tokenizer.json';
const CARD = 'README.md';

export class TrainingFolder {
  readonly path: string;
  readonly files: ModelFiles;
  readonly config: OvisConfig;

  private constructor(folder: string, files: ModelFiles) {
    this.path = folder;
    this.files = files;
    this.config = parseOvisConfig(files);
  }

  /**
   * Opens a training to go on with, or begins one.
   *
   * @param start what a folder that is new begins with: sizes, and random weights, or a package and its weights
   * @throws AppError `model-config-invalid`, and what `openPackage` throws
   */
  static async open(folder: string, start: ModelFiles | PackageStart): Promise<TrainingFolder> {
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw fileError(error, folder, 'make a folder for the training');
    });
    const config = await readJson(path.join(folder, CONFIG));
    const preprocessorConfig = await readJson(path.join(folder, PREPROCESSOR));
    if (config && preprocessorConfig) return new TrainingFolder(folder, { config, preprocessorConfig });
    const sizes = 'package' in start ? await putPackage(start.package, folder) : start;
    const created = new TrainingFolder(folder, sizes);
    await writeFileDurably(path.join(folder, PREPROCESSOR), formatJson(sizes.preprocessorConfig));
    await writeFileDurably(path.join(folder, CONFIG), formatJson(sizes.config));
    return created;
  }

  /** Whether there is a training in a folder to go on with. */
  static async hasBegun(folder: string): Promise<boolean> {
    return exists(path.join(folder, CONFIG));
  }

  /** Where a stage keeps its checkpoints, log and sheets. */
  stageFolder(stage: StageId): string {
    return path.join(this.path, stage);
  }

  /** The text of a file of the model that is to be, or null. */
  async readText(name: string): Promise<string | null> {
    return readText(path.join(this.path, name));
  }

  /** Everything that a checkpoint folder holds beside its weights. */
  async modelTexts(): Promise<Map<string, string>> {
    const names = [CONFIG, PREPROCESSOR, TOKENIZER, CARD];
    const texts = await Promise.all(names.map(async (name) => [name, await this.readText(name)] as const));
    return new Map(texts.flatMap(([name, text]) => (text === null ? [] : [[name, text] as const])));
  }

  async writeText(name: string, text: string): Promise<void> {
    await writeFileDurably(path.join(this.path, name), text);
  }

  /** The same folder with another configuration of the same sizes: when the scale of the latents is known. */
  async withConfig(config: JsonObject): Promise<TrainingFolder> {
    const changed = new TrainingFolder(this.path, { ...this.files, config });
    await this.writeText(CONFIG, formatJson(config));
    return changed;
  }

  async isFinished(stage: StageId): Promise<boolean> {
    return exists(path.join(this.stageFolder(stage), RESULT));
  }

  /** Keeps what a stage has learnt. From then on it is finished. */
  async finish(stage: StageId, learnt: TrainedWeights): Promise<void> {
    const tensors = new Map<string, TensorData>();
    for (const [name, { spec, data }] of learnt) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      tensors.set(name, { dtype: 'f32', shape: spec.shape, bytes });
    }
    await writeSafetensors(path.join(this.stageFolder(stage), RESULT), tensors, { stage });
  }

  /** Whether it began with weights of a package and not with random ones. */
  async hasStart(): Promise<boolean> {
    return exists(path.join(this.path, START));
  }

  /**
   * Weights of the whole model: those it began with, and over them what the finished stages before `until` have learnt, in
   * order.
   */
  async weights(seed: number, until: StageId | null = null): Promise<Weights> {
    const weights = initialWeights(ovisParameters(this.config), seed);
    if (await this.hasStart()) await this.#put(path.join(this.path, START), weights);
    for (const stage of stageIds) {
      if (stage === until) break;
      if (await this.isFinished(stage)) await this.#put(path.join(this.stageFolder(stage), RESULT), weights);
    }
    return weights;
  }

  async #put(file: string, weights: Map<string, Float32Array>): Promise<void> {
    for (const [name, tensor] of await readSafetensors(file)) {
      const data = float32Of(tensor);
      const wanted = weights.get(name);
      if (wanted && wanted.length !== data.length) {
        throw new AppError(
          'checkpoint-mismatch',
          `${file} has ${data.length} weights for ${name}, where this configuration has ${wanted.length}. Train in another folder.`,
          { data: { file, tensor: name } },
        );
      }
      weights.set(name, data);
    }
  }
}

/** Lays the weights and texts of a package into a new training, and says how large the model is. */
async function putPackage(packageFolder: string, folder: string): Promise<ModelFiles> {
  const model = await openPackage(packageFolder);
  const preprocessorConfig = (await readJson(path.join(packageFolder, PREPROCESSOR))) ?? {};
  const files = { config: model.config, preprocessorConfig };
  const tensors = new Map<string, TensorData>();
  for (const spec of ovisParameters(parseOvisConfig(files))) {
    const { buffer } = await restoreParameter(spec, model.precision, (name) => model.readTensor(name));
    tensors.set(spec.name, { dtype: 'f32', shape: spec.shape, bytes: new Uint8Array(buffer) });
  }
  await writeSafetensors(path.join(folder, START), tensors, { package: model.name });
  for (const name of [TOKENIZER, CARD]) {
    const text = await readText(path.join(packageFolder, name));
    if (text !== null) await writeFileDurably(path.join(folder, name), text);
  }
  return files;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function readJson(file: string): Promise<JsonObject | null> {
  const text = await readText(file);
  return text === null ? null : (JSON.parse(text) as JsonObject);
}

async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw fileError(error, file, 'read the training');
  }
}

function formatJson(value: JsonObject): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
