import type { Rng } from '../random.ts';
import type { PlaceId } from '../scene/arrange.ts';
import type { RelationId } from '../scene/facts.ts';
import type { Background, LandscapeId } from '../scene/scene.ts';
import type { ColorId, NamedColor, Shade } from '../vocabulary/colors.ts';
import { idleAdjectives, idleEndings } from '../vocabulary/idle-words.ts';
import { type Category, objectById, regularPlural } from '../vocabulary/objects.ts';
import { type StyleId, styles } from '../vocabulary/styles.ts';
import { englishInstructions } from './english-instructions.ts';
import {
  type CaptionContent,
  type Language,
  type Mention,
  type Questions,
  type Reference,
  fillSlots,
  plainWording,
} from './language.ts';

const numbers = ['no', 'one', 'two', 'three', 'four', 'five', 'six'] as const;

/** How often a word that nothing shows, or another name, takes part. */
const idleChance = 0.12;
const synonymChance = 0.12;

function thing(rng: Rng, { object, count, color, size }: Mention): string {
  const noun = objectById(object).english;
  const adjectives = [
    rng.chance(idleChance) ? rng.pick(idleAdjectives.en) : '',
    size ? rng.pick(sizes[size]) : '',
    color ? colorWord(rng, color) : '',
  ]
    .filter(Boolean)
    .join(' ');
  if (noun.unit) {
    const matter = words(adjectives, noun.many);
    if (count > 1) return `${numeral(rng, count)} ${noun.unit[1]} of ${matter}`;
    return rng.chance(0.25) ? matter : withArticle(`${noun.unit[0]} of ${matter}`);
  }
  const name = rng.chance(synonymChance) && noun.also.length > 0 ? rng.pick(noun.also) : noun.one;
  if (count === 1) return withArticle(words(adjectives, name));
  return words(numeral(rng, count), adjectives, pluralOf(object, name));
}

function theThing(rng: Rng, { object, plural, color, place }: Reference): string {
  return words(
    'the',
    color ? colorWord(rng, color) : '',
    nounOrSynonym(rng, object, plural),
    place ? placeWords(rng, place) : '',
  );
}

function nounOrSynonym(rng: Rng, object: string, plural: boolean): string {
  const { also } = objectById(object).english;
  if (also.length === 0 || !rng.chance(synonymChance)) return bareNoun(object, plural);
  const name = rng.pick(also);
  return plural ? regularPlural(name) : name;
}

function bareNoun(object: string, plural: boolean): string {
  const noun = objectById(object).english;
  if (!noun.unit) return plural ? noun.many : noun.one;
  // "the scissors", "the pizza"; but several are "the slices of pizza".
  return plural ? `${noun.unit[1]} of ${noun.many}` : noun.many;
}

/** "is" or "are" after a thing. */
function verbFor({ object, plural }: Reference): string {
  const noun = objectById(object).english;
  return plural || (noun.unit && noun.many.endsWith('s')) ? 'are' : 'is';
}

function pluralOf(object: string, name: string): string {
  const noun = objectById(object).english;
  return name === noun.one ? noun.many : regularPlural(name);
}

function colorWord(rng: Rng, color: ColorId, shade: Shade = 'plain'): string {
  const name = color === 'grey' && rng.chance(0.5) ? 'gray' : color;
  return shade === 'plain' ? name : `${shade} ${name}`;
}

function groundColor(rng: Rng, { color, shade }: NamedColor): string {
  return colorWord(rng, color, shade);
}

