import { fullContent, mentionWithColor, referTo } from '../language/describe.ts';
import { type Mention, plainWording } from '../language/language.ts';
import {
  type RelationId,
  type SpriteGroup,
  categoryOf,
  groupsOf,
  hasObject,
  placeOfSprite,
  relationIds,
  relationOf,
} from '../scene/facts.ts';
import type { SceneWishes } from '../scene/sample-scene.ts';
import type { Scene } from '../scene/scene.ts';
import { colorIds } from '../vocabulary/colors.ts';
import { objects } from '../vocabulary/objects.ts';
import type { PlanContext } from './planner.ts';
import type { QuestionKind, Turn } from './sample-plan.ts';

/** A question about a picture and its one right answer; null when this picture does not give one. */
export type QuestionPlanner = (context: PlanContext, picture: Scene) => Turn | null;

/** What pictures a kind of question needs to be interesting. */
export function picturesFor({ rng }: PlanContext, kind: QuestionKind): SceneWishes {
  if (kind === 'what-text') return { labelled: rng.chance(0.85) };
  if (kind === 'how-many' && rng.chance(0.6)) return { layout: rng.pick(['count', 'count-and-one'] as const) };
  if (kind === 'yes-no' && rng.chance(0.3)) return { layout: rng.pick(['beside', 'stacked'] as const) };
  return {};
}

const askCaption: QuestionPlanner = ({ rng, language }, picture) => {
  const content = fullContent(picture);
  return {
    question: language.questions.describe(rng),
    answer: language.questions.describeAnswer(content),
    keywords: content.mentions.map(({ object }) => language.name(plainWording, object)),
  };
};

/** What is there at all, at a place, or beside something. */
const askWhat: QuestionPlanner = ({ rng, language }, picture) => {
  const { questions } = language;
  const groups = groupsOf(picture);
  if (rng.chance(0.5) || picture.sprites.length === 1) {
    const mentions = groups.map(({ look, indices }) => ({ object: look.object, count: indices.length }));
    return {
      question: questions.whatIsThere(rng),
      answer: questions.whatIsThereAnswer(mentions),
      keywords: mentions.map(({ object }) => language.name(plainWording, object)),
    };
  }
  const index = rng.below(picture.sprites.length);
  const mention: Mention = { object: picture.sprites[index]!.object, count: 1 };
  const answer = {
    answer: questions.thingAnswer(mention),
    keywords: [language.name(plainWording, mention.object)],
  };
  const other = groups.find(({ indices }) => !indices.includes(index) && indices.length === 1);
  const relation = other && picture.sprites.length === 2 ? relationOf(picture, index, other.indices[0]!) : null;
  const reference = other && referTo(plainWording, picture, other);
  if (relation && reference && rng.chance(0.5)) {
    return { question: questions.whatIsBeside(rng, relation, reference), ...answer };
  }
  const place = placeOfSprite(picture, picture.sprites[index]!);
  const alone = picture.sprites.every((sprite, at) => at === index || placeOfSprite(picture, sprite) !== place);
  return alone ? { question: questions.whatIsAt(rng, place), ...answer } : null;
};

/** Mostly about what is there; sometimes about what is not. */
const askHowMany: QuestionPlanner = (context, picture) => {
  const { rng, language } = context;
  const object = rng.chance(0.1) ? absentObject(context, picture) : rng.pick(picture.sprites).object;
  const count = picture.sprites.filter((sprite) => sprite.object === object).length;
  return {
    question: language.questions.howMany(rng, object),
    answer: language.questions.howManyAnswer(object, count),
    keywords: [language.questions.countWord(count)],
  };
};

const askWhichColor: QuestionPlanner = ({ rng, language }, picture) => {
  const candidates = groupsOf(picture).filter((group) => group.color && isOnlyOfItsKind(picture, group));
  if (candidates.length === 0) return null;
  const { look, color, indices } = rng.pick(candidates);
  const reference = { object: look.object, plural: indices.length > 1 };
  return {
    question: language.questions.whatColor(rng, reference),
    answer: language.questions.whatColorAnswer(reference, color!),
    keywords: [language.color(plainWording, color!)],
  };
};

const askWhere: QuestionPlanner = ({ rng, language }, picture) => {
  const unique = groupsOf(picture).filter((group) => group.indices.length === 1 && isOnlyOfItsKind(picture, group));
  if (unique.length === 0) return null;
  const { look, indices } = rng.pick(unique);
  const reference = { object: look.object, plural: false };
  const place = placeOfSprite(picture, picture.sprites[indices[0]!]!);
  return {
    question: language.questions.where(rng, reference),
    answer: language.questions.whereAnswer(reference, place),
    keywords: [language.place(plainWording, place)],
  };
};

