import { rm } from 'node:fs/promises';

import { AppError, toAppError } from '#base/app-error';
import { formatBytes } from '#base/format-bytes';
import { installedModels } from '#host/models/installed-models';
import { openPackage, verifyPackage, type ModelPackage } from '#model/weights/node/model-package';

import { byteProgress } from '../byte-progress.ts';
import type { CliContext, RegisterCommand } from '../cli-context.ts';
import { chooseModel, modelId } from '../model-choice.ts';

export const registerModels: RegisterCommand = (program, context) => {
  const models = program
    .command('models')
    .description('list, check and remove installed models')
    .addHelpText(
      'after',
      `
Examples:
  studio models
  studio models verify Ovis-U1-3B
  studio models remove Ovis-U1-3B`,
    );
  models
    .command('list', { isDefault: true })
    .description('list them')
    .action(() => list(context));
  models
    .command('verify <name>')
    .description('read every file and compare it with its checksum')
    .action((name: string) => verify(context, name));
  models
    .command('remove <name>')
    .description('delete a model from the disk')
    .action((name: string) => remove(context, name));
};

async function list(context: CliContext): Promise<void> {
  const installed = await installedModels(context);
  if (installed.size === 0) {
    context.output.note('No model is installed. Get one with "studio pull AIDC-AI/Ovis-U1-3B".');
    return;
  }
  for (const [name, folder] of installed) {
    try {
      const { precision, manifest } = await openPackage(folder);
      const sizeBytes = bytesOf(manifest);
      context.output.result(
        { name, title: manifest.name, precision, sizeBytes, licence: manifest.licence, folder },
        `${name}  (${manifest.name}, ${precision}, ${formatBytes(sizeBytes)})`,
      );
    } catch (error) {
      context.output.warn(`${name} cannot be used: ${toAppError(error).message}`);
    }
  }
}

async function verify(context: CliContext, name: string): Promise<void> {
  const model = await chooseModel(name, context);
  await verifyPackage(model, {
    signal: context.signal,
    onProgress: byteProgress(context.output, { name: 'verify', label: 'Checking' }),
  });
  context.output.result({ name: modelId(model), intact: true }, `${modelId(model)} is intact.`);
}

/** Only what is in the user's own folder: what came with the program is part of it, and other folders are not ours. */
async function remove(context: CliContext, name: string): Promise<void> {
  const model = await chooseModel(name, { ...context, bundledModelsFolder: context.modelsFolder });
  if ((await installedModels(context)).get(name) !== model.directory)
    throw new AppError('usage-invalid', `"${name}" is not an installed model. "studio models" lists those that are.`);
  await rm(model.directory, { recursive: true });
  context.output.result(
    { name, removed: true },
    `${name} was removed; that freed ${formatBytes(bytesOf(model.manifest))}.`,
  );
}

function bytesOf({ files }: ModelPackage['manifest']): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
