import { guideByText, guideEdit } from '#model/ovis/sampling/guidance';
import type { LatentSize } from '#model/ovis/sampling/latent-tokens';
import type { SolverName } from '#model/ovis/sampling/solvers';
import { timesteps } from '#model/ovis/sampling/timesteps';

import type { RefinedCondition } from './condition.ts';
import { decoderBranch, type ContextTokens } from './decoder.ts';
import { denoise, type DenoiseOptions, type Velocity } from './denoise.ts';
import type { OvisModel } from './ovis-model.ts';

export interface SampleSettings {
  /** Latent cells of the picture. */
  readonly size: LatentSize;
  readonly steps: number;
  readonly solver: SolverName;
  /** Packed standard normal noise: what the picture is made of. */
  readonly noise: Float32Array;
  /** How closely the words are followed. */
  readonly textGuidance: number;
}

export interface EditSettings extends SampleSettings {
  /** How closely the source picture is kept. */
  readonly imageGuidance: number;
}

/** A run that does not begin with noise alone. */
export interface LateStart {
  /** The steps before this one are left out. */
  readonly step: number;
  /** Packed latents at the time that step begins. */
  readonly latents: Float32Array;
}

export type SampleHooks = Pick<DenoiseOptions, 'constrain' | 'onStep' | 'signal'>;

/** Text to packed latents. A guidance of 1 needs no unconditional branch, which halves the work. */
export async function sampleGeneration(
  model: OvisModel,
  conditions: { readonly conditional: RefinedCondition; readonly unconditional: RefinedCondition },
  settings: SampleSettings,
  hooks: SampleHooks = {},
): Promise<Float32Array> {
  const { size, textGuidance } = settings;
  const conditional = await decoderBranch(model, conditions.conditional, size);
  const unconditional = await decoderBranch(model, conditions.unconditional, size);
  const velocity: Velocity = async (latents, t) => {
    const toward = await conditional(latents, t);
    return textGuidance === 1 ? toward : guideByText(await unconditional(latents, t), toward, textGuidance);
  };
  return denoise(settings.noise, { ...hooks, ...schedule(model, settings), velocity });
}

/** The three conditions of an edit; see `EditVelocities`. */
export interface EditConditions {
  readonly none: RefinedCondition;
  readonly image: RefinedCondition;
  readonly full: RefinedCondition;
}

/** A source picture and an instruction to packed latents. Branches that the scales cancel out are not computed. */
export async function sampleEdit(
  model: OvisModel,
  conditions: EditConditions,
  source: ContextTokens,
  settings: EditSettings,
  hooks: SampleHooks = {},
  start: LateStart = { step: 0, latents: settings.noise },
): Promise<Float32Array> {
  const { size, textGuidance, imageGuidance } = settings;
  const none = await decoderBranch(model, conditions.none, size);
  const image = await decoderBranch(model, conditions.image, size, [source]);
  const full = await decoderBranch(model, conditions.full, size, [source]);
  const velocity: Velocity = async (latents, t) => {
    const toward = await full(latents, t);
    if (textGuidance === 1 && imageGuidance === 1) return toward;
    const kept = textGuidance === imageGuidance ? toward : await image(latents, t);
    const free = imageGuidance === 1 ? toward : await none(latents, t);
    return guideEdit({ none: free, image: kept, full: toward }, { image: imageGuidance, text: textGuidance });
  };
  const { times, solver } = schedule(model, settings);
  return denoise(start.latents, { ...hooks, times: times.subarray(start.step), solver, velocity });
}

/** The times of a run; see `timesteps`. */
export function samplingTimes(model: OvisModel, { size, steps }: Pick<SampleSettings, 'size' | 'steps'>): Float32Array {
  return timesteps(steps, (size.rows / 2) * (size.columns / 2), model.config.decoder.schedule);
}

function schedule(model: OvisModel, settings: SampleSettings) {
  return { times: samplingTimes(model, settings), solver: settings.solver };
}
