import { randomBytes } from 'node:crypto';
import * as nodeFs from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '#base/app-error';
import type { Document } from '#shared/document/document';
import type { HistoryNode } from '#shared/document/history-node';
import { newDocumentId, newNodeId, zDocumentId, type DocumentId } from '#shared/document/ids';
import { isTemporaryName, renameDurably, temporaryPathBeside } from '#files/durable-write';
import { fileError, systemCode } from '#files/file-error';
import { tryFileLock } from '#files/file-lock';
import { makeFolderDurably, readFolder } from '../blobs/blob-store.ts';
import { Journal } from '../journal/journal.ts';
import type { JournalRecord } from '../journal/record-format.ts';
import type { LibraryFs } from '../library-fs.ts';
import { recordsFor } from './connected-records.ts';
import { readLog } from './document-log.ts';
import { decodeDocument, encodeEvent } from './document-record.ts';
import { journalFile, lockFile, OpenDocument, type CheckCommit } from './open-document.ts';

interface StoreOptions {
  readonly fs?: LibraryFs;
  /** Who opens documents, for the explanation another program gets. */
  readonly purpose: string;
  readonly readOnly?: boolean;
  readonly check?: CheckCommit;
  readonly now?: () => number;
}

/** What a list of documents shows. */
export interface DocumentSummary {
  readonly id: DocumentId;
  readonly title: string;
  /** The current step. */
  readonly node: HistoryNode;
  readonly stepCount: number;
  /** When its journal was last written, in milliseconds since 1970. */
  readonly changedAtMs: number;
}

/** One folder for each document. Removing one moves it to the trash, from where it can be brought back. */
export class DocumentStore {
  readonly #folder: string;
  readonly #trash: string;
  readonly #fs: LibraryFs;
  readonly #options: StoreOptions;
  readonly #now: () => number;
  readonly #open = new Map<DocumentId, { readonly document: Promise<OpenDocument>; uses: number }>();

  private constructor(folder: string, trash: string, options: StoreOptions) {
    this.#folder = folder;
    this.#trash = trash;
    this.#options = options;
    this.#fs = options.fs ?? nodeFs;
    this.#now = options.now ?? Date.now;
  }

  static async open(folder: string, trash: string, options: StoreOptions): Promise<DocumentStore> {
    const fs = options.fs ?? nodeFs;
    if (!options.readOnly) for (const each of [folder, trash]) await makeFolderDurably(each, fs);
    return new DocumentStore(folder, trash, options);
  }

  /** Makes a document whose history begins with this state. */
  async create(
    document: Document,
    {
      title,
      label = { what: 'new-document' },
      kind = 'start',
    }: { title: string } & Partial<Pick<HistoryNode, 'label' | 'kind'>>,
  ): Promise<DocumentId> {
    const node: HistoryNode = {
      id: newNodeId(randomBytes),
      parent: null,
      label,
      kind,
      createdAt: this.#now(),
      thumbnail: null,
      recipe: null,
      name: null,
      pinned: false,
      stale: false,
    };
    await this.#options.check?.({ node, document }, () => Promise.resolve(undefined));
    return this.createFromRecords([
      await encodeEvent({ type: 'title', title }),
      await encodeEvent({ type: 'commit', node }, document),
    ]);
  }

