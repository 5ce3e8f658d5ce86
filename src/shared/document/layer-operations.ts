import { assert } from '#base/assert';
import type { Document } from './document.ts';
import { frozen } from './frozen.ts';
import { compose } from './geometry.ts';
import type { LayerId } from './ids.ts';
import { childrenOf, commonGroup, layerOf, outermost, placeOf, withDescendants, type Place } from './layer-tree.ts';
import type { GroupLayer, Layer, LayerKind, LayerOf, LayerProperties, RasterLayer } from './layer.ts';
import type { Pixels } from './pixels.ts';

// Every function here takes a document and returns the changed one; what is untouched is shared with the old one.

export function addLayer(document: Document, layer: Layer, place: Place): Document {
  assert(document.layers[layer.id] === undefined, `layer ${layer.id} is new`);
  assert(layer.kind !== 'group' || layer.children.length === 0, 'a group is added empty');
  return insert(putLayer(document, layer), [layer.id], place);
}

/** Removes layers, with all that is in their groups. */
export function removeLayers(document: Document, ids: readonly LayerId[]): Document {
  const gone = new Set<string>(ids.flatMap((id) => withDescendants(document, id)));
  const detached = detach(document, ids);
  const kept = Object.entries(detached.layers).filter(([id]) => !gone.has(id));
  return frozen({ ...detached, layers: Object.fromEntries(kept) });
}

/**
 * Moves layers next to each other, keeping their order; `place.index` counts the list as it is before the move.
 * A group cannot go into itself.
 */
export function moveLayers(document: Document, ids: readonly LayerId[], place: Place): Document {
  const moved = outermost(document, ids);
  const { parent } = place;
  const inside = moved.flatMap((id) => withDescendants(document, id));
  assert(parent === null || !inside.includes(parent), 'a group does not go into itself');
  const before = childrenOf(document, parent).slice(0, place.index);
  const index = before.filter((id) => !moved.includes(id)).length;
  return insert(detach(document, moved), moved, { parent, index });
}

/** Sets what all kinds have, on one layer or on several. */
export function setLayerProperties(
  document: Document,
  ids: readonly LayerId[],
  properties: Partial<LayerProperties>,
): Document {
  return ids.reduce((changed, id) => putLayer(changed, { ...layerOf(changed, id), ...properties }), document);
}

export function renameLayer(document: Document, id: LayerId, name: string): Document {
  return setLayerProperties(document, [id], { name });
}

/** Replaces what a layer shows: a stroke, a fill, a filter. */
export function setLayerPixels(document: Document, id: LayerId, pixels: Pixels): Document {
  const layer = layerOf(document, id);
  assert(layer.kind !== 'group', `layer ${id} has pixels`);
  return putLayer(document, { ...layer, pixels });
}

/** Changes what only one kind of layer has: the tint of a mask, the map of a control, the facets of a reference. */
export function changeLayer<Kind extends LayerKind>(
  document: Document,
  id: LayerId,
  kind: Kind,
  changes: Partial<Omit<LayerOf<Kind>, 'id' | 'kind' | 'children'>>,
): Document {
  const layer = layerOf(document, id);
  assert(layer.kind === kind, `layer ${id} is a ${kind} layer`);
  return putLayer(document, { ...layer, ...changes });
}

/**
 * Copies layers, groups with all they hold, each copy right above its original. `copyId` gives the copy's id; it is
 * asked once for each layer.
 */
export function duplicateLayers(
  document: Document,
  ids: readonly LayerId[],
  copyId: (original: LayerId) => LayerId,
): Document {
  let changed = document;
  for (const id of outermost(document, ids)) {
    const { parent, index } = placeOf(changed, id);
    const copies = copyOf(changed, id, copyId);
    changed = insert(copies.reduce(putLayer, changed), [copies[0].id], { parent, index: index + 1 });
  }
  return changed;
}

/** Puts layers into a new group, which takes the place of the topmost of them. */
export function groupLayers(document: Document, ids: readonly LayerId[], group: GroupLayer): Document {
  const members = outermost(document, ids);
  const place = placeOfTopmost(document, members);
  return insert(putLayer(detach(document, members), { ...group, children: members }), [group.id], place);
}

/** Takes a group away and leaves what it held where it was; the group's transform goes to its children. */
export function ungroup(document: Document, id: LayerId): Document {
  const group = layerOf(document, id);
  assert(group.kind === 'group', `layer ${id} is a group`);
  const place = placeOf(document, id);
  const freed = group.children.reduce((changed, child) => {
    const layer = layerOf(changed, child);
    return putLayer(changed, { ...layer, transform: compose(group.transform, layer.transform) });
  }, document);
  const emptied = putLayer(freed, { ...group, children: [] });
  return insert(removeLayers(emptied, [id]), group.children, place);
}

/**
 * Replaces layers by one that shows what they showed; whoever calls has composed its pixels. It stands where the topmost
 * of them stood, or above the group that was in, if that is not around all of them.
 */
export function mergeLayers(document: Document, ids: readonly LayerId[], merged: RasterLayer): Document {
  const members = outermost(document, ids);
  const parent = commonGroup(document, members);
  const siblings = childrenOf(document, parent);
  const holds = (id: LayerId): boolean => withDescendants(document, id).some((each) => members.includes(each));
  const below = siblings.slice(0, siblings.findLastIndex(holds) + 1).filter((id) => !members.includes(id));
  return addLayer(removeLayers(document, members), merged, { parent, index: below.length });
}

/** Where the topmost of the layers will be once all of them are taken out. */
function placeOfTopmost(document: Document, members: readonly LayerId[]): Place {
  const topmost = members.at(-1);
  assert(topmost !== undefined, 'there is a layer to take the place of');
  const { parent, index } = placeOf(document, topmost);
  const below = childrenOf(document, parent).slice(0, index);
  return { parent, index: below.filter((id) => !members.includes(id)).length };
}

/** The copies of a layer and of all it holds, the layer's own first. */
function copyOf(document: Document, id: LayerId, copyId: (original: LayerId) => LayerId): [Layer, ...Layer[]] {
  const layer = layerOf(document, id);
  if (layer.kind !== 'group') return [{ ...layer, id: copyId(id) }];
  const copies = layer.children.map((child) => copyOf(document, child, copyId));
  return [{ ...layer, id: copyId(id), children: copies.map(([copy]) => copy.id) }, ...copies.flat()];
}

function putLayer(document: Document, layer: Layer): Document {
  return frozen({ ...document, layers: { ...document.layers, [layer.id]: layer } });
}

/** Takes ids out of the lists they are in; the layers themselves stay. */
function detach(document: Document, ids: readonly LayerId[]): Document {
  return ids.reduce((changed, id) => {
    const { parent } = placeOf(changed, id);
    const others = childrenOf(changed, parent).filter((other) => other !== id);
    return setChildren(changed, parent, others);
  }, document);
}

function insert(document: Document, ids: readonly LayerId[], { parent, index }: Place): Document {
  return setChildren(document, parent, childrenOf(document, parent).toSpliced(index, 0, ...ids));
}

function setChildren(document: Document, parent: LayerId | null, children: readonly LayerId[]): Document {
  if (parent === null) return frozen({ ...document, order: children });
  const group = layerOf(document, parent);
  assert(group.kind === 'group', `layer ${parent} is a group`);
  return putLayer(document, { ...group, children });
}
