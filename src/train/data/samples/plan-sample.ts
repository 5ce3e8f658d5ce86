import { type CombinationKind, combinationsOf, isHeldOut } from '../held-out.ts';
import { chinese } from '../language/chinese.ts';
import { sampleContent } from '../language/describe.ts';
import { english } from '../language/english.ts';
import type { Language, LanguageId } from '../language/language.ts';
import type { Rng } from '../random.ts';
import type { Curriculum } from '../scene/curriculum.ts';
import { type Frame, type Scene, squareFrame } from '../scene/scene.ts';
import * as picture from './picture-edits.ts';
import { planInpaint, planOutpaint } from './region-edits.ts';
import { type PlanContext, drawScene } from './planner.ts';
import {
  type WrittenDialogue,
  planApplying,
  planConversation,
  planQuestion,
  planReading,
  planTranslating,
} from './dialogues.ts';
import * as scene from './scene-edits.ts';
import type { EditKind, LanguagePlan, QuestionKind, SampleKind, SamplePlan } from './sample-plan.ts';

export interface PlanRequest {
  readonly kind: SampleKind;
  readonly curriculum: Curriculum;
  readonly frame?: Frame;
  /** Part of the samples that are in Chinese. */
  readonly chineseShare?: number;
  /** `training` never shows a held-out combination; otherwise the result shows at least one of the given kinds. */
  readonly split: 'training' | { readonly heldOut: readonly CombinationKind[] };
}

export const languages: Readonly<Record<LanguageId, Language>> = { en: english, zh: chinese };

/** Draws until a plan fits its split: a few draws on average. The same stream and request give the same plan. */
export function planSample(rng: Rng, request: PlanRequest): SamplePlan {
  const { kind, curriculum, frame = squareFrame, chineseShare = 0.35, split } = request;
  const language = languages[rng.chance(chineseShare) ? 'zh' : 'en'];
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const plan = planners[kind]({ rng: rng.fork(attempt), curriculum, language, frame });
    if (plan && fitsSplit(plan, split)) return plan;
  }
  throw new Error(`Invariant broken: this curriculum yields no ${kind} sample of the wanted split`);
}

/** Held-out combinations are rare, so an evaluation may need many draws; training needs a handful at most. */
const maxAttempts = 20_000;

/** Every scene that a sample shows, in whatever form. */
export function scenesOf(plan: SamplePlan): readonly Scene[] {
  switch (plan.family) {
    case 'language':
      return plan.about;
    case 'understanding':
      return [plan.picture];
    case 'generation':
      return [plan.target];
    case 'edit':
      return [plan.source.scene, plan.target];
  }
}

function fitsSplit(plan: SamplePlan, split: PlanRequest['split']): boolean {
  if (split === 'training') return scenesOf(plan).every((shown) => !combinationsOf(shown).some(isHeldOut));
  return combinationsOf(scenesOf(plan).at(-1)!).some(
    (combination) => split.heldOut.includes(combination.kind) && isHeldOut(combination),
  );
}

type Planner = (context: PlanContext) => SamplePlan | null;

const planGenerate: Planner = (context) => {
  const { rng, language } = context;
  const target = drawScene(context);
  const prompt = language.caption(rng, sampleContent(rng, target));
  return { family: 'generation', kind: 'generate', language: language.id, prompt, target };
};

function sceneEdit(kind: EditKind, plan: scene.SceneEdit): Planner {
  return (context) => {
    const edit = plan(context);
    if (!edit) return null;
    const { instruction, before, after } = edit;
    return {
      family: 'edit',
      kind,
      language: context.language.id,
      instruction,
      source: { kind: 'scene', scene: before },
      target: after,
    };
  };
}

function pictureEdit(kind: EditKind, plan: picture.PictureEdit): Planner {
  return (context) => {
    const edit = plan(context);
    return edit && { family: 'edit', kind, language: context.language.id, ...edit };
  };
}

function question(kind: QuestionKind): Planner {
  return (context) => {
    const asked = planQuestion(context, kind);
    return asked && { family: 'understanding', kind, language: context.language.id, ...asked };
  };
}

const planTalk: Planner = (context) => {
  const talk = planConversation(context);
  return talk && { family: 'understanding', kind: 'conversation', language: context.language.id, ...talk };
};

function written(kind: LanguagePlan['kind'], plan: (context: PlanContext) => WrittenDialogue | null): Planner {
  return (context) => {
    const dialogue = plan(context);
    return dialogue && { family: 'language', kind, language: context.language.id, ...dialogue };
  };
}

const planners: Readonly<Record<SampleKind, Planner>> = {
  reading: written('reading', planReading),
  applying: written('applying', planApplying),
  translating: written('translating', (context) =>
    planTranslating(context, context.language === english ? chinese : english),
  ),
  conversation: planTalk,
  caption: question('caption'),
  what: question('what'),
  'how-many': question('how-many'),
  'which-color': question('which-color'),
  where: question('where'),
  'what-text': question('what-text'),
  'which-background': question('which-background'),
  'which-style': question('which-style'),
  'yes-no': question('yes-no'),
  generate: planGenerate,
  add: sceneEdit('add', scene.planAdd),
  remove: sceneEdit('remove', scene.planRemove),
  replace: sceneEdit('replace', scene.planReplace),
  recolor: sceneEdit('recolor', scene.planRecolor),
  background: sceneEdit('background', scene.planBackground),
  move: sceneEdit('move', scene.planMove),
  resize: sceneEdit('resize', scene.planResize),
  style: sceneEdit('style', scene.planStyle),
  text: sceneEdit('text', scene.planText),
  'cut-out': sceneEdit('cut-out', scene.planCutOut),
  denoise: pictureEdit('denoise', picture.planDenoise),
  deblur: pictureEdit('deblur', picture.planDeblur),
  colorize: pictureEdit('colorize', picture.planColorize),
  'subject-reference': pictureEdit('subject-reference', picture.planSubjectReference),
  'style-reference': pictureEdit('style-reference', picture.planStyleReference),
  canny: pictureEdit('canny', picture.planCanny),
  depth: pictureEdit('depth', picture.planDepth),
  inpaint: pictureEdit('inpaint', planInpaint),
  outpaint: pictureEdit('outpaint', planOutpaint),
};
