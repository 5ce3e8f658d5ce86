import { toAppError, type AppError } from '#base/app-error';
import { assertNever } from '#base/assert';
import { DisposableStore } from '#base/disposable';
import type { BlobName, JobRequest } from '#shared/contract/job-request';
import type { StudioClient } from '#shared/contract/studio/contract';
import type { DocumentAccess, DocumentEvent } from '#shared/contract/studio/documents';
import { historyTree } from '#shared/contract/studio/history-state';
import type { Cursor } from '#shared/contract/studio/watching';
import type { Document } from '#shared/document/document';
import { resizeCanvas, setPrompt } from '#shared/document/document-operations';
import type { Size } from '#shared/document/geometry';
import type { HistoryEvent, HistoryNode, StepKind } from '#shared/document/history-node';
import { redoTarget, replay, undoTarget, type HistoryTree } from '#shared/document/history-tree';
import type { DocumentId, NodeId } from '#shared/document/ids';
import type { PromptState } from '#shared/document/prompt-state';
import type { StepLabel } from '#shared/document/step-label';
import { createStore, type StoreApi } from 'zustand/vanilla';

import { follow } from '../client/connection.ts';
import type { Patience } from '../client/patience.ts';
import { freshNodeId } from '../document/fresh-ids.ts';

/** One open document, as far as everybody may know. */
export interface SessionState {
  readonly tree: HistoryTree;
  readonly document: Document;
  readonly access: DocumentAccess;
  /** What is in the prompt bar now, whether or not a step has it. */
  readonly prompt: PromptState;
  /** Steps that are not on the disk yet. */
  readonly unsaved: number;
}

/** A change to be made: a function of the document, and what the history says of it. */
export interface StepToCommit {
  readonly label: StepLabel;
  readonly kind: StepKind;
  readonly recipe?: JobRequest | null;
  readonly change: (document: Document) => Document;
}

/** Whoever shows the document: is told of every new state, and waited for before the history moves. */
export interface DocumentViewer {
  setDocument(document: Document): void;
  settled(): Promise<void>;
}

export interface SessionOptions {
  readonly id: DocumentId;
  readonly client: StudioClient;
  /** Saves what is done, however long that takes. */
  readonly patience: Pick<Patience, 'until'>;
  /** Something cannot be saved however long one waits, or the document cannot be watched any more. */
  readonly onFault: (error: AppError) => void;
}

/** Something done here that the host has not told of yet. */
interface PendingEvent {
  readonly event: HistoryEvent;
  /** The host has it: what it tells from now on says so too. */
  isSaved: boolean;
}

const draftDelayMs = 500;
/** Documents of steps are small records; this many make undo immediate. */
const keptDocuments = 200;

/**
 * A document that is open: changes are seen at once and saved behind in their order; changes that others make come in by
 * themselves. What is shown is always what the host has told, and on top of it what was done here since: so all windows
 * come to the same history, and a host that was away is told what it missed.
 */
export class DocumentSession {
  readonly id: DocumentId;
  readonly store: StoreApi<SessionState>;
  readonly #client: StudioClient;
  readonly #patience: SessionOptions['patience'];
  readonly #onFault: SessionOptions['onFault'];
  readonly #owned = new DisposableStore();
  readonly #documents = new Map<NodeId, Document>();
  /** As the host has told it. */
  #confirmed: HistoryTree;
  #pending: PendingEvent[] = [];
  #viewer: DocumentViewer | null = null;
  #saving: Promise<void> = Promise.resolve();
  #moving: Promise<void> = Promise.resolve();
  #draftTimer: ReturnType<typeof setTimeout> | undefined;
  /** Ends what tries to be saved. */
  readonly #leaving = new AbortController();

  private constructor({ id, client, patience, onFault }: SessionOptions, opened: OpenedEvent) {
    this.id = id;
    this.#client = client;
    this.#patience = patience;
    this.#onFault = onFault;
    this.store = createStore<SessionState>(() => stateOf(opened));
    this.#confirmed = this.store.getState().tree;
    this.#remember();
  }

  /** @throws AppError `document-missing` and whatever else keeps it from being opened */
  static async open(options: SessionOptions): Promise<DocumentSession> {
    const { id, client } = options;
    const ending = new AbortController();
    return new Promise((resolve, reject) => {
      let session: DocumentSession | null = null;
      let cursor: Cursor | null = null;
      follow(
        (signal) => client.documents.watch({ id, after: cursor }, { signal }),
        (event) => {
          cursor = event.cursor;
          if (session) return session.#take(event);
          if (event.kind !== 'opened') return undefined;
          session = new DocumentSession(options, event);
          session.#owned.add(() => ending.abort());
          return resolve(session);
        },
        { signal: ending.signal },
      ).catch((error: unknown) => (session ? options.onFault(toAppError(error)) : reject(error as Error)));
    });
  }

  get document(): Document {
    return this.store.getState().document;
  }

  get canWrite(): boolean {
    return this.store.getState().access.mode === 'write';
  }

