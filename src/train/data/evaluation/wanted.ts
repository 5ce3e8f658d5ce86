import type { RelationId } from '../scene/facts.ts';
import { groupsOf, relationOf } from '../scene/facts.ts';
import type { Scene } from '../scene/scene.ts';
import type { ColorId } from '../vocabulary/colors.ts';

/** What a picture must show, in a form that a machine can check against detections. */
export interface Wanted {
  readonly objects: readonly WantedObject[];
  /** Between the first two wanted objects. */
  readonly relation?: RelationId;
  /** Must not be there at all. */
  readonly absent?: readonly string[];
}

export interface WantedObject {
  readonly object: string;
  /** Exactly so many where the number was asked for, else at least this many. */
  readonly count: number;
  readonly exactly: boolean;
  readonly color?: ColorId;
}

/** One thing that a detector saw; the box in any unit. */
export interface Detection {
  readonly object: string;
  readonly color: ColorId | null;
  readonly box: Box;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Verdict = { readonly met: true } | { readonly met: false; readonly reason: string };

/** Whether the detections of a picture are what was wanted; if not, the first thing that is wrong. */
export function verdict(wanted: Wanted, detections: readonly Detection[]): Verdict {
  for (const { object, count, exactly, color } of wanted.objects) {
    const seen = detections.filter((detection) => detection.object === object);
    const right = color ? seen.filter((detection) => detection.color === color) : seen;
    if (exactly ? right.length !== count : right.length < count) {
      const what = color ? `${color} ${object}` : object;
      return { met: false, reason: `${right.length} × ${what} instead of ${count}` };
    }
  }
  for (const object of wanted.absent ?? []) {
    if (detections.some((detection) => detection.object === object))
      return { met: false, reason: `${object} is there` };
  }
  const [first, second] = wanted.objects;
  if (!wanted.relation || !first || !second) return { met: true };
  const stands = (a: Detection, b: Detection) => standsSo(a.box, wanted.relation!, b.box);
  const firsts = detections.filter(({ object }) => object === first.object);
  const seconds = detections.filter(({ object }) => object === second.object);
  return firsts.some((a) => seconds.some((b) => stands(a, b)))
    ? { met: true }
    : { met: false, reason: `${first.object} is not ${wanted.relation} ${second.object}` };
}

/**
 * By the boxes' centres, which must be apart by more than a tenth of the boxes' summed sides, along the relation's
 * axis first of all. Front and back cannot be told from boxes: there they only have to overlap.
 */
export function standsSo(a: Box, relation: RelationId, b: Box): boolean {
  const dx = a.x + a.width / 2 - (b.x + b.width / 2);
  const dy = a.y + a.height / 2 - (b.y + b.height / 2);
  const apartX = Math.abs(dx) > 0.1 * (a.width + b.width) && Math.abs(dx) >= Math.abs(dy);
  const apartY = Math.abs(dy) > 0.1 * (a.height + b.height) && Math.abs(dy) >= Math.abs(dx);
  switch (relation) {
    case 'left of':
      return apartX && dx < 0;
    case 'right of':
      return apartX && dx > 0;
    case 'above':
      return apartY && dy < 0;
    case 'below':
      return apartY && dy > 0;
    case 'in front of':
    case 'behind':
      return Math.abs(dx) < (a.width + b.width) / 2 && Math.abs(dy) < (a.height + b.height) / 2;
  }
}

/** Everything that a scene shows, with exact numbers; `without` must be gone. */
export function wantedOf(scene: Scene, without: readonly string[] = []): Wanted {
  const groups = groupsOf(scene);
  const [first, second] = groups;
  const relation =
    first && second && scene.sprites.length === 2 ? relationOf(scene, first.indices[0]!, second.indices[0]!) : null;
  return {
    objects: groups.map(({ look, indices }) => {
      const wanted = { object: look.object, count: indices.length, exactly: true };
      return look.paint ? Object.assign(wanted, { color: look.paint.color }) : wanted;
    }),
    ...(relation && { relation }),
    absent: without,
  };
}
