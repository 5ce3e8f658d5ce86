import { throwIfCancelled } from '#base/abort';
import { predictClean, solverStep, startSolver, type SolverName } from '#model/ovis/sampling/solvers';

import type { Branch } from './decoder.ts';

/** One evaluation of the guided velocity, made of one to three branches. */
export type Velocity = Branch;

export interface DenoiseProgress {
  /** Steps done, from 1. */
  readonly step: number;
  readonly steps: number;
  readonly latents: Float32Array;
  /** What the finished latents look like from here. */
  readonly clean: Float32Array;
}

export interface DenoiseOptions {
  /** Falling from 1 to 0, steps + 1 of them. */
  readonly times: Float32Array;
  readonly solver: SolverName;
  readonly velocity: Velocity;
  /** Puts back what must not change, after every step. @param time of the latents given */
  readonly constrain?: (latents: Float32Array, time: number) => Float32Array;
  readonly onStep?: (progress: DenoiseProgress) => void;
  readonly signal?: AbortSignal;
}

/** Moves packed latents from noise to a picture. Stops between steps when the signal aborts. */
export async function denoise(noise: Float32Array, options: DenoiseOptions): Promise<Float32Array> {
  const { times, velocity, constrain, onStep, signal } = options;
  let latents = noise;
  let state = startSolver(options.solver);
  const steps = times.length - 1;
  for (let i = 0; i < steps; i++) {
    throwIfCancelled(signal);
    const from = times[i]!;
    const to = times[i + 1]!;
    const v = await velocity(latents, from);
    const clean = predictClean(latents, v, from);
    ({ latents, state } = solverStep(state, { latents, velocity: v, from, to }));
    if (constrain) latents = constrain(latents, to);
    onStep?.({ step: i + 1, steps, latents, clean });
  }
  throwIfCancelled(signal);
  return latents;
}
