import type { BlendMode } from '#raster/blend';
import type { LayerId } from '#shared/document/ids';
import type { Placed } from './layering.ts';
import { alone, contains, type Scene, type SceneNode } from './scene.ts';

/** Layers that can be drawn over what is below them as one picture. */
export interface Stratum {
  readonly scene: Scene;
  readonly opacity: number;
  readonly blend: BlendMode;
}

/** A scene in strata, so that some of its layers can be moved without composing anything again. */
export interface SplitScene {
  readonly below: Scene;
  readonly moving: readonly SceneNode[];
  readonly above: readonly Stratum[];
}

/**
 * Takes layers out of a scene. With a `piece`, they stay and the piece moves over them. What lies between several moving
 * layers goes above them, and a group's own mask is left out for those that move out of it: this is for looking at
 * while the hand moves, not for keeping.
 */
export function splitScene(scene: Scene, ids: readonly LayerId[], piece: Placed | null): SplitScene {
  const { below, moving, above } = divide(scene, ids, piece);
  return { below, moving, above: strataOf(above) };
}

interface Division {
  readonly below: SceneNode[];
  readonly moving: SceneNode[];
  readonly above: SceneNode[];
}

function divide(scene: Scene, ids: readonly LayerId[], piece: Placed | null): Division {
  const division: Division = { below: [], moving: [], above: [] };
  const { below, moving, above } = division;
  for (const node of scene) {
    if (ids.includes(node.id)) {
      moving.push(piece && node.kind === 'pixels' ? { ...node, pixels: piece } : node);
      if (piece) below.push(node);
    } else if (node.kind === 'group' && ids.some((id) => contains(node, id))) {
      const inside = divide(node.children, ids, piece);
      if (inside.below.length > 0) below.push({ ...node, children: inside.below });
      if (inside.above.length > 0) above.push({ ...node, children: inside.above });
      for (const inner of inside.moving) moving.push({ ...inner, opacity: inner.opacity * node.opacity });
    } else if (moving.length > 0) above.push(node);
    else below.push(node);
  }
  return division;
}

/** Neighbours that blend normally make one stratum; any other layer makes one of its own. */
function strataOf(nodes: readonly SceneNode[]): Stratum[] {
  const strata: Stratum[] = [];
  let plain: SceneNode[] = [];
  const flush = (): void => {
    if (plain.length > 0) strata.push({ scene: plain, opacity: 1, blend: 'normal' });
    plain = [];
  };
  for (const node of nodes) {
    if (node.blend === 'normal') plain.push(node);
    else {
      flush();
      strata.push({ scene: [{ ...alone(node), mask: node.mask }], opacity: node.opacity, blend: node.blend });
    }
  }
  flush();
  return strata;
}
