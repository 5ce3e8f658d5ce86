import * as nodeFs from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '#base/app-error';
import { defined } from '#base/assert';
import type { Dispose } from '#base/disposable';
import type { Document } from '#shared/document/document';
import type { Commit, HistoryEvent, NodeChanges } from '#shared/document/history-node';
import { nodeOf, replay, staleBelow, type HistoryTree } from '#shared/document/history-tree';
import type { DocumentId, NodeId } from '#shared/document/ids';
import type { PromptState } from '#shared/document/prompt-state';
import { tryFileLock, type FileLock, type LockOwner } from '#files/file-lock';
import { fileError, systemCode } from '#files/file-error';
import { Journal, readRecord, type JournalRepair } from '../journal/journal.ts';
import type { LibraryFs } from '../library-fs.ts';
import { readLog, type DocumentLog } from './document-log.ts';
import { decodeDocument, encodeEvent } from './document-record.ts';
import { readSnapshot, writeSnapshot, type PlacedEvent } from './snapshot.ts';

/** Whether the document can be changed here, and if not, why. */
export type DocumentAccess =
  | { readonly mode: 'write' }
  | { readonly mode: 'read'; readonly because: 'open-elsewhere'; readonly owner: LockOwner }
  | { readonly mode: 'read'; readonly because: 'folder-read-only' | 'taken-over' | 'closed' };

export interface OpenDocumentOptions {
  readonly fs?: LibraryFs;
  /** Who opens it, for the explanation another opener gets: "Ovis Studio", "studio export". */
  readonly purpose: string;
  readonly readOnly?: boolean;
  /** Called before a step is kept, with the document of the step before; rejects when pixels of it are not there. */
  readonly check?: CheckCommit | undefined;
  /** Events after which a new snapshot is written. */
  readonly snapshotEvery?: number;
}

export type CheckCommit = (commit: Commit, before: () => Promise<Document | undefined>) => Promise<void>;

export type DocumentListener = (tree: HistoryTree, event: HistoryEvent) => void;

/** File names in a document's folder. */
export const journalFile = 'journal';
const snapshotFile = 'snapshot';
export const lockFile = 'lock';

/**
 * A document that is open: its history in memory, its journal on the disk. One at a time may write; whoever comes second
 * reads, and is told who writes. Every change resolves when it is on the disk, and only then is it in `tree`.
 */
export class OpenDocument {
  readonly id: DocumentId;
  /** What opening found damaged and did about it, in words; empty as a rule. */
  readonly problems: readonly string[];
  #tree: HistoryTree;
  #access: DocumentAccess;
  readonly #folder: string;
  readonly #fs: LibraryFs;
  readonly #check: CheckCommit;
  readonly #snapshotEvery: number;
  readonly #journal: Journal | undefined;
  readonly #lock: FileLock | undefined;
  readonly #offsets: Map<NodeId, number>;
  readonly #events: PlacedEvent[];
  #snapshotted: number;
  readonly #listeners = new Set<DocumentListener>();
  #work: Promise<unknown> = Promise.resolve();

  private constructor(id: DocumentId, folder: string, parts: Parts, options: OpenDocumentOptions) {
    this.id = id;
    this.#folder = folder;
    this.problems = parts.problems;
    this.#tree = parts.log.tree;
    this.#offsets = new Map(parts.log.offsets);
    this.#events = [...parts.log.events];
    this.#snapshotted = parts.snapshotted;
    this.#access = parts.access;
    this.#journal = parts.journal;
    this.#lock = parts.lock;
    this.#fs = options.fs ?? nodeFs;
    this.#check = options.check ?? (() => Promise.resolve());
    this.#snapshotEvery = options.snapshotEvery ?? 1000;
    parts.lock?.lost.addEventListener('abort', () => {
      this.#access = { mode: 'read', because: 'taken-over' };
    });
  }

