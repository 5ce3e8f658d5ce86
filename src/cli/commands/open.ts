import { assertNever } from '#base/assert';
import { openFile } from '#host/library/exchange/open-file';
import type { ImportNote } from '#host/library/exchange/import-note';

import type { RegisterCommand } from '../cli-context.ts';
import { withLibrary } from '../library-session.ts';

export const registerOpen: RegisterCommand = (program, context) => {
  program
    .command('open <files...>')
    .description('bring files into the library as documents')
    .addHelpText(
      'after',
      `
Reads .ovis, Photoshop, OpenRaster, PNG, JPEG, WebP, AVIF, TIFF, GIF and SVG. A picture that was
exported from this library leads back to its document.

Examples:
  studio open poster.ovis
  studio open layout.psd photo.jpg`,
    )
    .action(async (files: string[]) => {
      await withLibrary(context, async (library) => {
        for (const file of files) {
          const { document, node, notes } = await openFile(file, library, { signal: context.signal });
          const { title } = await library.documents.summary(document);
          const told = node === null ? `${document}  ${title}` : `${document}  ${title}  (made there, step ${node})`;
          context.output.result({ file, document, node, title, notes }, told);
          for (const note of notes) context.output.warn(sentence(note));
        }
      });
    });
};

function sentence({ kind, layer }: ImportNote): string {
  const name = layer === '' ? 'The picture' : `The layer "${layer}"`;
  switch (kind) {
    case 'blend-mode':
      return `${name} blends normally now: its blend mode is not known here.`;
    case 'adjustment':
      return `${name} was left out: it adjusts others and has no pixels.`;
    case 'effects':
      return `${name} comes without its effects.`;
    case 'clipping':
      return `${name} is not clipped to the one below it any more.`;
    case 'rasterised':
      return `${name} is a picture now and cannot be edited as what it was.`;
    case 'profile':
      return `${name} was converted to sRGB.`;
    case 'depth':
      return `${name} was reduced to 8 bits a channel.`;
    case 'unreadable':
      return `${name} could not be read and is empty.`;
    default:
      return assertNever(kind);
  }
}
