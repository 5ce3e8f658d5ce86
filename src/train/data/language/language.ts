import type { Rng } from '../random.ts';
import type { PlaceId } from '../scene/arrange.ts';
import type { RelationId } from '../scene/facts.ts';
import type { Background } from '../scene/scene.ts';
import type { ColorId, Shade } from '../vocabulary/colors.ts';
import type { Category } from '../vocabulary/objects.ts';
import type { StyleId } from '../vocabulary/styles.ts';

/**
 * What a language must be able to say. Everything takes the stream that picks the wording; with `plainWording` it is
 * always the plainest form, which answers use.
 */
export interface Language {
  readonly id: LanguageId;
  /** "two red apples". */
  thing(rng: Rng, mention: Mention): string;
  /** "the red apple on the left". */
  theThing(rng: Rng, reference: Reference): string;
  /** "cat". */
  name(rng: Rng, object: string): string;
  /** "this cat". */
  thisThing(object: string): string;
  /** "a cat, two dogs and a tree". */
  list(things: readonly string[]): string;
  /** "light blue", as it stands after "is". */
  color(rng: Rng, color: ColorId, shade?: Shade): string;
  /** A background as a noun: "blue and white stripes", "a meadow". */
  ground(rng: Rng, background: Background): string;
  /** "in the top left corner", as an adverb. */
  place(rng: Rng, place: PlaceId): string;
  /** "to the left of the cat", as an adverb. */
  beside(rng: Rng, relation: RelationId, other: string): string;
  style(rng: Rng, style: StyleId): string;
  caption(rng: Rng, content: CaptionContent): string;
  /** A request by its name, with its slots filled in. */
  instruct(rng: Rng, id: InstructionId, slots?: Slots): string;
  readonly questions: Questions;
}

export const languageIds = ['en', 'zh'] as const;
export type LanguageId = (typeof languageIds)[number];

/** Some sprites of one look, as they are first mentioned. */
export interface Mention {
  readonly object: string;
  readonly count: number;
  readonly color?: ColorId;
  readonly size?: 'big' | 'small';
}

/** Sprites that the listener can already see. */
export interface Reference {
  readonly object: string;
  readonly plural: boolean;
  readonly color?: ColorId;
  readonly place?: PlaceId;
}

/** What a caption tells, in parts; whatever is absent is not told. */
export interface CaptionContent {
  readonly mentions: readonly Mention[];
  /** Between the first and the second mention. */
  readonly relation?: RelationId;
  /** Where the only mention stands. */
  readonly place?: PlaceId;
  readonly background?: Background;
  readonly style?: StyleId;
  readonly label?: { readonly text: string; readonly color?: ColorId; readonly place?: 'top' | 'bottom' };
  /** Part of a longer sentence: no opening such as "a picture of", no capital, no full stop. */
  readonly embedded?: boolean;
}

export const instructionIds = [
  'add',
  'add-somewhere',
  'add-text',
  'background',
  'bigger',
  'canny',
  'change-text',
  'colorize',
  'colorize-as',
  'cut-out',
  'deblur',
  'denoise',
  'depth',
  'inpaint',
  'inpaint-with',
  'inpaint-remove',
  'move',
  'outpaint',
  'outpaint-as',
  'recolor',
  'remove',
  'remove-text',
  'replace',
  'smaller',
  'style',
  'style-reference',
  'subject-reference',
  'swap',
] as const;
export type InstructionId = (typeof instructionIds)[number];

/** What fills a template's `{slots}`. */
export type Slots = Readonly<Record<string, string>>;

/** Questions in varied wording, and the one answer that is right. */
export interface Questions {
  describe(rng: Rng): string;
  describeAnswer(content: CaptionContent): string;
  /** What stands before a text that is to be put into this language. */
  translate(rng: Rng): string;
  whatIsThere(rng: Rng): string;
  whatIsThereAnswer(mentions: readonly Mention[]): string;
  whatIsAt(rng: Rng, place: PlaceId): string;
  whatIsBeside(rng: Rng, relation: RelationId, reference: Reference): string;
  thingAnswer(mention: Mention): string;
  howMany(rng: Rng, object: string): string;
  howManyAnswer(object: string, count: number): string;
  /** The word of that answer that matters. */
  countWord(count: number): string;
  whatColor(rng: Rng, reference: Reference): string;
  whatColorAnswer(reference: Reference, color: ColorId): string;
  where(rng: Rng, reference: Reference): string;
  whereAnswer(reference: Reference, place: PlaceId): string;
  whatText(rng: Rng): string;
  whatTextAnswer(text: string | undefined): string;
  whatBackground(rng: Rng): string;
  whatBackgroundAnswer(background: Background): string;
  whatStyle(rng: Rng): string;
  whatStyleAnswer(style: StyleId): string;
  isThere(rng: Rng, object: string): string;
  isThereCategory(rng: Rng, category: Category): string;
  isColor(rng: Rng, reference: Reference, color: ColorId): string;
  isBeside(rng: Rng, first: Reference, relation: RelationId, second: Reference): string;
  /** Chinese answers a question of existence by other words than one of fact. */
  yesOrNo(yes: boolean, about: 'existence' | 'fact'): string;
}

/** The stream of a plain speaker, who always takes the first form and never adds anything. */
export const plainWording: Rng = {
  bits: () => 0,
  unit: () => 0,
  between: (low) => low,
  below: () => 0,
  chance: () => false,
  normal: () => 0,
  pick: (items) => items[0]!,
  weighted: (weights) => Object.keys(weights)[0] as never,
  shuffled: (items) => [...items],
  fork: () => plainWording,
};

/** Puts the slots' values into a template and closes the gaps that empty ones leave. */
export function fillSlots(template: string, slots: Slots): string {
  return template
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = slots[name];
      if (value === undefined) throw new Error(`Invariant broken: no value for {${name}} in "${template}"`);
      return value;
    })
    .replaceAll(/ {2,}/g, ' ')
    .replaceAll(/ ([,.?!])/g, '$1')
    .trim();
}
