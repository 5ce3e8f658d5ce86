import { assert, defined } from '#base/assert';
import type { Document } from './document.ts';
import { compose, identity, type Transform } from './geometry.ts';
import type { LayerId } from './ids.ts';
import type { Layer } from './layer.ts';

/** Where a layer goes: `index` 0 is the bottom; beyond the end is the top. */
export interface Place {
  /** The group, or null for the document itself. */
  readonly parent: LayerId | null;
  readonly index: number;
}

/** The layer with this id, which the caller knows to exist. */
export function layerOf(document: Document, id: LayerId): Layer {
  return defined(document.layers[id], `layer ${id}`);
}

/** The ids in a group, or at the top level, bottom first. */
export function childrenOf(document: Document, parent: LayerId | null): readonly LayerId[] {
  if (parent === null) return document.order;
  const group = layerOf(document, parent);
  assert(group.kind === 'group', `layer ${parent} is a group`);
  return group.children;
}

export function placeOf(document: Document, id: LayerId): Place {
  const atTop = document.order.indexOf(id);
  if (atTop >= 0) return { parent: null, index: atTop };
  for (const layer of Object.values(document.layers)) {
    const index = layer.kind === 'group' ? layer.children.indexOf(id) : -1;
    if (index >= 0) return { parent: layer.id, index };
  }
  throw new Error(`Invariant broken: layer ${id} is in no list`);
}

/** The groups around a layer, innermost first. */
export function ancestorsOf(document: Document, id: LayerId): LayerId[] {
  const ancestors: LayerId[] = [];
  for (let { parent } = placeOf(document, id); parent !== null; { parent } = placeOf(document, parent)) {
    ancestors.push(parent);
  }
  return ancestors;
}

/** The innermost group that is around all of some layers; null where only the document is. */
export function commonGroup(document: Document, ids: readonly LayerId[]): LayerId | null {
  const [first = [], ...others] = ids.map((id) => ancestorsOf(document, id));
  return first.find((group) => others.every((ancestors) => ancestors.includes(group))) ?? null;
}

/** A layer and all below it in its groups, the layer itself first. */
export function withDescendants(document: Document, id: LayerId): LayerId[] {
  const layer = layerOf(document, id);
  if (layer.kind !== 'group') return [id];
  return [id, ...layer.children.flatMap((child) => withDescendants(document, child))];
}

/** All layers in the order they are painted, a group after its children. */
export function paintOrder(document: Document, ids: readonly LayerId[] = document.order): Layer[] {
  return ids.flatMap((id) => {
    const layer = layerOf(document, id);
    return layer.kind === 'group' ? [...paintOrder(document, layer.children), layer] : [layer];
  });
}

/** From the layer's own pixels to the document's. */
export function documentTransform(document: Document, id: LayerId): Transform {
  const chain = [id, ...ancestorsOf(document, id)];
  return chain.reduce((inner, each) => compose(layerOf(document, each).transform, inner), identity);
}

/** Those of the ids that are in no group among them, bottom first: what a command on a selection of layers acts on. */
export function outermost(document: Document, ids: readonly LayerId[]): LayerId[] {
  const chosen = new Set(ids);
  const found: LayerId[] = [];
  const visit = (list: readonly LayerId[]): void => {
    for (const id of list) {
      const layer = layerOf(document, id);
      if (chosen.has(id)) found.push(id);
      else if (layer.kind === 'group') visit(layer.children);
    }
  };
  visit(document.order);
  return found;
}
