import * as nodeFs from 'node:fs/promises';
import { join } from 'node:path';

import { throwIfCancelled } from '#base/abort';
import { AppError } from '#base/app-error';
import type { BlobName } from '#shared/contract/job-request';
import { documentReferences } from '#shared/document/document';
import { eventReferences, requestReferences } from '#shared/document/history-tree';
import type { BlobReference } from '#shared/document/pixels';
import { decodeTileIndex } from '#shared/document/tile-index';
import type { GalleryItem } from '#shared/library/gallery-item';
import type { JobRecord } from '#shared/library/job-record';
import { decodeDocument, decodeEvent } from '../documents/document-record.ts';
import { Journal } from '../journal/journal.ts';
import type { LibraryFs } from '../library-fs.ts';
import type { BlobStore } from './blob-store.ts';

/** What the journal of a document refers to, in every step there ever was. @throws AppError when some of it is damaged */
export async function documentJournalReferences(
  path: string,
  { fs = nodeFs, signal }: { fs?: LibraryFs; signal?: AbortSignal | undefined } = {},
): Promise<BlobReference[]> {
  const { records, damagedBytes } = await Journal.read(path, { fs });
  if (damagedBytes > 0) {
    throw new AppError('journal-damaged', `A document is damaged: run "studio doctor --repair". It is ${path}.`, {
      data: { path },
    });
  }
  // Steps share most of what they refer to: a set keeps ten thousand of them small.
  const files = new Set<BlobName>();
  const indices = new Set<BlobName>();
  for (const { payload } of records) {
    throwIfCancelled(signal);
    const event = decodeEvent(payload);
    for (const blob of eventReferences(event)) files.add(blob);
    if (event.type !== 'commit') continue;
    for (const { blob, as } of documentReferences(await decodeDocument(payload))) {
      (as === 'tile-index' ? indices : files).add(blob);
    }
  }
  const as = (kind: BlobReference['as']) => (blob: BlobName) => ({ blob, as: kind });
  return [...Array.from(files, as('file')), ...Array.from(indices, as('tile-index'))];
}

export function galleryReferences(item: GalleryItem): BlobName[] {
  return [item.blob, ...(item.recipe ? requestReferences(item.recipe) : [])];
}

export function jobReferences(job: JobRecord): BlobName[] {
  const patch = job.composition?.patch?.blob;
  return [...requestReferences(job.request), ...job.results, ...(patch === undefined ? [] : [patch])];
}

/** A set of blobs that follows tile indices to their tiles. */
export class ReferenceSet {
  readonly names = new Set<BlobName>();
  /** Tile indices that could not be read: their tiles are unknown. */
  readonly unreadable = new Set<BlobName>();
  readonly #blobs: BlobStore;

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  addFiles(names: Iterable<BlobName>): void {
    for (const name of names) this.names.add(name);
  }

  async add(references: Iterable<BlobReference>): Promise<void> {
    for (const { blob, as } of references) {
      const isNew = !this.names.has(blob);
      this.names.add(blob);
      if (as === 'tile-index' && isNew) await this.#addTiles(blob);
    }
  }

  async #addTiles(index: BlobName): Promise<void> {
    try {
      const { tiles, base } = decodeTileIndex(await this.#blobs.read(index));
      this.addFiles(tiles.values());
      if (base) this.addFiles([base.blob]);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.unreadable.add(index);
    }
  }
}

export const journalOf = (folder: string, id: string): string => join(folder, id, 'journal');
