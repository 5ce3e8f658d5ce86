import { toAppError, type AppError } from '#base/app-error';
import type { StudioClient } from '#shared/contract/studio/contract';
import { createDocument, type Document } from '#shared/document/document';
import type { DocumentId, NodeId } from '#shared/document/ids';
import type { Settings } from '#shared/library/settings';
import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Blobs } from '../client/blobs.ts';
import type { Patience } from '../client/patience.ts';
import { DocumentSession } from './document-session.ts';

export interface Tab {
  readonly id: DocumentId;
  /** As the list of documents has it; an open document knows better. */
  readonly title: string;
  /** Null until somebody looks at it. */
  readonly session: DocumentSession | null;
}

export interface WorkspaceState {
  readonly tabs: readonly Tab[];
  readonly current: DocumentId | null;
}

/** In pixels; how many of them make an inch counts in print alone. */
export type DocumentSize = Pick<Document, 'width' | 'height'> & Partial<Pick<Document, 'pixelsPerInch'>>;

export interface WorkspaceOptions {
  readonly client: StudioClient;
  readonly blobs: Blobs;
  readonly patience: Patience;
  /** @param about - the file that it is about */
  readonly onFault: (error: AppError, about?: string) => void;
  /** Of a document that nobody has asked for a size. */
  readonly usualSize: () => Promise<DocumentSize>;
}

/** The documents that are open in this window, and which one is in front. */
export class Workspace {
  readonly store: StoreApi<WorkspaceState>;
  readonly #options: WorkspaceOptions;

  constructor(options: WorkspaceOptions) {
    this.#options = options;
    this.store = createStore<WorkspaceState>(() => ({ tabs: [], current: null }));
  }

  get session(): DocumentSession | null {
    return currentSession(this.store.getState());
  }

  /** Puts tabs back as they were, with the same one in front; those of documents that are gone stay away. */
  async restore({ tabs: ids, frontTab }: Pick<Settings, 'tabs' | 'frontTab'>): Promise<void> {
    const listed = await this.#options.client.documents.list({ trashed: false });
    const tabs = ids.flatMap((id) => {
      const found = listed.find((each) => each.id === id);
      return found ? [{ id, title: found.title, session: null }] : [];
    });
    this.store.setState({ tabs });
    const front = tabs.find(({ id }) => id === frontTab) ?? tabs.at(-1);
    if (front) await this.show(front.id);
  }

  /** Brings a document to the front, opening it first if need be; goes to a step of it if one is named. */
  async show(id: DocumentId, node: NodeId | null = null): Promise<void> {
    await this.#telling(async () => {
      const known = this.store.getState().tabs.find((tab) => tab.id === id);
      const session = known?.session ?? (await this.#open(id));
      const tab: Tab = { id, title: session.store.getState().tree.title, session };
      const tabs = known
        ? this.store.getState().tabs.map((each) => (each.id === id ? tab : each))
        : [...this.store.getState().tabs, tab];
      this.store.setState({ tabs, current: id });
      this.#keepTabs();
      if (node) await session.go(node);
    });
  }

  /** A new, empty document. */
  async createEmpty(): Promise<void> {
    await this.#telling(async () => this.#create(await this.#options.usualSize()));
  }

  /** A new, empty document of a size; it takes the place of one that nobody has used. */
  async createSized(size: DocumentSize): Promise<void> {
    const unused = this.#unused();
    await this.#telling(async () => {
      await this.#create(size);
      if (unused) await this.close(unused);
    });
  }

  /** Opens files, each in a tab of its own; what cannot be opened keeps no other from it. */
  async openFiles(files: readonly File[]): Promise<void> {
    const unused = this.#unused();
    let opened = 0;
    for (const file of files) {
      await this.#telling(async () => {
        const upload = await this.#options.blobs.upload(file);
        const { document, node } = await this.#options.client.files.open({ source: { upload } });
        await this.show(document, node);
        opened += 1;
      }, file.name);
    }
    if (unused && opened > 0) await this.close(unused);
  }

  /** Puts a new document with the same picture in the place of one that cannot be saved. */
  async moveToCopy(session: DocumentSession, title: string): Promise<void> {
    await this.#telling(async () => {
      const { document } = session;
      const { id } = await this.#options.client.documents.create({ title, document });
      await this.show(id);
      await session.giveUpUnsaved();
      await this.close(session.id);
    });
  }

  /** Closes a document. After the last one comes an empty one. */
  async close(id: DocumentId): Promise<void> {
    const { tabs, current } = this.store.getState();
    const at = tabs.findIndex((tab) => tab.id === id);
    const closed = tabs[at];
    if (!closed) return;
    const left = tabs.filter((tab) => tab.id !== id);
    const next = left[Math.min(at, left.length - 1)]?.id ?? null;
    await this.#telling(async () => {
      await closed.session?.close();
      this.store.setState({ tabs: left, current: current === id ? null : current });
      this.#keepTabs();
      if (!next) await this.createEmpty();
      else if (current === id) await this.show(next);
    });
  }

  async #create({ width, height, ...content }: DocumentSize): Promise<void> {
    const document = createDocument({ width, height }, content);
    // Without a name: what it is called until it has one is said in the language of whoever reads it.
    const { id } = await this.#options.client.documents.create({ title: '', document });
    await this.show(id);
  }

  /** The document in front, if nothing has been done in it. */
  #unused(): DocumentId | null {
    return this.session && isUnused(this.session) ? this.session.id : null;
  }

  #open(id: DocumentId): Promise<DocumentSession> {
    const { client, patience, onFault } = this.#options;
    return DocumentSession.open({ id, client, patience, onFault });
  }

  #keepTabs(): void {
    const { tabs, current } = this.store.getState();
    const changes = { tabs: tabs.map(({ id }) => id), frontTab: current };
    this.#options.client.settings.change(changes).catch((error: unknown) => this.#options.onFault(toAppError(error)));
  }

  /** What cannot be opened or closed is told, and everything else stays as it is. */
  async #telling(work: () => Promise<void>, about?: string): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.onFault(toAppError(error), about);
    }
  }
}

/** Nothing has been done in it, and nothing written. */
function isUnused({ store }: DocumentSession): boolean {
  const { tree, document, prompt } = store.getState();
  return tree.nodes.size === 1 && document.order.length === 0 && prompt.prompt === '';
}

export const currentSession = ({ tabs, current }: WorkspaceState): DocumentSession | null =>
  tabs.find(({ id }) => id === current)?.session ?? null;
