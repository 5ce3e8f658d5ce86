import { sampleContent } from '../language/describe.ts';
import { groupsOf } from '../scene/facts.ts';
import type { Scene } from '../scene/scene.ts';
import { type PlanContext, drawScene } from './planner.ts';
import type { PictureRecipe } from './sample-plan.ts';

/** Edits whose source is not a scene, or not one like the target. Each returns null when its draw did not fit. */
export type PictureEdit = (context: PlanContext) => {
  readonly instruction: string;
  readonly source: PictureRecipe;
  readonly target: Scene;
} | null;

export const planDenoise: PictureEdit = (context) => {
  const { rng, language } = context;
  const scene = drawScene(context);
  const sigma = rng.between(0.06, 0.24);
  const source = { kind: 'noisy', scene, sigma, seed: rng.bits() } as const;
  return { instruction: language.instruct(rng, 'denoise'), source, target: scene };
};

export const planDeblur: PictureEdit = (context) => {
  const { rng, language } = context;
  const scene = drawScene(context);
  const source = { kind: 'blurred', scene, sigma: rng.between(0.012, 0.03) } as const;
  return { instruction: language.instruct(rng, 'deblur'), source, target: scene };
};

/** Colours that nobody could guess from the greys are told. */
export const planColorize: PictureEdit = (context) => {
  const { rng, language } = context;
  const scene = drawScene(context);
  const guessable = !('color' in scene.background) && scene.sprites.every(({ paint }) => !paint);
  const told = guessable ? rng.chance(0.3) : rng.chance(0.8);
  const instruction = told
    ? language.instruct(rng, 'colorize-as', { caption: embeddedCaption(context, scene) })
    : language.instruct(rng, 'colorize');
  return { instruction, source: { kind: 'grey', scene }, target: scene };
};

/** One thing shown on its own, to appear again, looking the same, in another scene. */
export const planSubjectReference: PictureEdit = (context) => {
  const { rng, language } = context;
  const target = drawScene(context, { labelled: false });
  const subject = rng.pick(groupsOf(target)).look;
  const portrait = drawScene(context, {
    layout: 'single',
    style: target.style,
    background: 'plain',
    labelled: false,
    objects: [subject.object],
    paints: [subject.paint ?? null],
  });
  const caption = embeddedCaption(context, target, { style: true, colorOf: subject.object });
  const slots = { name: language.name(rng, subject.object), this: language.thisThing(subject.object), caption };
  return {
    instruction: language.instruct(rng, 'subject-reference', slots),
    source: { kind: 'scene', scene: portrait },
    target,
  };
};

/** A scene of other things in the style that the target shall have. */
export const planStyleReference: PictureEdit = (context) => {
  const { rng, language } = context;
  const target = drawScene(context);
  const shown = drawScene(context, { style: target.style, labelled: false });
  const caption = embeddedCaption(context, target, { style: true });
  return {
    instruction: language.instruct(rng, 'style-reference', { caption }),
    source: { kind: 'scene', scene: shown },
    target,
  };
};

/** Edges, or now and then soft lines: the maps that the control pipeline makes. */
export const planCanny: PictureEdit = (context) => {
  const kind = context.rng.chance(0.25) ? 'lines' : 'canny';
  return fromMap(context, kind, drawScene(context));
};

export const planDepth: PictureEdit = (context) => fromMap(context, 'depth', drawScene(context, { labelled: false }));

function fromMap(context: PlanContext, kind: 'canny' | 'lines' | 'depth', target: Scene): ReturnType<PictureEdit> {
  const instruction = context.language.instruct(context.rng, kind === 'depth' ? 'depth' : 'canny', {
    caption: embeddedCaption(context, target),
  });
  return { instruction, source: { kind, scene: target }, target };
}

/** A caption that is part of a request. */
export function embeddedCaption(
  { rng, language }: PlanContext,
  scene: Scene,
  omit: Parameters<typeof sampleContent>[2] = {},
): string {
  return language.caption(rng, { ...sampleContent(rng, scene, omit), embedded: true });
}
