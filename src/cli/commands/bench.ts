import { mkdir, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

import { formatBytes } from '#base/format-bytes';
import { safeFileName } from '#files/safe-name';
import { importCheckpoint } from '#model/weights/node/import-checkpoint';
import { makeCheckpoint, readCheckpointSizes } from '#model/weights/node/make-checkpoint';
import { manifestName, type Precision } from '#model/weights/package-manifest';

import { byteProgress } from '../byte-progress.ts';
import type { CliContext, RegisterCommand } from '../cli-context.ts';
import { conversionThread, precisionOption } from '../import-model.ts';
import { chooseModel } from '../model-choice.ts';
import { integer } from '../option-values.ts';
import { runScript } from '../run-script.ts';
import { sizesFolder } from './make-checkpoint.ts';

interface BenchOptions {
  readonly like?: string;
  readonly precision: Precision;
  readonly size: number;
  readonly only?: string;
  readonly json?: boolean;
}

export const registerBench: RegisterCommand = (program, context) => {
  program
    .command('bench [model]')
    .description('measure how fast the parts of a model are, as shares of what this machine can do')
    .option('--like <sizes>', 'random weights instead: 3b, or a folder with config.json')
    .addOption(precisionOption())
    .option('--size <n>', 'width and height of the picture', integer, 512)
    .option('--only <parts>', 'some parts, such as decoder,prefill')
    .addHelpText('after', '\nExamples:\n  studio bench\n  studio bench --like 3b --precision q4 --only decoder,decode')
    .action(async (model: string | undefined, _: unknown, command: { optsWithGlobals(): BenchOptions }) => {
      const { like, precision, size, only, json } = command.optsWithGlobals();
      const folder =
        like === undefined
          ? (await chooseModel(model, context)).directory
          : await randomModel(context, like, precision);
      const options = [`--size=${size}`, ...(only ? [`--only=${only}`] : []), ...(json ? ['--json'] : [])];
      await runScript(context, 'bench.js', [...options, '--', folder]);
    });
};

/** A model of random weights: made once and kept, since a large one takes minutes. Measures the import on the way. */
async function randomModel(context: CliContext, like: string, precision: Precision): Promise<string> {
  const { output, signal, benchFolder } = context;
  const target = join(benchFolder, safeFileName(`${basename(resolve(like))}-${precision}`));
  if (await isThere(join(target, manifestName))) {
    output.note(`Using the random weights in ${target}. Delete the folder to measure the import again.`);
    return target;
  }
  const checkpoint = `${target}.checkpoint`;
  await mkdir(benchFolder, { recursive: true });
  try {
    const sizes = await readCheckpointSizes(sizesFolder(like, context));
    const onWritten = byteProgress(output, { name: 'write', label: 'Writing random weights' });
    await makeCheckpoint(checkpoint, sizes, { signal, onProgress: onWritten });
    const onProgress = byteProgress(output, { name: 'import', label: 'Importing' });
    const { bytesRead, bytesWritten, durationMs } = await importCheckpoint(checkpoint, target, {
      precision,
      name: basename(resolve(like)),
      signal,
      onProgress,
      threadScript: conversionThread(context.scriptsFolder),
    });
    const rate = (bytesRead * 1000) / durationMs;
    output.result(
      { part: 'import', bytesRead, bytesWritten, durationMs, bytesPerSecond: rate },
      `import: ${formatBytes(bytesRead)} in ${(durationMs / 1000).toFixed(1)} s, ${formatBytes(rate)}/s`,
    );
  } finally {
    await rm(checkpoint, { recursive: true, force: true });
  }
  return target;
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
