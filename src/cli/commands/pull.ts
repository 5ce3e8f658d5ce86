import { rm } from 'node:fs/promises';

import { assertNever } from '#base/assert';
import { hubFromEnvironment } from '#host/models/hub';
import type { PullProgress } from '#host/models/pull-progress';
import { pullModel } from '#host/models/pull';
import type { Precision } from '#model/weights/package-manifest';
import { formatBytes } from '#base/format-bytes';

import type { RegisterCommand } from '../cli-context.ts';
import { importModel, precisionOption } from '../import-model.ts';
import type { Output } from '../output.ts';
import { formatDuration } from '../progress-bar.ts';

interface PullCommandOptions {
  readonly revision?: string;
  readonly verify: boolean;
  readonly import: boolean;
  readonly keep: boolean;
  readonly precision: Precision;
  readonly name?: string;
}

export const registerPull: RegisterCommand = (program, context) => {
  program
    .command('pull <owner/name>')
    .description('download a model from Hugging Face and import it')
    .option('--revision <name>', 'branch, tag or commit (default: main)')
    .option('--verify', 'compare what is already there with its checksums', false)
    .option('--no-import', 'download only')
    .option('--no-keep', 'delete the download after the import')
    .addOption(precisionOption())
    .option('--name <name>', 'what to call the imported model')
    .addHelpText(
      'after',
      `
An interrupted download goes on where it was. HF_ENDPOINT names another server, HF_TOKEN a token for it.

Examples:
  studio pull AIDC-AI/Ovis-U1-3B
  studio pull AIDC-AI/Ovis-U1-3B --precision q4 --no-keep`,
    )
    .action(async (repo: string, options: PullCommandOptions) => {
      const { output, signal, terminal, downloadsFolder } = context;
      const { folder, commit, fetched } = await pullModel(repo, {
        hub: hubFromEnvironment(terminal.env),
        folder: downloadsFolder,
        revision: options.revision,
        verify: options.verify,
        signal,
        onProgress: (progress) => show(progress, output),
      });
      output.result({ repo, commit, folder, fetched }, `${repo} is downloaded to ${folder}.`);
      if (!options.import) return;
      const name = options.name ?? `${repo.split('/').at(-1)}-${options.precision}`;
      await importModel(context, folder, { precision: options.precision, name, origin: { repo, commit } });
      if (!options.keep) await rm(folder, { recursive: true });
    });
};

function show(progress: PullProgress, output: Output): void {
  switch (progress.phase) {
    case 'list':
      return output.phase({ name: 'list', label: 'Asking what there is' });
    case 'check':
    case 'download': {
      const { doneBytes, totalBytes } = progress;
      const rate = progress.phase === 'download' ? progress.bytesPerSecond : null;
      return output.progress({
        task: { name: progress.phase, label: progress.phase === 'check' ? 'Checking' : 'Downloading' },
        done: doneBytes,
        total: totalBytes,
        amount: `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}${rate === null ? '' : `, ${formatBytes(rate)}/s`}`,
        timeLeftMs: progress.phase === 'download' ? progress.timeLeftMs : null,
      });
    }
    case 'wait':
      return output.warn(`${progress.reason} Trying again in ${formatDuration(progress.delayMs)}.`);
    default:
      return assertNever(progress);
  }
}
