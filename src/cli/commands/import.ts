import type { Precision } from '#model/weights/package-manifest';

import type { RegisterCommand } from '../cli-context.ts';
import { importModel, precisionOption } from '../import-model.ts';

interface ImportOptions {
  readonly precision: Precision;
  readonly name?: string;
}

export const registerImport: RegisterCommand = (program, context) => {
  program
    .command('import <folder>')
    .description('make a model of a checkpoint folder in the layout of Hugging Face')
    .addOption(precisionOption())
    .option('--name <name>', 'what to call it (default: the name of the folder and the precision)')
    .addHelpText(
      'after',
      `
Examples:
  studio import ~/Downloads/Ovis-U1-3B
  studio import ./my-finetune --precision q4 --name my-finetune`,
    )
    .action((folder: string, options: ImportOptions) => importModel(context, folder, options));
};
