import type { Raster } from '#raster/raster';
import { drawEdit } from './batches/batch.ts';
import { contactSheet } from './contact-sheet.ts';
import { createRng } from './random.ts';
import { planSample } from './samples/plan-sample.ts';
import type { SampleKind, SamplePlan } from './samples/sample-plan.ts';
import type { Curriculum } from './scene/curriculum.ts';
import { renderScene } from './scene/render-scene.ts';
import type { SpriteSheet } from './sprites/sprite-sheet.ts';

export interface ShowRequest {
  readonly kind: SampleKind;
  readonly count: number;
  readonly seed: number;
  readonly curriculum: Curriculum;
  /** Pixels of each picture. */
  readonly size: number;
}

export interface ShownSamples {
  /** The samples in rows; an edit's source, target and mask side by side. Absent for kinds without pictures. */
  readonly picture?: Raster;
  /** The words of each, in the same order. */
  readonly texts: readonly string[];
}

/** Some samples as training draws them, to be looked at. */
export function showSamples(request: ShowRequest, sheet: SpriteSheet): ShownSamples {
  const { kind, count, seed, curriculum, size } = request;
  const plans = Array.from({ length: count }, (_, index) =>
    planSample(createRng(seed, 'sample', index), { kind, curriculum, split: 'training' }),
  );
  const pictures = plans.flatMap((plan) => picturesOf(plan, sheet, size));
  const texts = plans.map(wordsOf);
  if (pictures.length === 0) return { texts };
  const perSample = pictures.length / count;
  const columns = perSample * Math.max(1, Math.round(Math.sqrt(count / perSample)));
  return { texts, picture: contactSheet(pictures, { columns }) };
}

function picturesOf(plan: SamplePlan, sheet: SpriteSheet, size: number): Raster[] {
  switch (plan.family) {
    case 'language':
      return [];
    case 'understanding':
      return [renderScene(plan.picture, sheet, size)];
    case 'generation':
      return [renderScene(plan.target, sheet, size)];
    case 'edit': {
      const { source, target, mask } = drawEdit(plan, sheet, size);
      return [source, target, mask];
    }
  }
}

function wordsOf(plan: SamplePlan): string {
  switch (plan.family) {
    case 'language':
    case 'understanding':
      return plan.turns.map(({ question, answer }) => `${question} → ${answer}`).join(' | ');
    case 'generation':
      return plan.prompt;
    case 'edit':
      return plan.instruction;
  }
}
