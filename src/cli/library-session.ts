import { AppError } from '#base/app-error';
import { openLibrary, type Library } from '#host/library/library';
import { zDocumentId, type DocumentId } from '#shared/document/ids';

import type { CliContext } from './cli-context.ts';

/** Lends the library, and closes it at the end, whatever happens. */
export async function withLibrary<T>(
  { dataFolder, output }: Pick<CliContext, 'dataFolder' | 'output'>,
  use: (library: Library) => Promise<T>,
): Promise<T> {
  const library = await openLibrary(dataFolder, { purpose: 'the command line' });
  try {
    if (library.readOnlyBecause) output.warn(library.readOnlyBecause.message);
    return await use(library);
  } finally {
    await library.close();
  }
}

/**
 * The document that is meant: by its id, the beginning of it, or its title.
 *
 * @throws AppError `document-missing`, `usage-invalid` when several are meant
 */
export async function chooseDocument(library: Library, wanted: string): Promise<DocumentId> {
  const exact = zDocumentId.safeParse(wanted);
  const ids = await library.documents.ids();
  if (exact.success && ids.includes(exact.data)) return exact.data;
  const named = (await library.listDocuments()).filter(({ id, title }) => title === wanted || id.startsWith(wanted));
  const [first, ...others] = named;
  if (first === undefined) {
    throw new AppError('document-missing', `There is no document "${wanted}". See "studio library".`, {
      data: { wanted },
    });
  }
  if (others.length > 0) {
    const among = named.map(({ id, title }) => `${id} (${title})`).join(', ');
    throw new AppError('usage-invalid', `"${wanted}" may mean ${among}: give the id.`, { data: { wanted } });
  }
  return first.id;
}