  /** Connects what shows the document. */
  attach(viewer: DocumentViewer): () => void {
    this.#viewer = viewer;
    return () => {
      if (this.#viewer === viewer) this.#viewer = null;
    };
  }

  /** Makes a step. Returns its node, or null when nothing changed or nothing may be changed. */
  commit({ label, kind, recipe = null, change }: StepToCommit): NodeId | null {
    const { tree, document: before, prompt } = this.store.getState();
    const changed = this.canWrite ? change(before) : before;
    if (changed === before) {
      this.#viewer?.setDocument(before);
      return null;
    }
    const document = setPrompt(changed, prompt);
    const node: HistoryNode = {
      id: freshNodeId(),
      parent: tree.current,
      label,
      kind,
      createdAt: Date.now(),
      recipe,
      thumbnail: null,
      name: null,
      pinned: false,
      stale: false,
    };
    const pending = this.#apply({ type: 'commit', node }, { document });
    this.#save(pending, () => this.#client.documents.commit({ id: this.id, commit: { node, document } }));
    return node.id;
  }

  /** Goes to a step, once all that is under way has become steps. */
  async go(node: NodeId): Promise<void> {
    await this.#viewer?.settled();
    if (this.store.getState().tree.current === node) return;
    const document = await this.documentAt(node);
    const { document: before, prompt } = this.store.getState();
    // Words come back with the step they belong to; where it has none, those that are there stay to be run again.
    const isOtherPrompt =
      document.prompt.prompt !== '' && JSON.stringify(before.prompt) !== JSON.stringify(document.prompt);
    const pending = this.#apply({ type: 'go', node }, { document, prompt: isOtherPrompt ? document.prompt : prompt });
    this.#save(pending, () => this.#client.documents.go({ id: this.id, node }));
  }

  undo(): Promise<void> {
    return this.#move(undoTarget);
  }

  redo(): Promise<void> {
    return this.#move(redoTarget);
  }

  async documentAt(node: NodeId): Promise<Document> {
    const known = this.#documents.get(node);
    if (known) return known;
    if (!this.#confirmed.nodes.has(node)) await this.saved();
    return this.#client.documents.document({ id: this.id, node });
  }

  changeNode(node: NodeId, changes: Partial<Pick<HistoryNode, 'name' | 'pinned' | 'thumbnail'>>): void {
    const pending = this.#apply({ type: 'change', node, changes });
    this.#save(pending, () => this.#client.documents.change({ id: this.id, node, changes }));
  }

  thumbnail(node: NodeId, thumbnail: BlobName): void {
    this.changeNode(node, { thumbnail });
  }

  rename(title: string): void {
    const pending = this.#apply({ type: 'title', title });
    this.#save(pending, () => this.#client.documents.rename({ id: this.id, title }));
  }

  setPrompt(
    changes: Partial<Omit<PromptState, 'parameters'>> & { parameters?: Partial<PromptState['parameters']> },
  ): void {
    const { prompt } = this.store.getState();
    const parameters = { ...prompt.parameters, ...changes.parameters };
    this.store.setState({ prompt: { ...prompt, ...changes, parameters } });
    clearTimeout(this.#draftTimer);
    this.#draftTimer = setTimeout(() => this.#saveDraft(), draftDelayMs);
  }

  /**
   * Gives the paper of a document in which nothing has been done another size, or with null its own. That is no step: the
   * first one takes it along.
   */
  setPaper(size: Size | null): void {
    const { tree, document } = this.store.getState();
    const own = tree.current && this.#documents.get(tree.current);
    if (!this.canWrite || tree.nodes.size > 1 || !own || own.order.length > 0) return;
    const { width, height } = size ?? own;
    if (width === document.width && height === document.height) return;
    const isOwn = width === own.width && height === own.height;
    const paper = isOwn ? own : resizeCanvas(own, { width, height }, { x: 0, y: 0 });
    this.store.setState({ document: paper });
    this.#viewer?.setDocument(paper);
  }

  /** Resolves when all that has been done so far is on the disk. */
  async saved(): Promise<void> {
    await this.#viewer?.settled();
    await this.#saving;
  }

  /** Gives up what is not on the disk yet, so that the document can be closed. */
  async giveUpUnsaved(): Promise<void> {
    clearTimeout(this.#draftTimer);
    this.#draftTimer = undefined;
    this.#leaving.abort();
    await this.#saving;
  }

  async close(): Promise<void> {
    if (this.#draftTimer) this.#saveDraft();
    await this.saved();
    this.#owned.dispose();
  }

  /** One after another, so that two quick undos are two steps. */
  #move(targetOf: (tree: HistoryTree) => NodeId | null): Promise<void> {
    const before = this.#moving;
    const move = async (): Promise<void> => {
      await before;
      await this.#viewer?.settled();
      const target = targetOf(this.store.getState().tree);
      if (target) await this.go(target);
    };
    const moved = move();
    this.#moving = moved.catch(() => undefined);
    return moved;
  }

  #saveDraft(): void {
    clearTimeout(this.#draftTimer);
    this.#draftTimer = undefined;
    if (!this.canWrite) return;
    const { prompt } = this.store.getState();
    const pending = this.#apply({ type: 'draft', prompt });
    this.#save(pending, () => this.#client.documents.saveDraft({ id: this.id, prompt }));
  }

  /** Saves behind everything that is being saved already. */
  #save(pending: PendingEvent, send: () => Promise<unknown>): void {
    const count = (by: number): void => this.store.setState(({ unsaved }) => ({ unsaved: unsaved + by }));
    count(1);
    const before = this.#saving;
    const save = async (): Promise<void> => {
      await before;
      try {
        // Given up together with what it stands on.
        if (this.#pending.includes(pending)) await this.#patience.until(repeatable(send), this.#leaving);
        pending.isSaved = true;
      } catch (error) {
        await this.#giveUp().catch(() => undefined);
        this.#onFault(toAppError(error));
      } finally {
        count(-1);
      }
    };
    this.#saving = save();
  }

  /** What the host will never take must not be built on: back to what it has. */
  async #giveUp(): Promise<void> {
    this.#pending = [];
    this.store.setState({ tree: this.#confirmed });
    const { current } = this.#confirmed;
    if (current) await this.#follow(current);
  }

  /** Takes one's own event in before the host has it. */
  #apply(event: HistoryEvent, changes: Partial<SessionState> = {}): PendingEvent {
    const pending: PendingEvent = { event, isSaved: false };
    this.#pending.push(pending);
    this.store.setState(({ tree }) => ({ tree: replay(tree, [event]), ...changes }));
    if (changes.document) {
      this.#remember();
      this.#viewer?.setDocument(changes.document);
    }
    return pending;
  }

  #take(event: DocumentEvent): void {
    if (event.kind === 'access') this.store.setState({ access: event.access });
    else if (event.kind === 'opened') this.#takeSnapshot(event);
    else this.#takeHistory(event.event);
  }

  /** The host does not know any more where this window was: what it has holds, and what it has not heard of yet. */
  #takeSnapshot(opened: OpenedEvent): void {
    const { unsaved, document, prompt } = this.store.getState();
    const told = stateOf(opened);
    this.#confirmed = told.tree;
    this.#pending = this.#pending.filter(
      ({ event, isSaved }) => !isSaved && !(event.type === 'commit' && told.tree.nodes.has(event.node.id)),
    );
    const isAhead = this.#pending.some(({ event }) => event.type === 'commit' || event.type === 'go');
    const isTyped = this.#draftTimer !== undefined || this.#pending.some(({ event }) => event.type === 'draft');
    this.store.setState({
      ...told,
      tree: this.#withPending(),
      unsaved,
      ...(isAhead && { document }),
      ...((isAhead || isTyped) && { prompt }),
    });
    this.#viewer?.setDocument(this.document);
  }

  #takeHistory(event: HistoryEvent): void {
    this.#confirmed = replay(this.#confirmed, [event]);
    const at = this.#pending.findIndex((pending) => signature(pending.event) === signature(event));
    if (at >= 0) this.#pending.splice(0, at + 1);
    // One's own comes back as it was done, unless somebody else did something before it.
    const before = this.store.getState().tree;
    const tree = this.#withPending();
    this.store.setState({ tree });
    const { current } = tree;
    if (current === null || current === before.current) return;
    this.#follow(current).catch((error: unknown) => this.#onFault(toAppError(error)));
  }

