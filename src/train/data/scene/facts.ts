import { naturalColor } from '../vocabulary/natural-colors.ts';
import { objectById } from '../vocabulary/objects.ts';
import type { ColorId } from '../vocabulary/colors.ts';
import type { StyleId } from '../vocabulary/styles.ts';
import { type PlaceId, placeOf } from './arrange.ts';
import type { Look, PlacedSprite, Scene } from './scene.ts';

/** What is true of a scene, as a person would see it: what captions say, questions ask and the judge checks. */

/** Sprites that look the same. */
export interface SpriteGroup {
  readonly look: Look;
  /** The colour one sees, painted or natural, where it has a name. */
  readonly color: ColorId | null;
  /** Into the scene's sprites, from left to right, then from top to bottom. */
  readonly indices: readonly number[];
}

/** Groups in reading order: by the position of their first sprite. */
export function groupsOf(scene: Scene): SpriteGroup[] {
  const groups = new Map<string, { sprite: PlacedSprite; indices: number[] }>();
  for (const index of readingOrder(scene)) {
    const sprite = scene.sprites[index]!;
    const key = `${sprite.object}/${sprite.paint?.color ?? ''}`;
    const group = groups.get(key);
    if (group) group.indices.push(index);
    else groups.set(key, { sprite, indices: [index] });
  }
  return Array.from(groups.values(), ({ sprite, indices }) => ({
    look: sprite,
    color: colorOf(sprite, scene.style),
    indices,
  }));
}

/** Rows from top to bottom where sprites are clearly above each other, from left to right within a row. */
function readingOrder({ sprites }: Scene): number[] {
  const rowOf = ({ y }: PlacedSprite) => Math.round(y / 0.3);
  return sprites
    .map((_, index) => index)
    .sort((a, b) => rowOf(sprites[a]!) - rowOf(sprites[b]!) || sprites[a]!.x - sprites[b]!.x);
}

export const relationIds = ['left of', 'right of', 'above', 'below', 'in front of', 'behind'] as const;
export type RelationId = (typeof relationIds)[number];

export const inverseRelation: Readonly<Record<RelationId, RelationId>> = {
  'left of': 'right of',
  'right of': 'left of',
  above: 'below',
  below: 'above',
  'in front of': 'behind',
  behind: 'in front of',
};

/** How the first sprite stands to the second; null where nobody could say in two words. */
export function relationOf(scene: Scene, first: number, second: number): RelationId | null {
  const a = scene.sprites[first]!;
  const b = scene.sprites[second]!;
  const dx = a.x - b.x;
  const dy = a.y - b.y;
  const reach = (a.size + b.size) / 2;
  if (Math.hypot(dx, dy) < 0.85 * reach) return first > second ? 'in front of' : 'behind';
  if (Math.abs(dx) > 1.5 * Math.abs(dy)) return dx < 0 ? 'left of' : 'right of';
  if (Math.abs(dy) > 1.5 * Math.abs(dx)) return dy < 0 ? 'above' : 'below';
  return null;
}

export function placeOfSprite({ frame }: Scene, { x, y }: PlacedSprite): PlaceId {
  return placeOf(frame, x, y);
}

export function hasObject({ sprites }: Scene, object: string): boolean {
  return sprites.some((sprite) => sprite.object === object);
}

export function categoryOf(object: string): string {
  return objectById(object).category;
}

/** The named colour that a sprite shows most, painted or natural, if any. */
export function colorOf({ object, paint }: Look, style: StyleId): ColorId | null {
  return paint?.color ?? naturalColor(object, style);
}
