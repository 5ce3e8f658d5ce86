import { defined } from '#base/assert';
import type { Document } from '#shared/document/document';
import { zLayerId, type LayerId } from '#shared/document/ids';
import { moveLayers } from '#shared/document/layer-operations';
import { childrenOf, placeOf, withDescendants } from '#shared/document/layer-tree';

/** What a layer carries while it is dragged: its id. */
export const layerType = 'application/x-ovis-layer';

/** The layer that is dragged; null for anything else, also for what another page says is one. */
export function draggedLayer(transfer: DataTransfer): LayerId | null {
  return zLayerId.safeParse(transfer.getData(layerType)).data ?? null;
}

/** Where beside a row, or in its group on top, a layer is dropped. */
export type DropPlace = 'above' | 'into' | 'below';

/**
 * Where a drop on a row goes.
 * @param height how far down the row the pointer is, from 0 to 1
 * @param row what of the row counts; below an open group are its own layers
 */
export function dropPlace(height: number, row: { readonly isGroup: boolean; readonly isOpen: boolean }): DropPlace {
  if (!row.isGroup) return height < 0.5 ? 'above' : 'below';
  if (height < 0.3) return 'above';
  return row.isOpen || height < 0.7 ? 'into' : 'below';
}

/** The document with layers beside another one, or on top in a group. A group does not go into itself. */
export function movedTo(document: Document, moved: readonly LayerId[], target: LayerId, where: DropPlace): Document {
  if (moved.some((id) => withDescendants(document, id).includes(target))) return document;
  if (where === 'into') return moveLayers(document, moved, { parent: target, index: Infinity });
  const { parent, index } = placeOf(document, target);
  return moveLayers(document, moved, { parent, index: where === 'above' ? index + 1 : index });
}

/** The document with layers below all others, out of any group. */
export function movedToBottom(document: Document, moved: readonly LayerId[]): Document {
  return moveLayers(document, moved, { parent: null, index: 0 });
}

/** The document with layers one step up or down in the list of the one that goes ahead. */
export function movedBy(document: Document, moved: readonly LayerId[], direction: 'up' | 'down'): Document {
  const { parent, index } = placeOf(document, defined(direction === 'up' ? moved.at(-1) : moved[0]));
  const last = childrenOf(document, parent).length;
  return moveLayers(document, moved, {
    parent,
    index: direction === 'up' ? Math.min(last, index + 2) : Math.max(0, index - 1),
  });
}
