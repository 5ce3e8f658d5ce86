import { basename, dirname } from 'node:path';

import { AppError } from '#base/app-error';
import { installedModels, isPackage, type ModelFolders } from '#host/models/installed-models';
import { openPackage, type ModelPackage } from '#model/weights/node/model-package';

/**
 * The package that is meant: by its name, by its folder, or else the one that comes with the program, or the only one.
 *
 * @throws AppError `model-missing`, `model-ambiguous`, and what `openPackage` throws
 */
export async function chooseModel(wanted: string | undefined, folders: ModelFolders): Promise<ModelPackage> {
  const installed = await installedModels(folders);
  const names = [...installed.keys()];
  if (wanted === undefined) {
    const [first, ...others] = installed.values();
    if (first === undefined) throw noneInstalled();
    const bundled = [...installed.values()].find((folder) => dirname(folder) === folders.bundledModelsFolder);
    if (bundled === undefined && others.length > 0) throw ambiguous(names);
    return openPackage(bundled ?? first);
  }
  const folder = installed.get(wanted) ?? ((await isPackage(wanted)) ? wanted : undefined);
  if (folder === undefined) throw missing(wanted, names);
  return openPackage(folder);
}

/** What job requests call a package. */
export function modelId({ directory }: Pick<ModelPackage, 'directory'>): string {
  return basename(directory);
}

function noneInstalled(): AppError {
  return new AppError(
    'model-missing',
    'No model is installed. Get one with "studio pull AIDC-AI/Ovis-U1-3B", or import a folder with "studio import".',
  );
}

function ambiguous(names: readonly string[]): AppError {
  return new AppError(
    'model-ambiguous',
    `Several models are installed (${names.join(', ')}). Say which one with --model.`,
    { data: { models: [...names] } },
  );
}

function missing(wanted: string, names: readonly string[]): AppError {
  const there = names.length > 0 ? `Installed are: ${names.join(', ')}.` : 'None is installed.';
  return new AppError(
    'model-missing',
    `There is no model "${wanted}", nor a folder with a model of that name. ${there}`,
    {
      data: { model: wanted, models: [...names] },
    },
  );
}
