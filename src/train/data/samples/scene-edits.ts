import { referTo, vague } from '../language/describe.ts';
import type { Reference } from '../language/language.ts';
import { type PlaceId, placeCell, placeIds } from '../scene/arrange.ts';
import { type SpriteGroup, colorOf, groupsOf, placeOfSprite, relationOf } from '../scene/facts.ts';
import { placeInCell, sampleBackground, samplePaintColor, sampleText } from '../scene/sample-scene.ts';
import { type Background, type Label, type PlacedSprite, type Scene, labelWidth } from '../scene/scene.ts';
import { namedColor } from '../vocabulary/colors.ts';
import { objectById, objects } from '../vocabulary/objects.ts';
import { type PlanContext, drawScene } from './planner.ts';

/** Edits between two scenes that are equal in everything but the edit. Each returns null when its draw did not fit. */
export type SceneEdit = (context: PlanContext) => {
  readonly instruction: string;
  readonly before: Scene;
  readonly after: Scene;
} | null;

/** One sprite more: the pair of `remove`, read the other way round. */
export const planAdd: SceneEdit = (context) => {
  const { rng, language } = context;
  const after = drawScene(context);
  const index = rng.below(after.sprites.length);
  const sprite = after.sprites[index]!;
  const before = { ...after, sprites: without(after.sprites, [index]) };
  const color = sprite.paint ? sprite.paint.color : rng.chance(0.25) ? colorOf(sprite, after.style) : null;
  const a = language.thing(rng, { object: sprite.object, count: 1, ...(color && { color }) });
  if (rng.chance(0.12)) return { instruction: language.instruct(rng, 'add-somewhere', { a }), before, after };
  const where = describePosition(context, after, index);
  return { instruction: language.instruct(rng, 'add', { a, where }), before, after };
};

/** One sprite or all of a group less. */
export const planRemove: SceneEdit = (context) => {
  const { rng, language } = context;
  const before = drawScene(context);
  const group = rng.pick(groupsOf(before));
  const index = group.indices.length > 1 && rng.chance(0.5) ? rng.pick(group.indices) : undefined;
  const reference = referTo(rng, before, group, index);
  if (!reference) return null;
  const after = { ...before, sprites: without(before.sprites, index === undefined ? group.indices : [index]) };
  return { instruction: language.instruct(rng, 'remove', { the: language.theThing(rng, reference) }), before, after };
};

/** Another object in the same place. */
export const planReplace: SceneEdit = (context) => {
  const { rng, curriculum, language } = context;
  const before = drawScene(context);
  const group = rng.pick(groupsOf(before));
  const reference = referTo(rng, before, group);
  if (!reference) return null;
  const present = new Set(before.sprites.map(({ object }) => object));
  const object = rng.pick(objects.slice(0, curriculum.objects).filter(({ id }) => !present.has(id)));
  const ground = 'color' in before.background ? before.background.color.color : undefined;
  const paint = object.paints && rng.chance(curriculum.painted) ? samplePaintColor(rng, [ground]) : undefined;
  const after = withLook(before, group, { object: object.id, ...(paint && { paint }) });
  const slots = {
    the: language.theThing(rng, reference),
    a: language.thing(rng, { object: object.id, count: group.indices.length, ...(paint && { color: paint.color }) }),
  };
  return { instruction: language.instruct(rng, 'replace', slots), before, after };
};

export const planRecolor: SceneEdit = (context) => {
  const { rng, language } = context;
  const before = drawScene(context);
  const paintable = groupsOf(before).filter(({ look }) => objectById(look.object).paints);
  if (paintable.length === 0) return null;
  const group = rng.pick(paintable);
  const reference = referTo(rng, before, group);
  if (!reference) return null;
  const ground = 'color' in before.background ? before.background.color.color : undefined;
  const paint = samplePaintColor(rng, [group.color, ground]);
  const after = withLook(before, group, { object: group.look.object, paint });
  const slots = { the: language.theThing(rng, reference), color: language.color(rng, paint.color) };
  return { instruction: language.instruct(rng, 'recolor', slots), before, after };
};

export const planBackground: SceneEdit = (context) => {
  const { rng, curriculum, language } = context;
  const before = drawScene(context);
  const kind = before.label ? 'plain' : rng.weighted(curriculum.backgrounds);
  const avoid = before.sprites.map((sprite) => colorOf(sprite, before.style));
  const background = sampleBackground(rng, kind, { avoid: [...avoid, before.label?.color.color] });
  if (sameGround(background, before.background)) return null;
  const ground = language.ground(rng, vague(rng, background));
  return { instruction: language.instruct(rng, 'background', { ground }), before, after: { ...before, background } };
};

/** A lone sprite to another part of the frame, or two that change places. */
export const planMove: SceneEdit = (context) => {
  const { rng, curriculum, language } = context;
  if (rng.chance(0.3)) return planSwap(context);
  const before = drawScene(context, { layout: 'placed', labelled: false });
  const [sprite] = before.sprites;
  const from = placeOfSprite(before, sprite!);
  const to = rng.pick(placeIds.filter((place) => place !== from));
  const whole = { x: 0, y: 0, ...before.frame };
  const { x, y } = placeInCell(rng, curriculum, sprite!, placeCell(whole, to), 0.8);
  const after = { ...before, sprites: [{ ...sprite!, x, y }] };
  if (placeOfSprite(after, after.sprites[0]!) !== to) return null;
  const [group] = groupsOf(before);
  const slots = { the: language.theThing(rng, referTo(rng, before, group!)!), where: language.place(rng, to) };
  return { instruction: language.instruct(rng, 'move', slots), before, after };
};

