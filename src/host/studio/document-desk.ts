import type { Dispose } from '#base/disposable';
import { AppError } from '#base/app-error';
import type { DocumentAccess as WireAccess, DocumentEvent, DocumentSummary } from '#shared/contract/studio/documents';
import { historyState } from '#shared/contract/studio/history-state';
import type { Cursor } from '#shared/contract/studio/watching';
import { redoTarget, undoTarget } from '#shared/document/history-tree';
import type { DocumentId, NodeId } from '#shared/document/ids';
import type { DocumentAccess, OpenDocument } from '../library/documents/open-document.ts';
import type { Library } from '../library/library.ts';
import { EventLog } from './event-log.ts';
import { leavable } from './streams.ts';

/** An event before it has its cursor. */
type EventBody = DocumentEvent extends infer Event ? (Event extends unknown ? Omit<Event, 'cursor'> : never) : never;

interface OnDesk {
  readonly document: OpenDocument;
  readonly log: EventLog<EventBody>;
  readonly release: () => Promise<void>;
}

interface Entry {
  readonly opened: Promise<OnDesk>;
  watchers: number;
  uses: number;
  lingering: NodeJS.Timeout | undefined;
}

interface DeskLimits {
  /** How long a document stays open that nobody watches: a window that lost its connection comes back. */
  readonly lingerMs: number;
  /** How often a document that another program writes is looked at. */
  readonly lookMs: number;
}

/** The documents that windows work on: each is open once, however many watch it, and every change is told to all. */
export class DocumentDesk {
  readonly #library: Library;
  readonly #limits: DeskLimits;
  readonly #entries = new Map<DocumentId, Entry>();
  readonly #listeners = new Set<() => void>();

  constructor(library: Library, { lingerMs = 20_000, lookMs = 2_000 }: Partial<DeskLimits> = {}) {
    this.#library = library;
    this.#limits = { lingerMs, lookMs };
  }

  /** Everything that happens to a document, from a snapshot or a cursor on. It is open while somebody watches. */
  watch(id: DocumentId, { after, signal }: { after: Cursor | null; signal?: AbortSignal | undefined }) {
    return leavable((left) => this.#watch(id, after, left), { signal });
  }

  /** Lends the open document for as long as the work takes. */
  async use<T>(id: DocumentId, work: (document: OpenDocument) => Promise<T>): Promise<T> {
    const entry = this.#take(id);
    entry.uses += 1;
    try {
      const { document } = await entry.opened;
      return await work(document);
    } finally {
      entry.uses -= 1;
      this.#letGo(id, entry);
    }
  }

  undo(id: DocumentId): Promise<NodeId | null> {
    return this.use(id, (document) => goTo(document, undoTarget(document.tree)));
  }

  redo(id: DocumentId): Promise<NodeId | null> {
    return this.use(id, (document) => goTo(document, redoTarget(document.tree)));
  }

  /** Those in the library, last changed first; or those in the trash. */
  async list({ trashed }: { trashed: boolean }): Promise<DocumentSummary[]> {
    return this.#library.listDocuments({ trashed });
  }

  /** Moves a document to the trash. @throws AppError `document-busy` while somebody watches it */
  async remove(id: DocumentId): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry) {
      if (entry.watchers > 0) throw new AppError('document-busy', 'The document is open: close it, then remove it.');
      await this.#close(id, entry);
    }
    await this.#library.documents.remove(id);
    this.listChanged();
  }

  /** Told whenever a list of documents may be another one. */
  subscribe(listener: () => void): Dispose {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  listChanged(): void {
    for (const listener of this.#listeners) listener();
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#entries, ([id, entry]) => this.#close(id, entry)));
    this.#listeners.clear();
  }

  async *#watch(id: DocumentId, after: Cursor | null, signal: AbortSignal) {
    const entry = this.#take(id);
    entry.watchers += 1;
    try {
      const { document, log } = await entry.opened;
      yield* log.watch({ after, signal, snapshot: () => snapshotOf(document) });
    } finally {
      entry.watchers -= 1;
      this.#letGo(id, entry);
    }
  }

  #take(id: DocumentId): Entry {
    let entry = this.#entries.get(id);
    if (entry === undefined) {
      entry = { opened: this.#open(id), watchers: 0, uses: 0, lingering: undefined };
      this.#entries.set(id, entry);
      // Told to whoever asked; the next one tries again.
      entry.opened.catch(() => this.#entries.delete(id));
    }
    clearTimeout(entry.lingering);
    return entry;
  }

  #letGo(id: DocumentId, entry: Entry): void {
    if (entry.watchers + entry.uses > 0 || this.#entries.get(id) !== entry) return;
    entry.lingering = setTimeout(() => void this.#close(id, entry), this.#limits.lingerMs);
    entry.lingering.unref();
  }

  async #close(id: DocumentId, entry: Entry): Promise<void> {
    clearTimeout(entry.lingering);
    this.#entries.delete(id);
    const onDesk = await entry.opened.catch(() => undefined);
    await onDesk?.release();
  }

  async #open(id: DocumentId): Promise<OnDesk> {
    const { documents } = this.#library;
    const document = await documents.open(id);
    const log = new EventLog<EventBody>();
    const unsubscribe = document.subscribe((_tree, event) => {
      log.append({ kind: 'history', event });
      if (event.type !== 'draft') this.listChanged();
    });
    const stopLooking = this.#lookAfter(document, log);
    return {
      document,
      log,
      release: async () => {
        stopLooking();
        unsubscribe();
        await documents.close(id);
      },
    };
  }

  /** Looks now and then whether someone else has changed a document that is read only here, or taken it over. */
  #lookAfter(document: OpenDocument, log: EventLog<EventBody>): Dispose {
    let { access } = document;
    const look = async () => {
      const before = document.tree;
      if (access.mode === 'read') await document.refresh();
      if (hasMoved(before, document.tree)) log.startAnew();
      if (document.access === access) return;
      access = document.access;
      log.append({ kind: 'access', access: wireAccess(access) });
    };
    // What cannot be read now may be read the next time.
    const timer = setInterval(() => void look().catch(() => undefined), this.#limits.lookMs);
    timer.unref();
    return () => clearInterval(timer);
  }
}

async function goTo(document: OpenDocument, node: NodeId | null): Promise<NodeId | null> {
  if (node !== null) await document.go(node);
  return node;
}

function hasMoved(before: OpenDocument['tree'], after: OpenDocument['tree']): boolean {
  return before.nodes.size !== after.nodes.size || before.current !== after.current || before.title !== after.title;
}

async function snapshotOf(document: OpenDocument): Promise<EventBody> {
  const { tree, access, problems } = document;
  // Asked for before anything is awaited: the work at the step that the tree is at now.
  const work = document.current();
  return {
    kind: 'opened',
    history: historyState(tree),
    document: await work,
    access: wireAccess(access),
    problems: [...problems],
  };
}

function wireAccess(access: DocumentAccess): WireAccess {
  if (access.mode === 'write') return access;
  const { because } = access;
  const owner = because === 'open-elsewhere' ? { purpose: access.owner.purpose, pid: access.owner.pid } : null;
  return { mode: 'read', because, owner };
}
