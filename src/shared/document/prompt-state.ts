import { z } from 'zod';

import {
  zBlobName,
  zControlMap,
  zInpaintIntent,
  zPrecision,
  zReferences,
  zSolver,
  type BlobName,
} from '#shared/contract/job-request';

/** What the prompt bar is set to do: `auto` lets the canvas decide. */
export const zTask = z.enum(['auto', 'generate', 'edit', 'inpaint', 'outpaint', 'control', 'describe']);
export type Task = z.infer<typeof zTask>;

/** Every setting of the prompt bar. Those of other tasks are kept too, so that switching back finds them. */
export const zParameters = z
  .strictObject({
    /** Package id in the model library; null takes whatever is active. */
    model: z.string().min(1).nullable(),
    precision: zPrecision.nullable(),
    /** Of a picture made from words; null is what suits the model. */
    width: z.int().min(16).max(8192).nullable(),
    height: z.int().min(16).max(8192).nullable(),
    /** How many candidates. */
    count: z.int().min(1).max(64),
    steps: z.int().min(1).max(1000),
    solver: zSolver,
    textGuidance: z.number().min(0).max(30),
    imageGuidance: z.number().min(0).max(30),
    seed: z.int().min(0).max(0xffff_ffff),
    /** Keeps the seed for the next run; otherwise each run draws a new one. */
    seedLocked: z.boolean(),
    intent: zInpaintIntent,
    strength: z.number().min(0).max(1),
    contextScale: z.number().min(1).max(8),
    keep: z.enum(['changed', 'all']),
  })
  .readonly();
export type Parameters = z.infer<typeof zParameters>;

/** A picture whose lines are to be followed, and how they are found in it. */
export const zControl = z.strictObject({ picture: zBlobName, map: zControlMap }).readonly();
export type Control = z.infer<typeof zControl>;

/** The prompt bar as the user left it: part of the document, so that undo and reopening bring it back. */
export const zPromptState = z
  .strictObject({
    task: zTask,
    prompt: z.string().max(8000),
    /** Pictures to go by, besides what is on the canvas. */
    references: zReferences.readonly().default([]),
    /** Null leaves it to the canvas. */
    control: zControl.nullable().default(null),
    parameters: zParameters,
  })
  .readonly();
export type PromptState = z.infer<typeof zPromptState>;

export const defaultPromptState: PromptState = Object.freeze({
  task: 'auto',
  prompt: '',
  references: Object.freeze([]),
  control: null,
  parameters: Object.freeze({
    model: null,
    precision: null,
    width: null,
    height: null,
    count: 1,
    steps: 25,
    solver: 'euler',
    textGuidance: 5,
    imageGuidance: 1.5,
    seed: 0,
    seedLocked: false,
    intent: 'fill',
    strength: 1,
    contextScale: 1,
    keep: 'changed',
  }),
});

/** A prompt bar of whatever was stored as one: what does not fit has its default, and nothing else is lost. */
export function repairPromptState(stored: unknown): PromptState {
  const found = z
    .looseObject({ parameters: z.looseObject({}).catch({}) })
    .catch({ parameters: {} })
    .parse(stored);
  const kept = Object.entries(zParameters.unwrap().shape).filter(([key, field]) => {
    return field.safeParse(found.parameters[key]).success;
  });
  const parameters = Object.fromEntries(kept.map(([key]) => [key, found.parameters[key]]));
  return {
    task: zTask.catch('auto').parse(found['task']),
    prompt: z.string().max(8000).catch('').parse(found['prompt']),
    references: zReferences.catch([]).parse(found['references']),
    control: zControl.nullable().catch(null).parse(found['control']),
    parameters: zParameters.parse({ ...defaultPromptState.parameters, ...parameters }),
  };
}

/** The pictures a prompt bar holds on to. */
export const promptReferences = ({ references, control }: PromptState): BlobName[] =>
  control ? [...references, control.picture] : [...references];