function ground(rng: Rng, background: Background): string {
  if (isLandscape(background)) return rng.pick(landscapes[background.kind].nouns);
  const color = groundColor(rng, background.color);
  if (background.kind === 'plain') return withArticle(rng.pick([`${color} background`, `plain ${color} background`]));
  const accent = groundColor(rng, background.accent);
  switch (background.kind) {
    case 'stripes':
      return rng.pick([
        `a background with ${color} and ${accent} stripes`,
        withArticle(`${color} and ${accent} striped background`),
      ]);
    case 'dots':
      return withArticle(
        rng.pick([`${color} background with ${accent} dots`, `${color} background with ${accent} polka dots`]),
      );
    case 'checks':
      return withArticle(
        rng.pick([`${color} and ${accent} checkered background`, `${color} and ${accent} checked background`]),
      );
    case 'gradient':
      return rng.pick([
        `a gradient from ${color} to ${accent}`,
        withArticle(`${color} to ${accent} gradient background`),
      ]);
  }
}

/** A background as an adverb: "on a blue background". */
function onGround(rng: Rng, background: Background): string {
  if (isLandscape(background)) return rng.pick(landscapes[background.kind].adverbs);
  const preposition = rng.weighted({ on: 6, with: 2, against: 1 });
  return `${background.kind === 'gradient' ? 'on' : preposition} ${ground(rng, background)}`;
}

function placeWords(rng: Rng, place: PlaceId): string {
  return rng.pick(placePhrases[place]);
}

function caption(rng: Rng, content: CaptionContent): string {
  const { mentions, relation, place, background, style, label, embedded } = content;
  const things = mentions.map((mention) => thing(rng, mention));
  const core =
    relation && things.length === 2
      ? `${things[0]} ${rng.pick(relationPhrases[relation])} ${things[1]}`
      : words(english.list(things), place ? placeWords(rng, place) : '');
  const written =
    label &&
    fillSlots(rng.pick(label.place ? placedLabels : labels), {
      text: `"${label.text}"`,
      color: label.color ? `${colorWord(rng, label.color)} ` : '',
      place: label.place === 'top' ? 'at the top' : 'at the bottom',
    });
  const scene = words(core, background ? onGround(rng, background) : '', written ?? '');
  const told = style
    ? styled(rng, scene, style)
    : words(!embedded && rng.chance(0.45) ? rng.pick(openings) : '', scene);
  const ended = !embedded && rng.chance(0.05) ? `${told}, ${rng.pick(idleEndings.en)}` : told;
  return !embedded && rng.chance(0.3) ? sentence(ended) : ended;
}

function styled(rng: Rng, scene: string, style: StyleId): string {
  const { word, name } = styles[style];
  return rng.pick([
    `${scene}, in ${word} style`,
    `${scene}, ${word} style`,
    `${withArticle(word)} illustration of ${scene}`,
    `${withArticle(word)} drawing of ${scene}`,
    `${scene} in ${name} style`,
    `${name} style: ${scene}`,
  ]);
}

