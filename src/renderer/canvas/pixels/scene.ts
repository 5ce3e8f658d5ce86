import type { BlendMode } from '#raster/blend';
import type { Document } from '#shared/document/document';
import {
  compose,
  identity,
  invert,
  isEmptyRect,
  unionRect,
  type Rect,
  type Transform,
} from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import type { Layer, LayerKind } from '#shared/document/layer';
import { layerOf } from '#shared/document/layer-tree';
import type { Pixels } from '#shared/document/pixels';
import type { TileKey } from '#shared/document/tile-index';
import { parseColour, type Colour } from './colour.ts';
import { reachOf, reachOfRect, type Placed } from './layering.ts';
import { differenceInTile, differingTiles, emptyRect, tileRect, type Channels, type Surface } from './surface.ts';

/** What is to be painted, bottom first, with its pixels at hand: of a document, what is not hidden. */
export type Scene = readonly SceneNode[];

export type SceneNode = PixelNode | GroupNode;

interface NodeProperties {
  readonly id: LayerId;
  readonly opacity: number;
  readonly blend: BlendMode;
  readonly mask: Placed | undefined;
}

export interface PixelNode extends NodeProperties {
  readonly kind: 'pixels';
  /** From the document's coordinates. */
  readonly pixels: Placed;
  /** Shows the one channel of a mask in this colour. */
  readonly tint: Colour | undefined;
}

export interface GroupNode extends NodeProperties {
  readonly kind: 'group';
  readonly isolated: boolean;
  readonly children: Scene;
}

/** A layer's pixels, or those of its mask. */
export type LayerPart = 'pixels' | 'mask';

/** The surface a layer shows; whoever asks knows where pixels are kept. */
export type SurfaceOf = (layer: Layer, part: LayerPart, pixels: Pixels, channels: Channels) => Surface;

/** The part of a document that consists of layers of some kinds, and of the groups around them. */
export function sceneOf(document: Document, kinds: readonly LayerKind[], surfaceOf: SurfaceOf): Scene {
  const visit = (ids: readonly LayerId[], parent: Transform): Scene =>
    ids.flatMap((id): SceneNode[] => {
      const layer = layerOf(document, id);
      const fromSource = compose(parent, layer.transform);
      const toSource = invert(fromSource);
      // Flattened onto a line, a layer shows nothing.
      if (!layer.visible || layer.opacity === 0 || !toSource) return [];
      const place = (surface: Surface): Placed => ({ surface, toSource, fromSource });
      const mask = layer.mask?.enabled ? place(surfaceOf(layer, 'mask', layer.mask.pixels, 1)) : undefined;
      const common = { id, opacity: layer.opacity, blend: layer.blend, mask };
      if (layer.kind === 'group') {
        const children = visit(layer.children, fromSource);
        return children.length === 0 ? [] : [{ kind: 'group', ...common, isolated: layer.isolated, children }];
      }
      if (!kinds.includes(layer.kind)) return [];
      const pixels = place(surfaceOf(layer, 'pixels', layer.pixels, layer.kind === 'mask' ? 1 : 4));
      const tint = layer.kind === 'mask' ? parseColour(layer.tint) : undefined;
      return [{ kind: 'pixels', ...common, pixels, tint }];
    });
  return visit(document.order, identity);
}

/** Where a node can show anything, in document pixels. */
export function reachOfNode(node: SceneNode): Rect {
  if (node.kind === 'pixels') return reachOf(node.pixels);
  return node.children.map(reachOfNode).reduce(unionRect, emptyRect);
}

