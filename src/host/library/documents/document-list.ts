import { AppError } from '#base/app-error';
import type { DocumentId } from '#shared/document/ids';
import type { LibraryIndex } from '../index/library-index.ts';
import type { DocumentStore, DocumentSummary } from './document-store.ts';

/**
 * What a list of documents shows, last changed first. The index remembers each until its journal changes, so that a
 * thousand documents need not be read for a list of them.
 */
export async function listDocuments(
  documents: DocumentStore,
  index: LibraryIndex,
  place: { readonly trashed: boolean },
): Promise<DocumentSummary[]> {
  const summaries: DocumentSummary[] = [];
  for (const id of await documents.ids(place)) {
    const summary = await summaryOf(id, documents, index, place).catch((error: unknown) => {
      // Removed meanwhile, or nothing of it can be read: doctor's business, not the list's.
      if (error instanceof AppError) return undefined;
      throw error;
    });
    if (summary) summaries.push(summary);
  }
  return summaries.sort((one, other) => other.changedAtMs - one.changedAtMs);
}

async function summaryOf(
  id: DocumentId,
  documents: DocumentStore,
  index: LibraryIndex,
  place: { readonly trashed: boolean },
): Promise<DocumentSummary> {
  const { changedAtMs, sizeBytes } = await documents.changedAt(id, place);
  const { database } = index;
  const row = database
    .prepare('SELECT summary FROM documents WHERE id = ? AND changed_at = ? AND size = ?')
    .get(id, changedAtMs, sizeBytes) as { summary: string } | undefined;
  if (row) return JSON.parse(row.summary) as DocumentSummary;
  const summary = await documents.summary(id, place);
  database
    .prepare('INSERT OR REPLACE INTO documents (id, changed_at, size, summary) VALUES (?, ?, ?, ?)')
    .run(id, changedAtMs, sizeBytes, JSON.stringify(summary));
  return summary;
}
