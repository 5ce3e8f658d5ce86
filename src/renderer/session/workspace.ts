import { toAppError, type AppError } from '#base/app-error';
import type { StudioClient } from '#shared/contract/studio/contract';
import { createDocument } from '#shared/document/document';
import type { DocumentId, NodeId } from '#shared/document/ids';
import type { PromptState } from '#shared/document/prompt-state';
import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Blobs } from '../client/blobs.ts';
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
  /** Something is being opened. */
  readonly isOpening: boolean;
}

export interface WorkspaceOptions {
  readonly client: StudioClient;
  readonly blobs: Blobs;
  readonly onFault: (error: AppError) => void;
}

/** The documents that are open in this window, and which one is in front. */
export class Workspace {
  readonly store: StoreApi<WorkspaceState>;
  readonly #options: WorkspaceOptions;

  constructor(options: WorkspaceOptions) {
    this.#options = options;
    this.store = createStore<WorkspaceState>(() => ({ tabs: [], current: null, isOpening: false }));
  }

  get session(): DocumentSession | null {
    return currentSession(this.store.getState());
  }

  /** Puts tabs back as they were; those of documents that are gone stay away. */
  async restore(ids: readonly DocumentId[]): Promise<void> {
    const listed = await this.#options.client.documents.list({ trashed: false });
    const tabs = ids.flatMap((id) => {
      const found = listed.find((each) => each.id === id);
      return found ? [{ id, title: found.title, session: null }] : [];
    });
    this.store.setState({ tabs });
    const last = tabs.at(-1);
    if (last) await this.show(last.id);
  }

  /** Brings a document to the front, opening it first if need be; goes to a step of it if one is named. */
  async show(id: DocumentId, node: NodeId | null = null): Promise<void> {
    await this.#busily(async () => {
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

  /** A new, empty document with the prompt bar as it was. */
  async create(
    title: string,
    size: { readonly width: number; readonly height: number },
    prompt?: PromptState,
  ): Promise<void> {
    await this.#busily(async () => {
      const document = createDocument(size, prompt ? { prompt: { ...prompt, prompt: '', task: 'auto' } } : {});
      const { id } = await this.#options.client.documents.create({ title, document });
      await this.show(id);
    });
  }

  /** Opens files, each in a tab of its own. */
  async openFiles(files: readonly File[]): Promise<void> {
    await this.#busily(async () => {
      for (const file of files) {
        const upload = await this.#options.blobs.upload(file);
        const { document, node } = await this.#options.client.files.open({ source: { upload } });
        await this.show(document, node);
      }
    });
  }

  async close(id: DocumentId): Promise<void> {
    const { tabs, current } = this.store.getState();
    const at = tabs.findIndex((tab) => tab.id === id);
    const closed = tabs[at];
    if (!closed) return;
    const left = tabs.filter((tab) => tab.id !== id);
    const next = left[Math.min(at, left.length - 1)]?.id ?? null;
    await this.#busily(async () => {
      await closed.session?.close();
      this.store.setState({ tabs: left, current: current === id ? null : current });
      this.#keepTabs();
      if (current === id && next) await this.show(next);
    });
  }

  #open(id: DocumentId): Promise<DocumentSession> {
    const { client, onFault } = this.#options;
    return DocumentSession.open({ id, client, onFault });
  }

  #keepTabs(): void {
    const tabs = this.store.getState().tabs.map(({ id }) => id);
    this.#options.client.settings.change({ tabs }).catch((error: unknown) => this.#options.onFault(toAppError(error)));
  }

  async #busily(work: () => Promise<void>): Promise<void> {
    this.store.setState({ isOpening: true });
    try {
      await work();
    } catch (error) {
      this.#options.onFault(toAppError(error));
    } finally {
      this.store.setState({ isOpening: false });
    }
  }
}

export const currentSession = ({ tabs, current }: WorkspaceState): DocumentSession | null =>
  tabs.find(({ id }) => id === current)?.session ?? null;
