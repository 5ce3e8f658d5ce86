import { precisions } from '#model/weights/package-manifest';
import { zDevice } from '#shared/contract/device';
import { Option } from 'commander';

import type { RegisterCommand } from '../cli-context.ts';
import { runScript } from '../run-script.ts';

interface ParityOptions {
  readonly precision: string;
  readonly device: string;
  readonly json?: boolean;
}

export const registerParity: RegisterCommand = (program, context) => {
  program
    .command('parity <folder>')
    .description('compare a checkpoint with its golden numbers: folder/model and folder/goldens')
    .addOption(
      new Option('--precision <name>', 'f32 is judged; the others show their errors')
        .choices(precisions)
        .default('f32'),
    )
    .addOption(new Option('--device <device>', 'where to compute').choices(zDevice.options).default('cpu'))
    .addHelpText('after', '\nExamples:\n  studio parity ./ovis-u1-dev\n  studio parity ./ovis-u1-dev --precision q4')
    .action(async (folder: string, _: unknown, command: { optsWithGlobals(): ParityOptions }) => {
      const { precision, device, json } = command.optsWithGlobals();
      const options = [`--precision=${precision}`, `--device=${device}`, ...(json ? ['--json'] : [])];
      await runScript(context, 'parity.js', [...options, '--', folder]);
    });
};
