import { formatBytes } from '#base/format-bytes';
import { checkLibrary } from '#host/library/doctor';
import type { GalleryItem } from '#shared/library/gallery-item';

import type { CliContext, RegisterCommand } from '../cli-context.ts';
import { chooseDocument, withLibrary } from '../library-session.ts';
import { integer } from '../option-values.ts';

export const registerLibrary: RegisterCommand = (program, context) => {
  const library = program
    .command('library')
    .description('list, search, check and tidy what is kept')
    .addHelpText(
      'after',
      `
Examples:
  studio library
  studio library search brass lamp
  studio library search 橙色的猫
  studio library check --repair`,
    );
  library
    .command('list', { isDefault: true })
    .description('list the documents, last changed first')
    .action(() => list(context));
  library
    .command('search <words...>')
    .description('find pictures by prompt, caption, tags or file name')
    .option('-n, --limit <n>', 'how many to show', integer, 20)
    .action((words: string[], { limit }: { limit: number }) => search(context, words.join(' '), limit));
  library
    .command('check')
    .description('read everything and compare it with its checksums')
    .option('--repair', 'mend what can be mended', false)
    .action(({ repair }: { repair: boolean }) => check(context, repair));
  library
    .command('sweep')
    .description('clear away pictures that nothing uses any more')
    .action(() => sweep(context));
  library
    .command('remove <document>')
    .description('move a document to the trash')
    .action((document: string) => remove(context, document));
};

async function list(context: CliContext): Promise<void> {
  await withLibrary(context, async (library) => {
    const documents = await library.listDocuments();
    if (documents.length === 0) context.output.note('No documents yet. Open a file with "studio open".');
    for (const { id, title, stepCount, changedAtMs } of documents) {
      const changedAt = new Date(changedAtMs).toISOString();
      const steps = stepCount === 1 ? '1 step' : `${stepCount} steps`;
      const when = changedAt.slice(0, 16).replace('T', ' ');
      context.output.result({ id, title, steps: stepCount, changedAt }, `${id}  ${when}  ${title}  (${steps})`);
    }
  });
}

async function search(context: CliContext, text: string, limit: number): Promise<void> {
  await withLibrary(context, async ({ gallery }) => {
    const { items } = await gallery.page({ text }, { limit });
    const count = await gallery.count({ text });
    for (const item of items) {
      const { id, blob, width, height } = item;
      context.output.result(
        { id, blob, width, height, words: words(item) },
        `${blob}  ${width} × ${height}  ${words(item)}`,
      );
    }
    if (count > items.length) context.output.note(`${count - items.length} more. Show them with --limit ${count}.`);
    if (count === 0) context.output.note(`No picture has all of these words: ${text}.`);
  });
}

/** The most telling line about a picture. */
function words({ recipe, caption, fileName }: GalleryItem): string {
  const prompt = recipe && recipe.kind !== 'describe' ? recipe.prompt : '';
  return [prompt, caption, fileName ?? ''].find((text) => text !== '')?.split('\n')[0] ?? '';
}

async function check(context: CliContext, repair: boolean): Promise<void> {
  const { output, signal } = context;
  await withLibrary(context, async (library) => {
    let found = 0;
    const task = { name: 'check', label: 'Checking' };
    output.phase(task);
    for await (const finding of checkLibrary(library, { repair, signal })) {
      if (finding.kind !== 'unreferenced') found += 1;
      output.result({ ...finding }, `${finding.message}${finding.isMended ? ' Mended.' : ''}`);
    }
    output.note(found === 0 ? 'Everything is as it was written.' : `${found} findings.`);
  });
}

async function sweep(context: CliContext): Promise<void> {
  await withLibrary(context, async (library) => {
    const { setAside, deleted, freedBytes } = await library.sweep({ signal: context.signal });
    const told = `${setAside} pictures set aside, ${deleted} deleted, ${formatBytes(freedBytes)} freed.`;
    context.output.result({ setAside, deleted, freedBytes }, told);
  });
}

async function remove(context: CliContext, wanted: string): Promise<void> {
  await withLibrary(context, async (library) => {
    const id = await chooseDocument(library, wanted);
    await library.documents.remove(id);
    context.output.result({ id }, `${id} is in the trash.`);
  });
}