const askWhatText: QuestionPlanner = ({ rng, language }, { label }) => {
  const answer = language.questions.whatTextAnswer(label?.text);
  return { question: language.questions.whatText(rng), answer, keywords: [label?.text ?? answer] };
};

const askWhichBackground: QuestionPlanner = ({ rng, language }, { background }) => ({
  question: language.questions.whatBackground(rng),
  answer: language.questions.whatBackgroundAnswer(background),
  keywords: [language.ground(plainWording, background).replace(/^an? /, '')],
});

const askWhichStyle: QuestionPlanner = ({ rng, language }, { style }) => ({
  question: language.questions.whatStyle(rng),
  answer: language.questions.whatStyleAnswer(style),
  keywords: [language.style(plainWording, style)],
});

/** As many yes as no. */
const askYesNo: QuestionPlanner = (context, picture) => {
  const { rng } = context;
  switch (rng.weighted({ there: 4, category: 1, color: 2, beside: 3 })) {
    case 'there':
      return askPresence(context, picture);
    case 'category':
      return askCategory(context, picture);
    case 'color':
      return askColor(context, picture);
    case 'beside':
      return askRelation(context, picture);
  }
};

const askPresence: QuestionPlanner = (context, picture) => {
  const { rng, language } = context;
  const yes = rng.chance(0.5);
  const object = yes ? mentionWithColor(rng.pick(groupsOf(picture))).object : absentObject(context, picture);
  return { question: language.questions.isThere(rng, object), ...answered(context, yes, 'existence') };
};

const askCategory: QuestionPlanner = (context, picture) => {
  const { rng, language } = context;
  const present = new Set(picture.sprites.map(({ object }) => categoryOf(object)));
  const yes = rng.chance(0.5);
  // Only what nobody would argue about: is a cloud a thing, is a rose food?
  const clear = (['animal', 'food', 'vehicle'] as const).filter((category) => present.has(category) === yes);
  if (clear.length === 0) return null;
  const question = language.questions.isThereCategory(rng, rng.pick(clear));
  return { question, ...answered(context, yes, 'existence') };
};

const askColor: QuestionPlanner = (context, picture) => {
  const { rng, language } = context;
  const group = rng.pick(groupsOf(picture));
  if (!group.color || !isOnlyOfItsKind(picture, group)) return null;
  const reference = { object: group.look.object, plural: group.indices.length > 1 };
  const yes = rng.chance(0.5);
  const color = yes ? group.color : rng.pick(colorIds.filter((candidate) => candidate !== group.color));
  return { question: language.questions.isColor(rng, reference, color), ...answered(context, yes, 'fact') };
};

const askRelation: QuestionPlanner = (context, picture) => {
  const { rng, language } = context;
  const { sprites } = picture;
  if (sprites.length !== 2 || sprites[0]!.object === sprites[1]!.object) return null;
  const [first, second] = rng.shuffled([0, 1]) as [number, number];
  const truth = relationOf(picture, first, second);
  if (!truth) return null;
  const yes = rng.chance(0.5);
  const relation: RelationId = yes ? truth : rng.pick(relationIds.filter((other) => other !== truth));
  const refer = (index: number) => ({ object: sprites[index]!.object, plural: false });
  const question = language.questions.isBeside(rng, refer(first), relation, refer(second));
  return { question, ...answered(context, yes, 'fact') };
};

function answered({ language }: PlanContext, yes: boolean, about: 'existence' | 'fact'): Omit<Turn, 'question'> {
  const answer = language.questions.yesOrNo(yes, about);
  return { answer, keywords: [answer] };
}

function isOnlyOfItsKind({ sprites }: Scene, { look, indices }: SpriteGroup): boolean {
  return sprites.filter(({ object }) => object === look.object).length === indices.length;
}

function absentObject({ rng, curriculum }: PlanContext, scene: Scene): string {
  return rng.pick(objects.slice(0, curriculum.objects).filter(({ id }) => !hasObject(scene, id))).id;
}

export const questionPlanners: Readonly<Record<QuestionKind, QuestionPlanner>> = {
  caption: askCaption,
  what: askWhat,
  'how-many': askHowMany,
  'which-color': askWhichColor,
  where: askWhere,
  'what-text': askWhatText,
  'which-background': askWhichBackground,
  'which-style': askWhichStyle,
  'yes-no': askYesNo,
};
