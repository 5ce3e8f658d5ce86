import type { RegionIntent } from '#model/ovis/text/instructions';
import type { LanguageId } from '../language/language.ts';
import type { Scene } from '../scene/scene.ts';

/**
 * One training sample before it has pixels: words, and recipes of pictures. Planning costs microseconds, so the
 * tokenizer's corpus, the held-out tests and the evaluation sets need no drawing.
 */
export type SamplePlan = LanguagePlan | UnderstandingPlan | GenerationPlan | EditPlan;
export type SampleFamily = SamplePlan['family'];
export type SampleKind = SamplePlan['kind'];

/** Words in, words out: for the language model before it sees anything. */
export interface LanguagePlan {
  readonly family: 'language';
  readonly kind: LanguageKind;
  readonly language: LanguageId;
  readonly turns: readonly Turn[];
  /** The scenes that the words are about; they are not shown. */
  readonly about: readonly Scene[];
}

/** Picture and words in, words out. */
export interface UnderstandingPlan {
  readonly family: 'understanding';
  readonly kind: UnderstandingKind;
  readonly language: LanguageId;
  readonly picture: Scene;
  /** One, or several in a conversation. */
  readonly turns: readonly Turn[];
}

export interface Turn {
  readonly question: string;
  readonly answer: string;
  /** What cannot be missing from a right answer. */
  readonly keywords: readonly string[];
}

/** Words in, picture out. */
export interface GenerationPlan {
  readonly family: 'generation';
  readonly kind: 'generate';
  readonly language: LanguageId;
  readonly prompt: string;
  readonly target: Scene;
}

/** Picture and words in, picture out. */
export interface EditPlan {
  readonly family: 'edit';
  readonly kind: EditKind;
  readonly language: LanguageId;
  readonly instruction: string;
  readonly source: PictureRecipe;
  readonly target: Scene;
}

export const languageKinds = ['reading', 'applying', 'translating'] as const;
export type LanguageKind = (typeof languageKinds)[number];

export const questionKinds = [
  'caption',
  'what',
  'how-many',
  'which-color',
  'where',
  'what-text',
  'which-background',
  'which-style',
  'yes-no',
] as const;
export type QuestionKind = (typeof questionKinds)[number];
export type UnderstandingKind = QuestionKind | 'conversation';

export const editKinds = [
  'add',
  'remove',
  'replace',
  'recolor',
  'background',
  'move',
  'resize',
  'style',
  'text',
  'cut-out',
  'denoise',
  'deblur',
  'colorize',
  'subject-reference',
  'style-reference',
  'canny',
  'depth',
  'inpaint',
  'outpaint',
] as const;
export type EditKind = (typeof editKinds)[number];

export const sampleKinds: readonly SampleKind[] = [
  ...languageKinds,
  ...questionKinds,
  'conversation',
  'generate',
  ...editKinds,
];

export function familyOf(kind: SampleKind): SampleFamily {
  if (kind === 'generate') return 'generation';
  if ((editKinds as readonly string[]).includes(kind)) return 'edit';
  return (languageKinds as readonly string[]).includes(kind) ? 'language' : 'understanding';
}

/** How an edit's source picture is made. Lengths are in units of the frame's shorter side. */
export type PictureRecipe =
  | { readonly kind: 'scene'; readonly scene: Scene }
  /** White noise of standard deviation `sigma` (0..1 of the range) on every channel. */
  | { readonly kind: 'noisy'; readonly scene: Scene; readonly sigma: number; readonly seed: number }
  | { readonly kind: 'blurred'; readonly scene: Scene; readonly sigma: number }
  | { readonly kind: 'grey'; readonly scene: Scene }
  | { readonly kind: 'canny'; readonly scene: Scene }
  | { readonly kind: 'lines'; readonly scene: Scene }
  | { readonly kind: 'depth'; readonly scene: Scene }
  /** `scene` is what was there before the hole was made; the intent decides what the hole shows. */
  | { readonly kind: 'holed'; readonly scene: Scene; readonly hole: Hole; readonly intent: RegionIntent };

/** The part of a picture that is to be made anew. */
export type Hole =
  | {
      readonly kind: 'box' | 'ellipse';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    }
  /** Brush strokes: discs along lines between points. */
  | { readonly kind: 'strokes'; readonly points: readonly (readonly [x: number, y: number])[]; readonly radius: number }
  /** Everything but this box. */
  | {
      readonly kind: 'outside';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    }
  /** Everything but the sprites. */
  | { readonly kind: 'ground' };
