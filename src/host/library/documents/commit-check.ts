import { AppError } from '#base/app-error';
import type { BlobName } from '#shared/contract/job-request';
import { documentReferences, type Document } from '#shared/document/document';
import type { Commit } from '#shared/document/history-node';
import { nodeReferences } from '#shared/document/history-tree';
import type { BlobStore } from '../blobs/blob-store.ts';
import { ReferenceSet } from '../blobs/references.ts';

/**
 * Looks whether all that a step refers to is stored, before the step is. What it finds is not looked for again, so a
 * stroke costs a look at the tiles it touched.
 */
export class CommitCheck {
  readonly #blobs: BlobStore;
  readonly #known = new Set<BlobName>();

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  /**
   * @param before The document of the step before. What was missing there already is not this step's fault, and does not
   *   keep the user from going on.
   * @throws AppError `blob-missing`
   */
  async check({ node, document }: Commit, before: () => Promise<Document | undefined>): Promise<void> {
    const missing = await this.#missing(document, nodeReferences(node));
    if (missing.length === 0) return;
    const previous = await before();
    const missedBefore = new Set(previous ? await this.#missing(previous, []) : []);
    const name = missing.find((blob) => !missedBefore.has(blob));
    if (name === undefined) return;
    throw new AppError('blob-missing', 'Some pixels of this step were not stored: undo it and try again.', {
      data: { name },
    });
  }

  async #missing(document: Document, files: readonly BlobName[]): Promise<BlobName[]> {
    const references = new ReferenceSet(this.#blobs);
    references.addFiles(files);
    await references.add(documentReferences(document));
    const missing: BlobName[] = [...references.unreadable];
    for (const name of references.names) {
      if (this.#known.has(name)) continue;
      if (await this.#blobs.keep(name)) this.#known.add(name);
      else missing.push(name);
    }
    return missing;
  }
}
