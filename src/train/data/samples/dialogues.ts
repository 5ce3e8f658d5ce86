import { fullContent, sampleContent } from '../language/describe.ts';
import type { Language } from '../language/language.ts';
import type { Scene } from '../scene/scene.ts';
import { type PlanContext, drawScene } from './planner.ts';
import { picturesFor, questionPlanners } from './questions.ts';
import { type QuestionKind, type Turn, questionKinds } from './sample-plan.ts';
import * as edits from './scene-edits.ts';

/** One question about a picture. */
export function planQuestion(context: PlanContext, kind: QuestionKind): { picture: Scene; turns: Turn[] } | null {
  const picture = drawScene(context, picturesFor(context, kind));
  const turn = questionPlanners[kind](context, picture);
  return turn && { picture, turns: [turn] };
}

/** Several questions about one picture, which is looked at once. */
export function planConversation(context: PlanContext): { picture: Scene; turns: Turn[] } | null {
  const { rng } = context;
  const picture = drawScene(context);
  const kinds = rng.shuffled(questionKinds).slice(0, 2 + rng.below(4));
  const turns = kinds.map((kind) => questionPlanners[kind](context, picture)).filter((turn) => turn !== null);
  return turns.length > 1 ? { picture, turns } : null;
}

/** A conversation without a picture: what teaches the language model to read descriptions and requests. */
export interface WrittenDialogue {
  readonly turns: readonly Turn[];
  /** The scenes that the words are about. */
  readonly about: readonly Scene[];
}

/** A question about a description. */
export function planReading(context: PlanContext): WrittenDialogue | null {
  const { rng, language } = context;
  const kind = rng.pick(questionKinds.filter((candidate) => candidate !== 'caption'));
  const scene = drawScene(context, picturesFor(context, kind));
  const turn = questionPlanners[kind](context, scene);
  if (!turn) return null;
  const text = language.caption(rng, { ...fullContent(scene), embedded: true });
  return { turns: [{ ...turn, question: `${text}\n${turn.question}` }], about: [scene] };
}

/** A description and a request; the answer describes the result. */
export function planApplying(context: PlanContext): WrittenDialogue | null {
  const { rng, language } = context;
  const edit = rng.pick([
    edits.planAdd,
    edits.planRemove,
    edits.planReplace,
    edits.planRecolor,
    edits.planBackground,
    edits.planMove,
    edits.planStyle,
    edits.planText,
    edits.planCutOut,
  ])(context);
  // What is left with nothing in it has no description.
  if (!edit || edit.before.sprites.length === 0 || edit.after.sprites.length === 0) return null;
  const { before, after, instruction } = edit;
  const text = language.caption(rng, { ...fullContent(before), embedded: true });
  const turn = { question: `${text}\n${instruction}`, ...describing(language, after) };
  return { turns: [turn], about: [before, after] };
}

/** The same description in the other language. */
export function planTranslating(context: PlanContext, other: Language): WrittenDialogue {
  const { rng, language } = context;
  const scene = drawScene(context);
  const content = sampleContent(rng, scene);
  const text = language.caption(rng, { ...content, embedded: true });
  const turn = {
    question: `${other.questions.translate(rng)}${text}`,
    answer: other.questions.describeAnswer(content),
    keywords: [],
  };
  return { turns: [turn], about: [scene] };
}

function describing(language: Language, scene: Scene): Omit<Turn, 'question'> {
  return { answer: language.questions.describeAnswer(fullContent(scene)), keywords: [] };
}
