import { createRng } from './random.ts';
import { placeOfSprite, relationOf, groupsOf } from './scene/facts.ts';
import type { Scene } from './scene/scene.ts';

/**
 * Combinations that training never shows, so that the evaluation can ask for them. A combination is held out by the
 * hash of its name: the split depends on nothing else, and stays when the vocabulary grows.
 */
export const combinationKinds = ['single', 'pair', 'count', 'color', 'position', 'place'] as const;
export type CombinationKind = (typeof combinationKinds)[number];

export interface Combination {
  readonly kind: CombinationKind;
  readonly name: string;
}

const heldOutShare: Readonly<Record<CombinationKind, number>> = {
  /** A lone object × style × ground. */
  single: 0.12,
  /** Two objects in one picture, in whatever order. */
  pair: 0.08,
  /** Object × number, from two on. */
  count: 0.12,
  /** Object × paint. */
  color: 0.12,
  /** Object × relation × object, for two alone. */
  position: 0.1,
  /** A lone object × part of the frame. */
  place: 0.08,
};

export function isHeldOut({ kind, name }: Combination): boolean {
  return createRng(0x6f76_6973, 'held-out', kind, name).unit() < heldOutShare[kind];
}

/** Every combination that a scene shows. */
export function combinationsOf(scene: Scene): Combination[] {
  const groups = groupsOf(scene);
  const objects = [...new Set(groups.map(({ look }) => look.object))].sort();
  const found: Combination[] = [];
  const add = (kind: CombinationKind, ...parts: readonly (string | number)[]) =>
    found.push({ kind, name: parts.join(' / ') });

  for (const { look, indices } of groups) {
    if (look.paint) add('color', look.object, look.paint.color);
    if (indices.length > 1) add('count', look.object, indices.length);
  }
  for (const [index, first] of objects.entries()) {
    for (const second of objects.slice(index + 1)) add('pair', first, second);
  }
  if (scene.sprites.length === 1) {
    const [sprite] = scene.sprites;
    add('single', sprite!.object, scene.style, groundName(scene));
    add('place', sprite!.object, placeOfSprite(scene, sprite!));
  }
  if (scene.sprites.length === 2 && groups.length === 2) {
    const relation = relationOf(scene, 0, 1);
    // Named from one side only: "cat / left of / dog" is also "dog / right of / cat".
    const [first, second] = scene.sprites.map(({ object }) => object) as [string, string];
    if (relation === 'left of' || relation === 'above' || relation === 'behind')
      add('position', first, relation, second);
    else if (relation) add('position', second, mirrored[relation], first);
  }
  return found;
}

const mirrored = { 'right of': 'left of', below: 'above', 'in front of': 'behind' } as const;

export function heldOutIn(scene: Scene): Combination[] {
  return combinationsOf(scene).filter(isHeldOut);
}

function groundName({ background }: Scene): string {
  return 'color' in background ? `${background.kind} ${background.color.color}` : background.kind;
}
