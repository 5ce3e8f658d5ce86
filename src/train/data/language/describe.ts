import type { Rng } from '../random.ts';
import { type SpriteGroup, groupsOf, inverseRelation, placeOfSprite, relationOf } from '../scene/facts.ts';
import type { Background, Scene } from '../scene/scene.ts';
import type { CaptionContent, Mention, Reference } from './language.ts';

/** Everything there is to say about a scene: the answer to "describe the picture". */
export function fullContent(scene: Scene): CaptionContent {
  const groups = groupsOf(scene);
  return {
    mentions: groups.map(mentionWithColor),
    ...relationBetween(scene, groups),
    ...placeOfLone(scene),
    background: scene.background,
    style: scene.style,
    ...(scene.label && { label: { text: scene.label.text, place: labelPlace(scene) } }),
  };
}

/** What a caption leaves out. */
export interface Omissions {
  readonly style?: boolean;
  readonly background?: boolean;
  /** This group's colour is known from elsewhere (a reference picture). */
  readonly colorOf?: string;
}

/**
 * A person's choice of what to say of a scene. What could not be guessed is said (paints, numbers, labels); what a
 * picture has anyway is often left out (natural colours, the centre, white grounds, the usual style), so that short
 * prompts work and mean the usual. Things are named in reading order, and turned round only where it is said how they
 * stand: which words belong to which place could not be learnt from captions that leave it open.
 */
export function sampleContent(rng: Rng, scene: Scene, omit: Omissions = {}): CaptionContent {
  const groups = groupsOf(scene);
  const mentions = groups.map((group) => sampleMention(rng, scene, group, group.look.object === omit.colorOf));
  const { relation } = relationBetween(scene, groups);
  const tellsRelation = relation !== undefined && rng.chance(0.5);
  const turned = tellsRelation && rng.chance(0.2);
  const place = placeOfLone(scene).place;
  const { label } = scene;
  return {
    mentions: turned ? mentions.toReversed() : mentions,
    ...(tellsRelation && { relation: turned ? inverseRelation[relation] : relation }),
    ...(place && rng.chance(place === 'centre' ? 0.12 : 0.9) && { place }),
    ...(!omit.background && rng.chance(isWhite(scene) ? 0.4 : 0.9) && { background: vague(rng, scene.background) }),
    ...(!omit.style && rng.chance(scene.style === 'noto' ? 0.3 : 0.92) && { style: scene.style }),
    ...(label && {
      label: {
        text: label.text,
        ...(rng.chance(0.4) && { color: label.color.color }),
        ...(rng.chance(0.6) && { place: labelPlace(scene) }),
      },
    }),
  };
}

/** A background as people name it: "light" and "dark" are often left out. */
export function vague(rng: Rng, background: Background): Background {
  if (!('color' in background) || !rng.chance(0.3)) return background;
  const color = { ...background.color, shade: 'plain' } as const;
  if (background.kind === 'plain') return { ...background, color };
  return { ...background, color, accent: { ...background.accent, shade: 'plain' } };
}

/** How to mention some sprites that the listener has not seen. */
export function mentionWithColor({ look, color, indices }: SpriteGroup): Mention {
  return { object: look.object, count: indices.length, ...(color && { color }) };
}

/** A reference that fits these sprites and no others of the scene; undefined where there is no short one. */
export function referTo(rng: Rng, scene: Scene, group: SpriteGroup, index?: number): Reference | undefined {
  const alike = groupsOf(scene).filter(({ look }) => look.object === group.look.object);
  const sprite = index === undefined ? undefined : scene.sprites[index];
  const plural = sprite === undefined && group.indices.length > 1;
  const needsColor = alike.length > 1;
  if (needsColor && !group.color) return undefined;
  const needsPlace = sprite !== undefined && group.indices.length > 1;
  if (needsPlace) {
    const rivals = group.indices.filter((other) => other !== index).map((other) => scene.sprites[other]!);
    if (rivals.some((rival) => placeOfSprite(scene, rival) === placeOfSprite(scene, sprite))) return undefined;
  }
  const tellsColor = needsColor || rng.chance(0.25);
  return {
    object: group.look.object,
    plural,
    ...(tellsColor && group.color && { color: group.color }),
    ...(needsPlace && { place: placeOfSprite(scene, sprite) }),
  };
}

function sampleMention(rng: Rng, scene: Scene, group: SpriteGroup, colorKnown: boolean): Mention {
  const { look, indices } = group;
  const tellsColor = !colorKnown && (look.paint || rng.chance(0.25));
  const size = scene.sprites.length === 1 ? sizeWord(scene.sprites[0]!.size) : undefined;
  return {
    object: look.object,
    count: indices.length,
    ...(tellsColor && group.color && { color: group.color }),
    ...(size && rng.chance(0.15) && { size }),
  };
}

/** Of a sprite alone in its frame; most sizes are not worth a word. */
function sizeWord(size: number): Mention['size'] {
  return size > 0.72 ? 'big' : size < 0.48 ? 'small' : undefined;
}

function relationBetween(scene: Scene, groups: readonly SpriteGroup[]): Pick<CaptionContent, 'relation'> {
  if (groups.length !== 2 || scene.sprites.length !== 2) return {};
  const relation = relationOf(scene, groups[0]!.indices[0]!, groups[1]!.indices[0]!);
  return relation ? { relation } : {};
}

function placeOfLone(scene: Scene): Pick<CaptionContent, 'place'> {
  return scene.sprites.length === 1 ? { place: placeOfSprite(scene, scene.sprites[0]!) } : {};
}

function labelPlace({ frame, label }: Scene): 'top' | 'bottom' {
  return label!.y < frame.height / 2 ? 'top' : 'bottom';
}

function isWhite({ background }: Scene): boolean {
  return background.kind === 'plain' && background.color.color === 'white';
}
