import { type CombinationKind, heldOutIn } from '../held-out.ts';
import { fullContent } from '../language/describe.ts';
import { type CaptionContent, type LanguageId, plainWording } from '../language/language.ts';
import { type Rng, createRng } from '../random.ts';
import { languages, planSample } from '../samples/plan-sample.ts';
import {
  type EditKind,
  type EditPlan,
  type QuestionKind,
  type UnderstandingPlan,
  editKinds,
  questionKinds,
} from '../samples/sample-plan.ts';
import { type Curriculum, curricula } from '../scene/curriculum.ts';
import { type SceneWishes, samplePaintColor, sampleScene } from '../scene/sample-scene.ts';
import type { Scene } from '../scene/scene.ts';
import { objects } from '../vocabulary/objects.ts';
import { type Wanted, wantedOf } from './wanted.ts';

/** GenEval's six categories (Ghosh et al., 2023). */
export const generationCategories = [
  'single object',
  'two objects',
  'counting',
  'colors',
  'position',
  'attribute binding',
] as const;
export type GenerationCategory = (typeof generationCategories)[number];

/** A prompt for a combination that training never showed, and what the picture must show. */
export interface GenerationTest {
  readonly category: GenerationCategory;
  readonly language: LanguageId;
  readonly prompt: string;
  readonly wanted: Wanted;
  /** A picture that would pass. */
  readonly example: Scene;
}

export interface EditTest {
  readonly plan: EditPlan;
  /** What the result must show, and what must be gone from it. */
  readonly wanted: Wanted;
}

export interface TestOptions {
  readonly seed?: number;
  readonly curriculum?: Curriculum;
  /** Part of the tests that are in Chinese. */
  readonly chineseShare?: number;
}

/** So many tests of every category; the same options give the same tests. */
export function generationTests(perCategory: number, options: TestOptions = {}): GenerationTest[] {
  const { seed = 0, curriculum = curricula.placed, chineseShare = 0.35 } = options;
  return generationCategories.flatMap((category) =>
    Array.from({ length: perCategory }, (_, index) => {
      const rng = createRng(seed, 'evaluation', category, index);
      const language = languages[rng.chance(chineseShare) ? 'zh' : 'en'];
      const example = drawHeldOut(rng, curriculum, category);
      const content = toldContent(rng, category, example);
      // Half in the plainest words, half as people talk.
      const prompt = language.caption(rng.chance(0.5) ? plainWording : rng, { ...content, embedded: true });
      return { category, language: language.id, prompt, wanted: askedFor(category, example), example };
    }),
  );
}

export function editTests(perKind: number, options: TestOptions = {}): EditTest[] {
  const { seed = 0, curriculum = curricula.placed, chineseShare = 0.35 } = options;
  return editKinds.flatMap((kind: EditKind) =>
    Array.from({ length: perKind }, (_, index) => {
      const rng = createRng(seed, 'evaluation', kind, index);
      const split = { heldOut: anyCombination } as const;
      const plan = planSample(rng, { kind, curriculum, chineseShare, split }) as EditPlan;
      const shown = new Set(plan.target.sprites.map(({ object }) => object));
      const gone = plan.source.scene.sprites.map(({ object }) => object).filter((object) => !shown.has(object));
      // A reference shows other things, which may come back.
      const absent = kind === 'style-reference' ? [] : [...new Set(gone)];
      return { plan, wanted: wantedOf(plan.target, absent) };
    }),
  );
}

export function questionTests(perKind: number, options: TestOptions = {}): UnderstandingPlan[] {
  const { seed = 0, curriculum = curricula.placed, chineseShare = 0.35 } = options;
  return questionKinds.flatMap((kind: QuestionKind) =>
    Array.from({ length: perKind }, (_, index) => {
      const rng = createRng(seed, 'evaluation', kind, index);
      const split = { heldOut: anyCombination } as const;
      return planSample(rng, { kind, curriculum, chineseShare, split }) as UnderstandingPlan;
    }),
  );
}

const anyCombination: readonly CombinationKind[] = ['single', 'pair', 'count', 'color', 'position', 'place'];

/** The combination that makes a scene of this category new. */
const novelty: Readonly<Record<GenerationCategory, readonly CombinationKind[]>> = {
  'single object': ['single'],
  'two objects': ['pair'],
  counting: ['count'],
  colors: ['color'],
  position: ['position'],
  'attribute binding': ['color', 'pair'],
};

function drawHeldOut(rng: Rng, curriculum: Curriculum, category: GenerationCategory): Scene {
  for (let attempt = 0; attempt < 20_000; attempt++) {
    const draw = rng.fork(attempt);
    const scene = sampleScene(draw, curriculum, { labelled: false, ...wishesFor(draw, curriculum, category) });
    if (heldOutIn(scene).some(({ kind }) => novelty[category].includes(kind)) && isClear(category, scene)) return scene;
  }
  throw new Error(`Invariant broken: this curriculum has no held-out scene for ${category}`);
}

function wishesFor(rng: Rng, curriculum: Curriculum, category: GenerationCategory): SceneWishes {
  const paintable = objects.slice(0, curriculum.objects).filter(({ paints }) => paints);
  switch (category) {
    case 'single object':
      return { layout: 'single', paints: [null] };
    case 'two objects':
      return { layout: rng.pick(['beside', 'stacked'] as const), paints: [null, null] };
    case 'counting':
      return { layout: 'count', paints: [null] };
    case 'colors':
      return { layout: 'single', objects: [rng.pick(paintable).id], paints: [samplePaintColor(rng)] };
    case 'position':
      return { layout: rng.pick(['beside', 'stacked'] as const), paints: [null, null] };
    case 'attribute binding': {
      const [first, second] = rng.shuffled(paintable);
      const paint = samplePaintColor(rng);
      return {
        layout: rng.pick(['beside', 'stacked'] as const),
        objects: [first!.id, second!.id],
        paints: [paint, samplePaintColor(rng, [paint.color])],
      };
    }
  }
}

function isClear(category: GenerationCategory, scene: Scene): boolean {
  return category !== 'position' || wantedOf(scene).relation !== undefined;
}

/** What the prompt tells: what the category tests, and in half of them the ground (a lone object's style, too). */
function toldContent(rng: Rng, category: GenerationCategory, scene: Scene): CaptionContent {
  const { mentions, relation, background, style } = fullContent(scene);
  const tellsMore = rng.chance(0.5);
  const tellsColor = category === 'colors' || category === 'attribute binding';
  return {
    mentions: mentions.map(({ object, count, color }) =>
      tellsColor && color ? { object, count, color } : { object, count },
    ),
    ...(category === 'position' && relation && { relation }),
    ...(tellsMore && background && { background }),
    ...(tellsMore && category === 'single object' && style && { style }),
  };
}

function askedFor(category: GenerationCategory, scene: Scene): Wanted {
  const { objects: shown, relation } = wantedOf(scene);
  return {
    objects: shown.map((wanted) => Object.assign(wanted, { exactly: category === 'counting' })),
    ...(category === 'position' && relation && { relation }),
  };
}