const questions: Questions = {
  describe: (rng) =>
    rng.pick([
      'Describe the picture.',
      'Describe this image.',
      'Describe this picture.',
      'What does the picture show?',
      'Write a caption for this image.',
      'Caption this picture.',
      'Please describe the image in detail.',
      'Tell me what you see.',
    ]),
  describeAnswer: (content) => sentence(caption(plainWording, content)),
  translate: (rng) => rng.pick(['Translate into English: ', 'In English: ', 'Say it in English: ', '翻译成英文：']),
  whatIsThere: (rng) =>
    rng.pick([
      'What is in the picture?',
      'What is this?',
      'What can you see?',
      'What do you see?',
      'What is shown here?',
    ]),
  whatIsThereAnswer: (mentions) => sentence(english.list(mentions.map((mention) => thing(plainWording, mention)))),
  whatIsAt: (rng, place) =>
    rng.pick([`What is ${placeWords(rng, place)}?`, `What do you see ${placeWords(rng, place)}?`]),
  whatIsBeside: (rng, relation, reference) =>
    `What is ${rng.pick(relationPhrases[relation])} ${theThing(plainWording, reference)}?`,
  thingAnswer: (mention) => sentence(thing(plainWording, mention)),
  howMany: (rng, object) => {
    const many = bareNoun(object, true);
    return rng.pick([
      `How many ${many} are there?`,
      `How many ${many} are in the picture?`,
      `How many ${many} do you see?`,
      `Count the ${many}.`,
    ]);
  },
  howManyAnswer: (object, count) =>
    count === 1
      ? `There is ${words('one', objectById(object).english.unit ? `${objectById(object).english.unit![0]} of` : '', bareNoun(object, false))}.`
      : `There are ${numbers[count]} ${bareNoun(object, true)}.`,
  countWord: (count) => numbers[count] ?? String(count),
  whatColor: (rng, reference) => {
    const subject = theThing(rng, reference);
    const verb = verbFor(reference);
    return rng.pick([
      `What color ${verb} ${subject}?`,
      `What colour ${verb} ${subject}?`,
      `Which color ${verb} ${subject}?`,
      `What is the color of ${subject}?`,
    ]);
  },
  whatColorAnswer: (reference, color) =>
    sentence(`${theThing(plainWording, reference)} ${verbFor(reference)} ${color}`),
  where: (rng, reference) =>
    rng.pick([
      `Where ${verbFor(reference)} ${theThing(plainWording, reference)}?`,
      `Where in the picture ${verbFor(reference)} ${theThing(plainWording, reference)}?`,
    ]),
  whereAnswer: (reference, place) =>
    sentence(`${theThing(plainWording, reference)} ${verbFor(reference)} ${placeWords(plainWording, place)}`),
  whatText: (rng) =>
    rng.pick([
      'What does it say?',
      'What does the text say?',
      'Read the text.',
      'What is written in the picture?',
      'Which word is written here?',
    ]),
  whatTextAnswer: (text) => (text === undefined ? 'There is no text.' : `It says "${text}".`),
  whatBackground: (rng) =>
    rng.pick([
      'What is the background?',
      'What is in the background?',
      'Describe the background.',
      'What does the background look like?',
    ]),
  whatBackgroundAnswer: (background) => sentence(ground(plainWording, background)),
  whatStyle: (rng) =>
    rng.pick(['What style is it drawn in?', 'Which style is this?', 'What is the style of this picture?']),
  whatStyleAnswer: (style) => `It is drawn in ${styles[style].word} style.`,
  isThere: (rng, object) => {
    const subject = thing(plainWording, { object, count: 1 });
    return rng.pick([
      `Is there ${subject} in the picture?`,
      `Is there ${subject}?`,
      `Do you see ${subject}?`,
      `Can you see ${subject}?`,
    ]);
  },
  isThereCategory: (rng, category) =>
    rng.pick([`Is there ${categories[category]}?`, `Is there ${categories[category]} in the picture?`]),
  isColor: (rng, reference, color) =>
    `${capitalized(verbFor(reference))} ${theThing(plainWording, reference)} ${colorWord(rng, color)}?`,
  isBeside: (rng, first, relation, second) =>
    `${capitalized(verbFor(first))} ${theThing(plainWording, first)} ${rng.pick(relationPhrases[relation])} ${theThing(plainWording, second)}?`,
  yesOrNo: (yes) => (yes ? 'Yes.' : 'No.'),
};

export const english: Language = {
  id: 'en',
  thing,
  theThing,
  name: (_, object) => bareNoun(object, false),
  thisThing: (object) => {
    const verb = verbFor({ object, plural: false });
    return `${verb === 'is' ? 'this' : 'these'} ${bareNoun(object, false)}`;
  },
  list: (things) => (things.length < 2 ? (things[0] ?? '') : `${things.slice(0, -1).join(', ')} and ${things.at(-1)!}`),
  color: colorWord,
  ground,
  place: placeWords,
  beside: (rng, relation, other) => `${rng.pick(relationPhrases[relation])} ${other}`,
  style: (rng, style) =>
    rng.pick([`${styles[style].word} style`, `a ${styles[style].word} style`, `the ${styles[style].name} style`]),
  caption,
  instruct: (rng, id, slots = {}) => {
    const template = rng.pick(englishInstructions[id]);
    const text = fillSlots(template, slots);
    const polite = rng.chance(0.08) && !template.startsWith('{') ? `please ${text}` : text;
    return rng.chance(0.4) ? sentence(polite) : polite;
  },
  questions,
};