  /**
   * Opens the document in a folder.
   * @throws AppError `document-missing`, `version-too-new`, `permission-denied`
   */
  static async open(id: DocumentId, folder: string, options: OpenDocumentOptions): Promise<OpenDocument> {
    const fs = options.fs ?? nodeFs;
    const path = join(folder, journalFile);
    await requireJournal(path, fs);
    const { access, lock } = await takeLock(join(folder, lockFile), options);
    let journal: Journal | undefined;
    try {
      const snapshot = await readSnapshot(join(folder, snapshotFile), fs);
      const known = snapshot && { incarnation: snapshot.incarnation, offset: snapshot.end };
      const opened = lock && (await Journal.open(path, { fs, known }));
      journal = opened?.journal;
      const reading = opened ? undefined : await Journal.read(path, { fs, known });
      const records = (opened ?? reading)?.records ?? [];
      const incarnation = journal?.incarnation ?? reading?.incarnation;
      // A journal that opening has mended, or that was rewritten since, is another one: its records are all there.
      const usable = snapshot?.incarnation === incarnation ? snapshot : undefined;
      const log = readLog(usable, records);
      if (log.tree.root === null) throw new AppError('document-missing', 'Nothing readable is left of this document.');
      const problems = [...(opened?.repair ? [repairSentence(opened.repair)] : []), ...log.problems];
      const snapshotted = usable?.events.length ?? 0;
      return new OpenDocument(id, folder, { access, lock, journal, log, problems, snapshotted }, options);
    } catch (error) {
      await journal?.close();
      await lock?.release();
      throw error;
    }
  }

  get tree(): HistoryTree {
    return this.#tree;
  }

  get access(): DocumentAccess {
    return this.#access;
  }

  /** The work as it was at a step. @throws AppError `journal-damaged`, `stored-value-invalid` */
  async document(node: NodeId): Promise<Document> {
    nodeOf(this.#tree, node);
    const path = join(this.#folder, journalFile);
    const offset = () => defined(this.#offsets.get(node));
    if (this.#journal !== undefined && this.#access.mode === 'write') {
      return decodeDocument(await this.#journal.readAt(offset()));
    }
    const payload = await readRecord(path, offset(), this.#fs).catch(async (error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      // Whoever writes it may have tidied it up, and then everything is elsewhere.
      await this.refresh();
      return readRecord(path, offset(), this.#fs);
    });
    return decodeDocument(payload);
  }

  /** The work as it is now. */
  async current(): Promise<Document> {
    return this.document(defined(this.#tree.current));
  }

  /** Adds a step and goes there. @throws AppError `document-read-only`, `history-broken`, `disk-full`, `blob-missing` */
  commit({ node, document }: Commit): Promise<void> {
    return this.#do(async () => {
      const { parent } = node;
      await this.#check({ node, document }, async () => (parent === null ? undefined : this.document(parent)));
      await this.#append({ event: { type: 'commit', node }, document });
    });
  }

  /** Undo, redo, or any other step. */
  go(node: NodeId): Promise<void> {
    return this.#do(() => this.#append({ event: { type: 'go', node } }));
  }

  change(node: NodeId, changes: NodeChanges): Promise<void> {
    return this.#do(() => this.#append({ event: { type: 'change', node, changes } }));
  }

  /** Marks what the model made below a step as out of date. */
  markStaleBelow(node: NodeId): Promise<void> {
    return this.#do(async () => {
      await this.#append(...staleBelow(this.#tree, node).map((event) => ({ event })));
    });
  }

  /** Keeps what is in the prompt bar and in no step yet; null when it is as in the current step. */
  saveDraft(prompt: PromptState | null): Promise<void> {
    return this.#do(() => this.#append({ event: { type: 'draft', prompt } }));
  }

  rename(title: string): Promise<void> {
    return this.#do(() => this.#append({ event: { type: 'title', title } }));
  }

  /** Reads what whoever writes the document has added since, for a read-only view. */
  refresh(): Promise<void> {
    return this.#run(async () => {
      if (this.#access.mode === 'write') return;
      const { records } = await Journal.read(join(this.#folder, journalFile), { fs: this.#fs });
      const log = readLog(undefined, records);
      this.#tree = log.tree;
      for (const [node, offset] of log.offsets) this.#offsets.set(node, offset);
    });
  }

  /** Told after every change that is on the disk. */
  subscribe(listener: DocumentListener): Dispose {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Finishes what is under way, leaves a snapshot, and lets others write. */
  close(): Promise<void> {
    return this.#run(async () => {
      if (this.#access.mode === 'write') {
        // A damaged step cannot be copied; then the journal stays as it is.
        await this.#tidy().catch(() => undefined);
        await this.#takeSnapshot();
      }
      this.#access = { mode: 'read', because: 'closed' };
      this.#listeners.clear();
      await this.#journal?.close();
      await this.#lock?.release();
    });
  }

  #do(work: () => Promise<void>): Promise<void> {
    return this.#run(async () => {
      if (this.#access.mode === 'read') throw readOnly(this.#access);
      await work();
    });
  }

  /** One after the other, so that each sees the tree the one before it left. */
  #run(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }

