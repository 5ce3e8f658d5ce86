import type { Rect } from '#shared/document/geometry';
import type { DocumentId, LayerId, NodeId } from '#shared/document/ids';
import { createStore, type StoreApi } from 'zustand/vanilla';

import type { ActiveLayer } from '../canvas/engine/active-target.ts';
import type { CanvasEngine } from '../canvas/engine/canvas-engine.ts';

export const dockTabs = ['layers', 'history', 'gallery', 'ask', 'jobs'] as const;
export type DockTab = (typeof dockTabs)[number];
export type DialogName = 'palette' | 'new' | 'export' | 'settings' | 'models' | 'shortcuts';

/** What of the window is open, and what one works on: of no document, gone when the window is. */
export interface ViewState {
  readonly dock: DockTab;
  readonly dockOpen: boolean;
  readonly dockWidth: number;
  readonly dialog: DialogName | null;
  /** By how much selections are grown, shrunk and feathered, in pixels. */
  readonly selectionRadius: number;
  /** The canvas of the document in front. */
  readonly canvas: CanvasEngine | null;
  readonly active: ActiveLayer | null;
  /** Layers that commands on layers work on with the active one, as long as that is among them. */
  readonly together: ReadonlySet<LayerId>;
  readonly copied: Copied | null;
  /** Groups whose layers are not listed. */
  readonly foldedGroups: ReadonlySet<LayerId>;
  /** Tints what of the picture the result that is shown changes. */
  readonly showsChange: boolean;
  /** The step of a document that is shown left of the line; null while nothing is compared. */
  readonly comparison: Comparison | null;
  /** The step that the prompt bar makes another version of; see `rerunIn`. */
  readonly rerun: NodeId | null;
  /** The document whose next question begins a new conversation. */
  readonly askAnew: DocumentId | null;
  /** In the order in which they will be asked. */
  readonly questions: readonly WaitingQuestion[];
}

/** What was copied here last. */
export interface Copied {
  /** Where the pixels were: pasted, they go there again. */
  readonly place: Rect;
  /** The pixels, where the browser did not let them into the clipboard. */
  readonly picture: Blob | null;
}

export interface Comparison {
  readonly document: DocumentId;
  readonly node: NodeId;
}

/** A question that waits until the one before it is answered. */
export interface WaitingQuestion {
  readonly id: string;
  readonly document: DocumentId;
  readonly text: string;
}

export type ViewStore = StoreApi<ViewState>;

export function createViewStore(): ViewStore {
  return createStore<ViewState>(() => ({
    dock: 'layers',
    dockOpen: true,
    dockWidth: 288,
    dialog: null,
    selectionRadius: 8,
    canvas: null,
    active: null,
    together: new Set(),
    copied: null,
    foldedGroups: new Set(),
    showsChange: false,
    comparison: null,
    rerun: null,
    askAnew: null,
    questions: [],
  }));
}