/** The node with an id, wherever in the groups it is. */
export function findNode(scene: Scene, id: LayerId): SceneNode | undefined {
  for (const node of scene) {
    const found = node.id === id ? node : node.kind === 'group' ? findNode(node.children, id) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** What some nodes make together: with the groups around some of them, and without those that are around them all. */
export function sceneOfOnly(scene: Scene, ids: readonly LayerId[]): Scene {
  const reduce = (nodes: Scene): Scene =>
    nodes.flatMap((node): SceneNode[] => {
      if (ids.includes(node.id)) return [node];
      const children = node.kind === 'group' ? reduce(node.children) : [];
      return node.kind === 'group' && children.length > 0 ? [{ ...node, children }] : [];
    });
  let only = reduce(scene);
  for (
    let [around, other] = only;
    around?.kind === 'group' && !other && !ids.includes(around.id);
    [around, other] = only
  ) {
    only = around.children;
  }
  return only;
}

/** The node as it looks by itself: opaque and unmasked, blended with nothing. */
export const alone = <Node extends SceneNode>(node: Node): Node => ({
  ...node,
  opacity: 1,
  blend: 'normal',
  mask: undefined,
});

export const contains = (node: SceneNode, id: LayerId): boolean =>
  node.id === id || (node.kind === 'group' && node.children.some((child) => contains(child, id)));

/** Where a node may look different than before, in document pixels. */
export interface SceneChange {
  readonly id: LayerId;
  readonly rect: Rect;
}

/**
 * Where two states of a scene may look different. Layers are told apart by id, tiles by identity;
 * what only moved in the stack counts with all it covers.
 */
export function sceneDifference(before: Scene, after: Scene): SceneChange[] {
  const places = (scene: Scene): Map<LayerId, { node: SceneNode; place: string }> => {
    const found = new Map<LayerId, { node: SceneNode; place: string }>();
    const visit = (nodes: Scene, parent: string): void => {
      for (const [index, node] of nodes.entries()) {
        // The layer below names the place: inserting a layer does not move all that are above it.
        found.set(node.id, { node, place: `${parent}>${nodes[index - 1]?.id ?? ''}` });
        if (node.kind === 'group') visit(node.children, node.id);
      }
    };
    visit(scene, '');
    return found;
  };
  const [old, now] = [places(before), places(after)];
  const changes: SceneChange[] = [];
  const add = (id: LayerId, ...rects: readonly Rect[]): void => {
    for (const rect of rects) if (!isEmptyRect(rect)) changes.push({ id, rect });
  };
  for (const [id, { node, place }] of old) {
    const other = now.get(id);
    if (!other) add(id, reachOfNode(node));
    else if (other.place !== place || !isSameLook(node, other.node))
      add(id, reachOfNode(node), reachOfNode(other.node));
    else add(id, ...changedTiles(node, other.node));
  }
  for (const [id, { node }] of now) if (!old.has(id)) add(id, reachOfNode(node));
  return changes;
}

/** All that a node's look depends on, but for its pixels and children. */
export function lookOf(node: SceneNode): string {
  const { kind, id, opacity, blend, mask } = node;
  const own = kind === 'group' ? node.isolated : [node.pixels.fromSource, node.tint];
  return JSON.stringify([kind, id, opacity, blend, mask?.fromSource, own]);
}

const isSameLook = (one: SceneNode, other: SceneNode): boolean => lookOf(one) === lookOf(other);

/** Up to so many tiles are compared pixel by pixel. */
const mostCompared = 64;

function changedTiles(before: SceneNode, after: SceneNode): Rect[] {
  const pairs: [Placed, Placed][] = [];
  if (before.mask && after.mask) pairs.push([before.mask, after.mask]);
  if (before.kind === 'pixels' && after.kind === 'pixels') pairs.push([before.pixels, after.pixels]);
  return pairs.flatMap(([old, now]) => {
    const keys = differingTiles(old.surface, now.surface);
    // Comparing pixels pays for a stroke; where much has changed, all of it is painted again without asking.
    const rectOf = (key: TileKey): Rect =>
      keys.length > mostCompared ? tileRect(key) : differenceInTile(old.surface, now.surface, key);
    return keys.map((key) => reachOfRect(now.fromSource, rectOf(key)));
  });
}
