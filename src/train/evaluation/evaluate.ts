/** @file What a model can do, in numbers: on combinations that training never showed, judged by a network of its own. */
import { throwIfCancelled } from '#base/abort';
import type { Raster } from '#raster/raster';

import { drawEdit } from '../data/batches/batch.ts';
import { editTests, generationTests, questionTests } from '../data/evaluation/tests.ts';
import { verdict } from '../data/evaluation/wanted.ts';
import { createRng } from '../data/random.ts';
import type { EditKind, Turn } from '../data/samples/sample-plan.ts';
import { curricula } from '../data/scene/curriculum.ts';
import { renderScene } from '../data/scene/render-scene.ts';
import { sampleScene } from '../data/scene/sample-scene.ts';
import type { SpriteSheet } from '../data/sprites/sprite-sheet.ts';
import { abilities, type Ability } from './abilities.ts';
import type { EvaluatedModel } from './evaluated-model.ts';
import type { Judge } from './judge/judge.ts';
import { preservation, psnr } from './preservation.ts';

export interface EvaluateOptions {
  readonly judge: Judge;
  readonly sheet: SpriteSheet;
  /** Tests of every category and kind. */
  readonly tests: number;
  readonly only: Ability | null;
  readonly signal: AbortSignal;
  readonly onResult: (result: TestResult) => void;
}

/** One test. */
export interface TestResult {
  readonly ability: Ability;
  /** Category of generation, kind of edit or question. */
  readonly kind: string;
  readonly passed: boolean;
  /** Whether the judge passes a picture that is known to be right; null where it is not asked. */
  readonly isJudgeable: boolean | null;
  /** What went wrong, or what was said. */
  readonly note: string;
  /** Of edits: how exactly everything outside the edit was kept, in dB; of the VAE, everything. */
  readonly psnr: number | null;
  /** What was given and what was made, to be looked at. */
  readonly pictures: readonly Raster[];
  readonly prompt: string;
}

/** Outside the edit, a picture counts as kept from here on, in dB. */
const KEPT_PSNR = 20;

const restoring: ReadonlySet<EditKind> = new Set(['denoise', 'deblur']);

const testsOf: Record<Ability, (model: EvaluatedModel, options: EvaluateOptions) => Promise<void>> = {
  vae: evaluateVae,
  generation: evaluateGeneration,
  question: evaluateQuestions,
  edit: evaluateEdits,
};

/** Every ability in turn, or the one that is asked for; the same model and options give the same results. */
export async function evaluate(model: EvaluatedModel, options: EvaluateOptions): Promise<void> {
  for (const ability of abilities) {
    if (options.only === null || options.only === ability) await testsOf[ability](model, options);
  }
}

async function evaluateGeneration(model: EvaluatedModel, options: EvaluateOptions): Promise<void> {
  for (const [index, test] of generationTests(options.tests).entries()) {
    throwIfCancelled(options.signal);
    const picture = await model.generate(test.prompt, index);
    const judged = verdict(test.wanted, await options.judge.look(picture));
    const example = renderScene(test.example, options.sheet, model.side);
    options.onResult({
      ability: 'generation',
      kind: test.category,
      passed: judged.met,
      isJudgeable: verdict(test.wanted, await options.judge.look(example)).met,
      note: judged.met ? '' : judged.reason,
      psnr: null,
      pictures: [picture],
      prompt: test.prompt,
    });
  }
}

async function evaluateEdits(model: EvaluatedModel, options: EvaluateOptions): Promise<void> {
  for (const [index, { plan, wanted }] of editTests(options.tests).entries()) {
    throwIfCancelled(options.signal);
    const { source, target, mask } = drawEdit(plan, options.sheet, model.side);
    const result = await model.edit(plan.instruction, source, index);
    const judged = verdict(wanted, await options.judge.look(result));
    // What is restored is changed everywhere, into something that is known exactly.
    const kept = restoring.has(plan.kind) ? psnr(result, target) : preservation(result, target, mask);
    const isKept = kept === null || kept >= KEPT_PSNR;
    options.onResult({
      ability: 'edit',
      kind: plan.kind,
      passed: judged.met && isKept,
      isJudgeable: verdict(wanted, await options.judge.look(target)).met,
      note: judged.met ? (isKept ? '' : `not kept: ${kept.toFixed(1)} dB`) : judged.reason,
      psnr: kept,
      pictures: [source, result, target],
      prompt: plan.instruction,
    });
  }
}

async function evaluateQuestions(model: EvaluatedModel, options: EvaluateOptions): Promise<void> {
  for (const { kind, picture: scene, turns } of questionTests(options.tests)) {
    throwIfCancelled(options.signal);
    const picture = renderScene(scene, options.sheet, model.side);
    const turn = turns[0]!;
    const answer = await model.answer(turn.question, picture);
    options.onResult({
      ability: 'question',
      kind,
      passed: answers(turn, answer),
      isJudgeable: null,
      note: answer,
      psnr: null,
      pictures: [picture],
      prompt: turn.question,
    });
  }
}

async function evaluateVae(model: EvaluatedModel, options: EvaluateOptions): Promise<void> {
  for (let index = 0; index < options.tests; index++) {
    throwIfCancelled(options.signal);
    const scene = sampleScene(createRng(0, 'evaluation', 'vae', index), curricula.scenes);
    const picture = renderScene(scene, options.sheet, model.side);
    const back = await model.reconstruct(picture);
    options.onResult({
      ability: 'vae',
      kind: 'reconstruction',
      passed: psnr(picture, back) >= 30,
      isJudgeable: null,
      note: '',
      psnr: psnr(picture, back),
      pictures: [picture, back],
      prompt: '',
    });
  }
}

/** Everything that a right answer cannot miss is said; where nothing in particular is, the answer is the expected one. */
export function answers({ answer: expected, keywords }: Turn, answer: string): boolean {
  const said = answer.trim().toLowerCase();
  if (keywords.length === 0) return said === expected.trim().toLowerCase();
  return keywords.every((keyword) => said.includes(keyword.toLowerCase()));
}