  /** Makes a document of whole records, which were checked: a new one, a copy, an import. It is there whole or not at all. */
  async createFromRecords(records: readonly Buffer[]): Promise<DocumentId> {
    const id = newDocumentId(randomBytes);
    const folder = this.#folderOf(id);
    const temporary = temporaryPathBeside(folder);
    try {
      await makeFolderDurably(temporary, this.#fs);
      const { journal } = await Journal.open(join(temporary, journalFile), { fs: this.#fs });
      try {
        await journal.rewrite(records);
      } finally {
        await journal.close();
      }
      await renameDurably(temporary, folder, { fs: this.#fs });
    } catch (error) {
      await this.#fs.rm(temporary, { recursive: true, force: true }).catch(() => undefined);
      throw fileError(error, folder, 'make a document');
    }
    return id;
  }

  /**
   * The open document, opened if need be. Each `open` needs one `close`; the last one closes it for good.
   * @throws AppError `document-missing`, `version-too-new`
   */
  async open(id: DocumentId): Promise<OpenDocument> {
    let entry = this.#open.get(id);
    if (entry === undefined) {
      entry = { document: OpenDocument.open(id, this.#folderOf(id), this.#options), uses: 0 };
      this.#open.set(id, entry);
    }
    entry.uses += 1;
    try {
      return await entry.document;
    } catch (error) {
      this.#open.delete(id);
      throw error;
    }
  }

  async close(id: DocumentId): Promise<void> {
    const entry = this.#open.get(id);
    if (entry === undefined) return;
    entry.uses -= 1;
    if (entry.uses > 0) return;
    this.#open.delete(id);
    await (await entry.document).close();
  }

  async closeAll(): Promise<void> {
    const entries = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(entries.map(async ({ document }) => (await document.catch(() => undefined))?.close()));
  }

  /** A view of a document as it is on the disk, whoever writes it, without taking its lock. */
  async peek(id: DocumentId): Promise<OpenDocument> {
    return OpenDocument.open(id, this.#folderOf(id), { ...this.#options, readOnly: true });
  }

  /** The records of a document's journal as they are on the disk, whoever writes it. */
  async records(id: DocumentId): Promise<readonly JournalRecord[]> {
    try {
      return (await Journal.read(join(this.#folderOf(id), journalFile), { fs: this.#fs })).records;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') throw missing();
      throw fileError(error, this.#folderOf(id), 'read a document');
    }
  }

  /** What is wrong with a document on the disk, in words: every record and every step is read. Changes nothing. */
  async problems(id: DocumentId): Promise<string[]> {
    const reading = await Journal.read(join(this.#folderOf(id), journalFile), { fs: this.#fs });
    const { records, damagedBytes, incarnation } = reading;
    const log = readLog(undefined, records);
    if (log.tree.root === null) return ['nothing readable is left'];
    const problems = incarnation === undefined ? ['the beginning of its journal is damaged'] : [];
    if (damagedBytes > 0) problems.push(`${damagedBytes} bytes of its journal are damaged`);
    const payloadAt = new Map(records.map(({ offset, payload }) => [offset, payload]));
    for (const [node, offset] of log.offsets) {
      await decodeDocument(payloadAt.get(offset)!).catch(() => problems.push(`step ${node} is damaged`));
    }
    return [...problems, ...log.problems];
  }

  /**
   * Writes the journal of a document anew without what is damaged, keeping a copy, the steps after it connected.
   * @throws AppError `document-busy`, `document-missing` (nothing readable is left)
   */
  async mend(id: DocumentId): Promise<void> {
    const path = join(this.#folderOf(id), journalFile);
    const attempt = await tryFileLock(join(this.#folderOf(id), lockFile), { purpose: this.#options.purpose });
    if (!attempt.acquired) throw new AppError('document-busy', 'The document is open: close it, then mend it.');
    try {
      if (readLog(undefined, await this.records(id)).tree.root === null) throw missing();
      const { journal, records } = await Journal.open(path, { fs: this.#fs });
      try {
        const log = readLog(undefined, records);
        const events = log.events.map(({ event }) => event);
        if (log.problems.length > 0) await journal.rewrite(await recordsFor(events, log, records));
      } finally {
        await journal.close();
      }
    } finally {
      await attempt.lock.release();
    }
  }

  /** Folders of documents whose making was interrupted, last changed before a time. */
  async leftovers(beforeMs: number): Promise<string[]> {
    const old: string[] = [];
    for (const { name } of await readFolder(this.#folder, this.#fs)) {
      const path = join(this.#folder, name);
      if (isTemporaryName(name) && (await this.#fs.lstat(path)).mtimeMs < beforeMs) old.push(path);
    }
    return old;
  }

  /** Every document there is; with `trashed`, every one in the trash. */
  async ids({ trashed = false }: { trashed?: boolean } = {}): Promise<DocumentId[]> {
    const entries = await readFolder(trashed ? this.#trash : this.#folder, this.#fs);
    return entries
      .filter((entry) => entry.isDirectory() && !isTemporaryName(entry.name))
      .flatMap((entry) => zDocumentId.safeParse(entry.name).data ?? []);
  }

  /** Changes when a document was changed: what a list may keep until then. */
  async changedAt(
    id: DocumentId,
    { trashed = false }: { trashed?: boolean } = {},
  ): Promise<{ readonly changedAtMs: number; readonly sizeBytes: number }> {
    const path = join(this.#place(id, trashed), journalFile);
    try {
      const { mtimeMs, size } = await this.#fs.lstat(path);
      return { changedAtMs: mtimeMs, sizeBytes: size };
    } catch (error) {
      if (systemCode(error) === 'ENOENT') throw missing();
      throw fileError(error, path, 'look at a document');
    }
  }

  async summary(id: DocumentId, { trashed = false }: { trashed?: boolean } = {}): Promise<DocumentSummary> {
    const { changedAtMs } = await this.changedAt(id, { trashed });
    const open = trashed ? undefined : await this.#open.get(id)?.document;
    const { tree } =
      open ?? (await OpenDocument.open(id, this.#place(id, trashed), { ...this.#options, readOnly: true }));
    const node = tree.current === null ? undefined : tree.nodes.get(tree.current);
    if (node === undefined) throw missing();
    return { id, title: tree.title, node, stepCount: tree.nodes.size, changedAtMs };
  }

  /** A copy with all its history. @throws AppError `document-missing` */
  async duplicate(id: DocumentId): Promise<DocumentId> {
    return this.createFromRecords((await this.records(id)).map(({ payload }) => payload));
  }

  /** Moves a document to the trash. @throws AppError `document-busy` while it is open */
  async remove(id: DocumentId): Promise<void> {
    if (this.#open.has(id)) throw new AppError('document-busy', 'The document is open: close it, then remove it.');
    const held = await OpenDocument.open(id, this.#folderOf(id), this.#options);
    const isOurs = held.access.mode === 'write';
    await held.close();
    if (!isOurs) throw new AppError('document-busy', 'The document is open elsewhere: close it there, then remove it.');
    const place = join(this.#trash, id);
    await this.#move(this.#folderOf(id), place);
    // From now on it is in the trash. Where that cannot be noted, the time of its last change is all there is.
    const now = new Date(this.#now());
    await this.#fs.utimes(place, now, now).catch(() => undefined);
  }

  /** Documents that were put in the trash before a time. */
  async trashedBefore(beforeMs: number): Promise<DocumentId[]> {
    const old: DocumentId[] = [];
    for (const id of await this.ids({ trashed: true })) {
      if ((await this.#fs.lstat(join(this.#trash, id))).mtimeMs < beforeMs) old.push(id);
    }
    return old;
  }

  async restore(id: DocumentId): Promise<void> {
    await this.#move(join(this.#trash, id), this.#folderOf(id));
  }

  /** Deletes a document in the trash for good. */
  async purge(id: DocumentId): Promise<void> {
    await this.#fs.rm(join(this.#trash, id), { recursive: true, force: true });
  }

  async #move(from: string, to: string): Promise<void> {
    try {
      await renameDurably(from, to, { fs: this.#fs });
    } catch (error) {
      if (systemCode(error) === 'ENOENT') throw missing();
      throw fileError(error, from, 'move a document');
    }
  }

  #folderOf(id: DocumentId): string {
    return this.#place(id, false);
  }

  #place(id: DocumentId, trashed: boolean): string {
    return join(trashed ? this.#trash : this.#folder, id);
  }
}

function missing(): AppError {
  return new AppError('document-missing', 'There is no such document in the library.');
}
