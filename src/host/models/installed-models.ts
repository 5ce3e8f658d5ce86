import { readdir, rm, stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';

import { AppError, toAppError } from '#base/app-error';
import { formatBytes } from '#base/format-bytes';
import { openPackage } from '#model/weights/node/model-package';
import { manifestName } from '#model/weights/package-manifest';
import { modelLimits } from '#shared/contract/model-limits';
import type { Model } from '#shared/contract/studio/models';
import { fromWireError, toWireError } from '#shared/contract/wire-error';

export interface ModelFolders {
  /** Those of the user. */
  readonly modelsFolder: string;
  /** Those that come with the program. */
  readonly bundledModelsFolder: string;
  /** Of this machine, where it is not what the system says. */
  readonly memoryBytes?: number;
}

/** Packages by id, those of the user first. A name that is there twice is the user's. */
export async function installedModels({
  modelsFolder,
  bundledModelsFolder,
}: ModelFolders): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of [modelsFolder, bundledModelsFolder]) {
    const names = await readdir(folder).catch((): string[] => []);
    for (const name of names.toSorted((a, b) => a.localeCompare(b))) {
      const path = join(folder, name);
      if (!found.has(name) && (await isPackage(path))) found.set(name, path);
    }
  }
  return found;
}

/** What a list of models shows; one that cannot be used says why. */
export async function describeModels(folders: ModelFolders): Promise<Model[]> {
  const installed = await installedModels(folders);
  return Promise.all(Array.from(installed, ([id, folder]) => describeModel(id, folder, folders)));
}

/** @throws AppError `model-missing` */
export async function modelFolder(id: string, folders: ModelFolders): Promise<string> {
  const installed = await installedModels(folders);
  const folder = installed.get(id);
  if (folder !== undefined) return folder;
  const models = [...installed.keys()];
  const there = models.length > 0 ? `Installed are: ${models.join(', ')}.` : 'None is installed.';
  throw new AppError('model-missing', `The model "${id}" is not installed. ${there}`, { data: { model: id, models } });
}

/** The folder of a model that can be run here. @throws AppError `model-missing`, `model-too-large` */
export async function runnableFolder(id: string, folders: ModelFolders): Promise<string> {
  const folder = await modelFolder(id, folders);
  const { problem } = await describeModel(id, folder, folders);
  if (problem?.code === 'model-too-large') throw fromWireError(problem);
  return folder;
}

/** Deletes a model of the user's. @throws AppError `usage-invalid` for one that comes with the program, `model-missing` */
export async function removeModel(id: string, folders: ModelFolders): Promise<void> {
  const folder = await modelFolder(id, folders);
  if (folder !== join(folders.modelsFolder, id)) {
    throw new AppError('usage-invalid', `The model "${id}" comes with the studio and cannot be removed.`, {
      data: { model: id },
    });
  }
  await rm(folder, { recursive: true });
}

/** What `null` in the settings stands for: a model that comes with the studio, else the first that can be used. */
export function preferredModel(models: readonly Model[]): string | null {
  const usable = models.filter((model) => model.problem === null);
  return (usable.find((model) => model.isBundled) ?? usable[0])?.id ?? null;
}

async function describeModel(id: string, folder: string, folders: ModelFolders): Promise<Model> {
  const { bundledModelsFolder, memoryBytes = totalmem() } = folders;
  const isBundled = folder === join(bundledModelsFolder, id);
  try {
    const { manifest, name, precision, config } = await openPackage(folder);
    const sizeBytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
    const facts = { precision, sizeBytes, licence: manifest.licence, limits: modelLimits(config) };
    const problem = sizeBytes > memoryBytes ? toWireError(tooLarge(name, sizeBytes, memoryBytes)) : null;
    return { id, title: name, isBundled, ...facts, problem };
  } catch (error) {
    const problem = toWireError(toAppError(error));
    return { id, title: id, isBundled, precision: null, sizeBytes: 0, licence: null, limits: null, problem };
  }
}

/** It would be read from the disk over and over again, at every step. */
function tooLarge(name: string, sizeBytes: number, memoryBytes: number): AppError {
  const [size, memory] = [formatBytes(sizeBytes), formatBytes(memoryBytes)];
  return new AppError(
    'model-too-large',
    `"${name}" has ${size} of weights, and this computer ${memory} of memory: choose a smaller model or precision.`,
    { data: { model: name, sizeBytes, memoryBytes } },
  );
}

/** Whether a folder holds a model. */
export async function isPackage(folder: string): Promise<boolean> {
  return (await stat(join(folder, manifestName)).catch(() => undefined))?.isFile() ?? false;
}
