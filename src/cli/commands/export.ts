import { stat } from 'node:fs/promises';
import { extname } from 'node:path';

import { AppError } from '#base/app-error';
import { exportDocumentTo, type ExportFormat } from '#host/library/exchange/export-document';
import { writeOvis } from '#host/library/exchange/ovis-file';
import { zNodeId } from '#shared/document/ids';
import { Option } from 'commander';

import type { RegisterCommand } from '../cli-context.ts';
import { chooseDocument, withLibrary } from '../library-session.ts';
import { integer } from '../option-values.ts';

interface ExportOptions {
  readonly step?: string;
  readonly history: 'whole' | 'path' | 'current';
  readonly quality?: number;
  readonly recipe: boolean;
  readonly force: boolean;
}

export const registerExport: RegisterCommand = (program, context) => {
  program
    .command('export <document> <file>')
    .description('write a document to a file: .ovis .psd .ora .png .jpg .webp .avif .tiff')
    .option('--step <id>', 'a step of its history (default: the current one)')
    .addOption(
      new Option('--history <what>', 'for .ovis: all of it, what led to the current step, or that step alone')
        .choices(['whole', 'path', 'current'])
        .default('whole'),
    )
    .option('--quality <n>', 'of .jpg, .webp and .avif, from 1 to 100', integer)
    .option('--no-recipe', 'leave out how the picture was made')
    .option('--force', 'replace an existing file', false)
    .addHelpText(
      'after',
      `
The document is named by its id, the beginning of it, or its title.

Examples:
  studio export Poster poster.psd
  studio export 5ae50d poster.jpg --quality 85`,
    )
    .action(async (wanted: string, file: string, options: ExportOptions) => {
      await requireFree(file, options.force);
      const format = formatOf(file, options.quality);
      await withLibrary(context, async (library) => {
        const id = await chooseDocument(library, wanted);
        const { signal } = context;
        if (format === 'ovis') {
          await writeOvis(library, id, file, { history: options.history, signal });
        } else {
          const node = options.step === undefined ? undefined : zNodeId.parse(options.step);
          const document = await library.documents.peek(id);
          await exportDocumentTo(file, document, library.blobs, format, { node, withRecipe: options.recipe, signal });
        }
        const { size } = await stat(file);
        context.output.result({ document: id, file, sizeBytes: size }, file);
      });
    });
};

/** @throws AppError `usage-invalid` */
function formatOf(file: string, quality: number | undefined): ExportFormat | 'ovis' {
  const lossy = quality === undefined ? {} : { quality };
  const formats: Readonly<Record<string, ExportFormat | 'ovis'>> = {
    '.ovis': 'ovis',
    '.psd': { format: 'psd' },
    '.ora': { format: 'ora' },
    '.png': { format: 'png' },
    '.jpg': { format: 'jpeg', ...lossy },
    '.jpeg': { format: 'jpeg', ...lossy },
    '.webp': { format: 'webp', ...lossy },
    '.avif': { format: 'avif', ...lossy },
    '.tif': { format: 'tiff' },
    '.tiff': { format: 'tiff' },
  };
  const format = formats[extname(file).toLowerCase()];
  if (format !== undefined) return format;
  const endings = Object.keys(formats).join(', ');
  throw new AppError('usage-invalid', `"${file}" cannot be written: its name must end in ${endings}.`, {
    data: { file },
  });
}

/** @throws AppError `output-exists` */
async function requireFree(file: string, force: boolean): Promise<void> {
  if (force || (await stat(file).catch(() => undefined)) === undefined) return;
  throw new AppError('output-exists', `${file} exists already. Choose another name, or replace it with --force.`, {
    data: { path: file },
  });
}
