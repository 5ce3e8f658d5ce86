import type { Document } from '#shared/document/document';
import type { LayerId } from '#shared/document/ids';
import type { Layer } from '#shared/document/layer';
import { childrenOf } from '#shared/document/layer-tree';

/** A layer as it is listed. */
export interface Row {
  readonly layer: Layer;
  readonly depth: number;
  /** A group whose layers are listed. */
  readonly isOpen: boolean;
}

/** Topmost first, with what is in an open group below it. */
export function rowsOf(
  document: Document,
  folded: ReadonlySet<LayerId>,
  parent: LayerId | null = null,
  depth = 0,
): readonly Row[] {
  return childrenOf(document, parent)
    .toReversed()
    .flatMap((id) => {
      const layer = document.layers[id]!;
      const isOpen = layer.kind === 'group' && !folded.has(id);
      return [{ layer, depth, isOpen }, ...(isOpen ? rowsOf(document, folded, id, depth + 1) : [])];
    });
}