const sizes = { big: ['big', 'large', 'huge'], small: ['small', 'little', 'tiny'] } as const;

const openings = [
  'a picture of',
  'an image of',
  'a photo of',
  'a drawing of',
  'an illustration of',
  'draw',
  'generate',
  'create a picture of',
  'show me',
] as const;

const labels = [
  'with the text {text}',
  'with the {color}text {text}',
  'with the word {text}',
  'with {text} written on it',
  'that says {text}',
] as const;
const placedLabels = [
  'with the text {text} {place}',
  'with the {color}text {text} {place}',
  'with the word {text} {place}',
  'with {text} written {place}',
] as const;

const placePhrases: Readonly<Record<PlaceId, readonly string[]>> = {
  'top left': ['in the top left corner', 'at the top left', 'in the upper left corner'],
  top: ['at the top', 'at the top of the picture'],
  'top right': ['in the top right corner', 'at the top right', 'in the upper right corner'],
  left: ['on the left', 'on the left side'],
  centre: ['in the middle', 'in the center', 'in the centre'],
  right: ['on the right', 'on the right side'],
  'bottom left': ['in the bottom left corner', 'at the bottom left', 'in the lower left corner'],
  bottom: ['at the bottom', 'at the bottom of the picture'],
  'bottom right': ['in the bottom right corner', 'at the bottom right', 'in the lower right corner'],
};

const relationPhrases: Readonly<Record<RelationId, readonly string[]>> = {
  'left of': ['to the left of', 'left of', 'on the left of'],
  'right of': ['to the right of', 'right of', 'on the right of'],
  above: ['above', 'over'],
  below: ['below', 'under', 'beneath'],
  'in front of': ['in front of'],
  behind: ['behind'],
};

const landscapes: Readonly<Record<LandscapeId, { nouns: readonly string[]; adverbs: readonly string[] }>> = {
  meadow: {
    nouns: ['a green meadow', 'a meadow', 'grass under a blue sky'],
    adverbs: ['in a green meadow', 'in a meadow', 'on the grass under a blue sky', 'on a green hill'],
  },
  beach: {
    nouns: ['a beach', 'the sea and a beach', 'a sandy beach'],
    adverbs: ['at the beach', 'on the beach', 'by the sea'],
  },
  night: {
    nouns: ['a starry night sky', 'the night sky', 'a night with stars'],
    adverbs: ['under a starry night sky', 'at night', 'under the stars'],
  },
  snow: {
    nouns: ['a snowy field', 'snow', 'a winter landscape'],
    adverbs: ['in the snow', 'on a snowy field', 'in a winter landscape'],
  },
};

const categories: Readonly<Record<Category, string>> = {
  animal: 'an animal',
  food: 'something to eat',
  vehicle: 'a vehicle',
  nature: 'something from nature',
  thing: 'an everyday object',
  shape: 'a shape',
};

function isLandscape(background: Background): background is Extract<Background, { kind: LandscapeId }> {
  return background.kind in landscapes;
}

function numeral(rng: Rng, count: number): string {
  return rng.chance(0.1) ? String(count) : (numbers[count] ?? String(count));
}

/** By sound, for the words that occur: "a unicorn", "an umbrella". */
function withArticle(phrase: string): string {
  return /^[aeiou]/i.test(phrase) && !/^(uni|one|eu)/i.test(phrase) ? `an ${phrase}` : `a ${phrase}`;
}

function words(...parts: readonly string[]): string {
  return parts.filter(Boolean).join(' ');
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sentence(text: string): string {
  return `${capitalized(text)}.`;
}