  #withPending(): HistoryTree {
    return replay(
      this.#confirmed,
      this.#pending.map(({ event }) => event),
    );
  }

  /** Shows a step that somebody else made or went to. */
  async #follow(node: NodeId): Promise<void> {
    const document = await this.documentAt(node);
    if (this.store.getState().tree.current !== node) return;
    this.store.setState({ document });
    this.#viewer?.setDocument(document);
  }

  #remember(): void {
    const { tree, document } = this.store.getState();
    if (tree.current) this.#documents.set(tree.current, document);
    const [oldest] = this.#documents.keys();
    if (oldest && this.#documents.size > keptDocuments) this.#documents.delete(oldest);
  }
}

/** Work that can be done again where it is not known whether it was done: a step that is there already is no fault then. */
function repeatable(send: () => Promise<unknown>): () => Promise<void> {
  let isRepeated = false;
  return async () => {
    try {
      await send();
    } catch (thrown) {
      if (isRepeated && toAppError(thrown).code === 'history-broken') return;
      isRepeated = true;
      throw thrown;
    }
  };
}

type OpenedEvent = Extract<DocumentEvent, { kind: 'opened' }>;

function stateOf({ history, document, access }: OpenedEvent): SessionState {
  const tree = historyTree(history);
  return { tree, document, access, prompt: tree.draft ?? document.prompt, unsaved: 0 };
}

/** Tells one's own events when they come back. */
function signature(event: HistoryEvent): string {
  switch (event.type) {
    case 'commit':
      return `commit ${event.node.id}`;
    case 'go':
      return `go ${event.node}`;
    case 'change':
      return `change ${event.node} ${JSON.stringify(event.changes)}`;
    case 'draft':
      return `draft ${event.prompt?.prompt ?? ''}`;
    case 'title':
      return `title ${event.title}`;
    default:
      return assertNever(event);
  }
}
