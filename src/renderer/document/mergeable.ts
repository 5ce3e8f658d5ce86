import type { Document } from '#shared/document/document';
import type { LayerId } from '#shared/document/ids';
import { ancestorsOf, layerOf, outermost } from '#shared/document/layer-tree';

/**
 * Those of some layers that one layer can stand for: what is seen of the picture. What is hidden stays, and so do masks and
 * what guides the model. None where there is nothing to make one of: a single layer is one already, a group is not.
 */
export function mergeable(document: Document, layers: readonly LayerId[]): readonly LayerId[] {
  const seen = outermost(document, layers).filter((id) => {
    const around = [id, ...ancestorsOf(document, id)].map((each) => layerOf(document, each));
    return around.every(({ visible }) => visible) && ['raster', 'group'].includes(layerOf(document, id).kind);
  });
  const [first, ...others] = seen;
  return first && (others.length > 0 || layerOf(document, first).kind === 'group') ? seen : [];
}