const planSwap: SceneEdit = (context) => {
  const { rng, language } = context;
  const before = drawScene(context, { layout: rng.pick(['beside', 'stacked'] as const) });
  const [first, second] = groupsOf(before);
  if (!first || !second) return null;
  const the = referTo(rng, before, first);
  const other = referTo(rng, before, second);
  if (!the || !other) return null;
  const [a, b] = before.sprites;
  const after = {
    ...before,
    sprites: [
      { ...a!, x: b!.x, y: b!.y },
      { ...b!, x: a!.x, y: a!.y },
    ],
  };
  const slots = { the: language.theThing(rng, the), other: language.theThing(rng, other) };
  return { instruction: language.instruct(rng, 'swap', slots), before, after };
};

export const planResize: SceneEdit = (context) => {
  const { rng, language } = context;
  const bigger = rng.chance(0.5);
  const before = drawScene(context, { layout: bigger ? 'placed' : 'single' });
  const [group] = groupsOf(before);
  const [sprite] = before.sprites;
  const size = sprite!.size * (bigger ? rng.between(1.45, 1.7) : rng.between(0.5, 0.65));
  const { width, height } = before.frame;
  const inside = (at: number, extent: number) => Math.min(Math.max(at, size / 2), extent - size / 2);
  const after = {
    ...before,
    sprites: [{ ...sprite!, size, x: inside(sprite!.x, width), y: inside(sprite!.y, height) }],
  };
  const the = language.theThing(rng, referTo(rng, before, group!)!);
  return { instruction: language.instruct(rng, bigger ? 'bigger' : 'smaller', { the }), before, after };
};

export const planStyle: SceneEdit = (context) => {
  const { rng, curriculum, language } = context;
  const before = drawScene(context);
  const { [before.style]: _, ...others } = curriculum.styles;
  if (Object.keys(others).length === 0) return null;
  const style = rng.weighted(others);
  const instruction = language.instruct(rng, 'style', { style: language.style(rng, style) });
  return { instruction, before, after: { ...before, style } };
};

/** A label written, changed or removed. */
export const planText: SceneEdit = (context) => {
  const { rng, language } = context;
  const labelled = drawScene(context, { labelled: true, layout: rng.pick(['single', 'beside'] as const) });
  const label = labelled.label!;
  const { label: _, ...bare } = labelled;
  const quoted = (text: string) => (language.id === 'zh' ? `“${text}”` : `"${text}"`);
  switch (rng.weighted({ add: 5, change: 3, remove: 2 })) {
    case 'add': {
      const where = language.place(rng, label.y < labelled.frame.height / 2 ? 'top' : 'bottom');
      const slots = { text: quoted(label.text), where, color: language.color(rng, label.color.color) };
      return { instruction: language.instruct(rng, 'add-text', slots), before: bare, after: labelled };
    }
    case 'change': {
      const text = sampleText(rng);
      if (text === label.text) return null;
      const slots = { text: quoted(text), old: quoted(label.text) };
      const after = { ...labelled, label: relabelled(label, text, labelled.frame.width) };
      return { instruction: language.instruct(rng, 'change-text', slots), before: labelled, after };
    }
    case 'remove':
      return { instruction: language.instruct(rng, 'remove-text'), before: labelled, after: bare };
  }
};

/** One group alone on white, where it was. */
export const planCutOut: SceneEdit = (context) => {
  const { rng, language } = context;
  const before = drawScene(context, { labelled: false });
  const group = rng.pick(groupsOf(before));
  if (group.color === 'white') return null;
  const reference = referTo(rng, before, group);
  if (!reference) return null;
  const after: Scene = {
    ...before,
    background: { kind: 'plain', color: namedColor('white') },
    sprites: group.indices.map((index) => before.sprites[index]!),
  };
  return { instruction: language.instruct(rng, 'cut-out', { the: language.theThing(rng, reference) }), before, after };
};

/** "on the left" or "to the left of the cat": whichever tells this sprite's position in the scene. */
function describePosition({ rng, language }: PlanContext, scene: Scene, index: number): string {
  const anchors = groupsOf(scene)
    .filter(({ indices }) => indices.length === 1 && indices[0] !== index)
    .map((group) => ({ reference: referTo(rng, scene, group), relation: relationOf(scene, index, group.indices[0]!) }))
    .filter((anchor): anchor is { reference: Reference; relation: NonNullable<typeof anchor.relation> } =>
      Boolean(anchor.reference && anchor.relation),
    );
  if (anchors.length > 0 && rng.chance(0.5)) {
    const { reference, relation } = rng.pick(anchors);
    return language.beside(rng, relation, language.theThing(rng, reference));
  }
  const place: PlaceId = placeOfSprite(scene, scene.sprites[index]!);
  return language.place(rng, place);
}

function without(sprites: readonly PlacedSprite[], indices: readonly number[]): PlacedSprite[] {
  return sprites.filter((_, index) => !indices.includes(index));
}

function withLook(scene: Scene, group: SpriteGroup, look: Pick<PlacedSprite, 'object' | 'paint'>): Scene {
  const sprites = scene.sprites.map((sprite, index) => {
    if (!group.indices.includes(index)) return sprite;
    const { x, y, size, rotation, flipped } = sprite;
    return { ...look, x, y, size, rotation, flipped };
  });
  return { ...scene, sprites };
}

function relabelled(label: Label, text: string, frameWidth: number): Label {
  const height = Math.min(0.17, label.height * ((0.92 * frameWidth) / labelWidth({ ...label, text })));
  return { ...label, text, height };
}

function sameGround(first: Background, second: Background): boolean {
  if (first.kind !== second.kind) return false;
  return !('color' in first && 'color' in second) || first.color.color === second.color.color;
}