  /** All of these reach the disk together, or none does. */
  async #append(...entries: readonly { readonly event: HistoryEvent; readonly document?: Document }[]): Promise<void> {
    const events = entries.map(({ event }) => event);
    const tree = replay(this.#tree, events);
    const payloads = await Promise.all(entries.map(({ event, document }) => encodeEvent(event, document)));
    const journal = defined(this.#journal);
    const offsets = await Promise.all(payloads.map((payload) => journal.append(payload)));
    this.#tree = tree;
    for (const [index, event] of events.entries()) {
      const offset = defined(offsets[index]);
      this.#events.push({ offset, event });
      if (event.type === 'commit') this.#offsets.set(event.node.id, offset);
      for (const listener of this.#listeners) listener(tree, event);
    }
    if (this.#events.length - this.#snapshotted >= this.#snapshotEvery) await this.#takeSnapshot();
  }

  async #takeSnapshot(): Promise<void> {
    const { incarnation, end } = defined(this.#journal);
    if (this.#events.length === this.#snapshotted) return;
    this.#snapshotted = this.#events.length;
    const snapshot = { incarnation, end, events: this.#events };
    // Opening takes a little longer without it; the work itself is in the journal.
    await writeSnapshot(join(this.#folder, snapshotFile), snapshot, this.#fs).catch(() => undefined);
  }

  /** Rewrites the journal without superseded drafts and titles, once they are most of its events. */
  async #tidy(): Promise<void> {
    const live = liveEvents(this.#events, this.#tree);
    if (live.length > this.#events.length / 2) return;
    const journal = defined(this.#journal);
    const payloads: Buffer[] = [];
    for (const { offset } of live) payloads.push(await journal.readAt(offset));
    const offsets = await journal.rewrite(payloads);
    this.#events.splice(0, Infinity, ...live.map(({ event }, index) => ({ event, offset: defined(offsets[index]) })));
    this.#snapshotted = 0;
  }
}

/** Events without which the tree would be another one. */
function liveEvents(events: readonly PlacedEvent[], tree: HistoryTree): PlacedEvent[] {
  const lastDraft = tree.draft && events.findLast(({ event }) => event.type === 'draft');
  const lastTitle = events.findLast(({ event }) => event.type === 'title');
  return events.filter(
    (placed) =>
      (placed.event.type !== 'draft' && placed.event.type !== 'title') || placed === lastDraft || placed === lastTitle,
  );
}

interface Parts {
  readonly access: DocumentAccess;
  readonly lock: FileLock | undefined;
  readonly journal: Journal | undefined;
  readonly log: DocumentLog;
  readonly problems: readonly string[];
  readonly snapshotted: number;
}

async function requireJournal(path: string, fs: LibraryFs): Promise<void> {
  try {
    if ((await fs.lstat(path)).isFile()) return;
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw fileError(error, path, 'open the document');
  }
  throw new AppError('document-missing', 'There is no such document in the library.');
}

async function takeLock(
  path: string,
  { purpose, readOnly = false }: OpenDocumentOptions,
): Promise<{ access: DocumentAccess; lock?: FileLock }> {
  if (readOnly) return { access: { mode: 'read', because: 'folder-read-only' } };
  try {
    const attempt = await tryFileLock(path, { purpose });
    if (attempt.acquired) return { access: { mode: 'write' }, lock: attempt.lock };
    return { access: { mode: 'read', because: 'open-elsewhere', owner: attempt.owner } };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (!['permission-denied', 'folder-read-only', 'disk-full'].includes(error.code)) throw error;
    return { access: { mode: 'read', because: 'folder-read-only' } };
  }
}

function readOnly(access: DocumentAccess & { mode: 'read' }): AppError {
  switch (access.because) {
    case 'open-elsewhere': {
      const { purpose, pid, since } = access.owner;
      const message = `The document is open in ${purpose} (process ${pid}): close it there to change it here.`;
      return new AppError('document-read-only', message, { data: { purpose, pid, since } });
    }
    case 'folder-read-only':
      return new AppError('document-read-only', 'The library’s folder cannot be written to: save a copy elsewhere.');
    case 'taken-over':
      return new AppError(
        'document-read-only',
        'Another program took the document over while this one was asleep: open it again.',
      );
    case 'closed':
      return new AppError('document-read-only', 'The document is closed: open it again.');
  }
}

function repairSentence({ cutBytes, damagedBytes, keptAs }: JournalRepair): string {
  const what = damagedBytes > 0 ? `${damagedBytes} damaged bytes` : `${cutBytes} bytes of an unfinished step`;
  return `${what} were left out${keptAs === null ? '' : `; what was found is kept as ${keptAs}`}`;
}
