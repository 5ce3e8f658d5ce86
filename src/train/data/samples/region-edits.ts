import { type RegionIntent, regionInstruction } from '#model/ovis/text/instructions';
import { vague } from '../language/describe.ts';
import type { InstructionId, Slots } from '../language/language.ts';
import { colorOf } from '../scene/facts.ts';
import { sampleBackground } from '../scene/sample-scene.ts';
import type { PlacedSprite, Scene } from '../scene/scene.ts';
import { type PictureEdit, embeddedCaption } from './picture-edits.ts';
import { type PlanContext, drawScene } from './planner.ts';
import type { Hole } from './sample-plan.ts';

/**
 * A region of a picture made anew. What the region shows and half of the wordings are those of the studio's own
 * pipelines, by intent; the other half are what people say.
 */
export const planInpaint: PictureEdit = (context) => {
  const { rng } = context;
  const intent = rng.weighted({ add: 3, replace: 2, fill: 3, remove: 2, background: 1 });
  switch (intent) {
    case 'add':
    case 'replace':
      return planNamed(context, intent);
    case 'fill':
      return planFill(context);
    case 'remove':
      return planEmptied(context);
    case 'background':
      return planGround(context);
  }
};

/** A scene of which only a box is known. */
export const planOutpaint: PictureEdit = (context) => {
  const { rng, frame } = context;
  const target = drawScene(context);
  const cut = (side: number) => (rng.chance(0.5) ? rng.between(0.12, 0.4) * side : 0);
  const [left, right] = [cut(frame.width), cut(frame.width)];
  const [top, bottom] = [cut(frame.height), cut(frame.height)];
  if (left + right + top + bottom === 0) return null;
  const hole: Hole = {
    kind: 'outside',
    x: left,
    y: top,
    width: frame.width - left - right,
    height: frame.height - top - bottom,
  };
  const told = rng.chance(0.65) ? embeddedCaption(context, target) : '';
  const instruction = worded(context, 'expand', told, told ? 'outpaint-as' : 'outpaint', { caption: told });
  return { instruction, source: { kind: 'holed', scene: target, hole, intent: 'expand' }, target };
};

/** One sprite where there was none, or anything. */
function planNamed(context: PlanContext, intent: 'add' | 'replace'): ReturnType<PictureEdit> {
  const { target, index, sprite } = drawWithOne(context);
  const a = thingOf(context, sprite);
  const slots = { a, caption: embeddedCaption(context, target) };
  return {
    instruction: worded(context, intent, a, 'inpaint-with', slots),
    source: { kind: 'holed', scene: without(target, index), hole: holeOver(context, sprite), intent },
    target,
  };
}

/** Whatever is blurred beyond recognition, told or left to be guessed from what can be seen. */
function planFill(context: PlanContext): ReturnType<PictureEdit> {
  const { rng } = context;
  const { target, sprite } = drawWithOne(context);
  const over = rng.chance(0.6);
  const told = over ? thingOf(context, sprite) : embeddedCaption(context, target);
  const instruction = rng.chance(0.7)
    ? worded(context, 'fill', told, 'inpaint-with', { a: told, caption: embeddedCaption(context, target) })
    : worded(context, 'fill', '', 'inpaint');
  const hole = over ? holeOver(context, sprite) : holeAnywhere(context);
  return { instruction, source: { kind: 'holed', scene: target, hole, intent: 'fill' }, target };
}

/** Nothing where there was a sprite. */
function planEmptied(context: PlanContext): ReturnType<PictureEdit> {
  const { rng, language } = context;
  const { target: before, index, sprite } = drawWithOne(context);
  const the = language.theThing(rng, { object: sprite.object, plural: false });
  return {
    instruction: worded(context, 'remove', rng.chance(0.5) ? the : '', 'inpaint-remove'),
    source: { kind: 'holed', scene: before, hole: holeOver(context, sprite), intent: 'remove' },
    target: without(before, index),
  };
}

/** Another ground around the same sprites. */
function planGround(context: PlanContext): ReturnType<PictureEdit> {
  const { rng, curriculum, language } = context;
  const before = drawScene(context, { labelled: false });
  const avoid = before.sprites.map((sprite) => colorOf(sprite, before.style));
  const background = sampleBackground(rng, rng.weighted(curriculum.backgrounds), { avoid });
  const ground = language.ground(rng, vague(rng, background));
  return {
    instruction: worded(context, 'background', ground, 'background', { ground }),
    source: { kind: 'holed', scene: before, hole: { kind: 'ground' }, intent: 'background' },
    target: { ...before, background },
  };
}

/** The pipelines' sentence for this intent, or one of a person's. */
function worded(
  { rng, language }: PlanContext,
  intent: RegionIntent,
  words: string,
  id: InstructionId,
  slots: Slots = {},
): string {
  return rng.chance(0.5) ? regionInstruction(intent, words) : language.instruct(rng, id, slots);
}

function drawWithOne(context: PlanContext): { target: Scene; index: number; sprite: PlacedSprite } {
  const target = drawScene(context);
  const index = context.rng.below(target.sprites.length);
  return { target, index, sprite: target.sprites[index]! };
}

function thingOf({ rng, language }: PlanContext, { object, paint }: PlacedSprite): string {
  return language.thing(rng, { object, count: 1, ...(paint && { color: paint.color }) });
}

function without(scene: Scene, index: number): Scene {
  return { ...scene, sprites: scene.sprites.filter((_, other) => other !== index) };
}

/** A box or an ellipse that covers a sprite, more or less tightly. */
function holeOver({ rng }: PlanContext, { x, y, size }: PlacedSprite): Hole {
  const kind = rng.pick(['box', 'ellipse'] as const);
  const reach = size * (kind === 'box' ? rng.between(1.05, 1.3) : rng.between(1.35, 1.6));
  return { kind, x: x - reach / 2, y: y - reach / 2, width: reach, height: reach };
}

function holeAnywhere({ rng, frame }: PlanContext): Hole {
  const point = () => [rng.unit() * frame.width, rng.unit() * frame.height] as const;
  if (rng.chance(0.5)) {
    return {
      kind: 'strokes',
      points: Array.from({ length: 2 + rng.below(4) }, point),
      radius: rng.between(0.05, 0.12),
    };
  }
  const [x, y] = point();
  const width = rng.between(0.2, 0.5);
  const height = rng.between(0.2, 0.5);
  return { kind: rng.pick(['box', 'ellipse'] as const), x: x - width / 2, y: y - height / 2, width, height };
}
