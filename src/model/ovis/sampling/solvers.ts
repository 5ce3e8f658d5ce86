import { assertNever } from '#base/assert';

/**
 * How latents are moved along the velocity the decoder gives. Both ask for one velocity per step.
 * - `euler` is the reference's: first order.
 * - `multistep` also uses the velocity of the step before (Adams–Bashforth of second order for steps of any lengths):
 *   about half the steps for the same error.
 */
export type SolverName = 'euler' | 'multistep';

/** What a solver remembers between steps. Plain data: a run can be stopped, copied and continued from it. */
export interface SolverState {
  readonly name: SolverName;
  readonly previous: { readonly velocity: Float32Array; readonly step: number } | null;
}

/** One step of a run: where the latents are, what the decoder says there, and the times it leads from and to. */
export interface SolverStep {
  readonly latents: Float32Array;
  readonly velocity: Float32Array;
  readonly from: number;
  readonly to: number;
}

/**
 * A step this much longer than the one before it extrapolates no further. The schedules of ordinary pictures stay below
 * 1.2; those of huge ones start with steps near the resolution of f32, whose velocities differ by rounding alone.
 */
const LARGEST_STEP_RATIO = 4;

export function startSolver(name: SolverName): SolverState {
  return { name, previous: null };
}

/** The latents at time `to`, and the state for the next step. Inputs are not written to; `velocity` is kept. */
export function solverStep(
  state: SolverState,
  { latents, velocity, from, to }: SolverStep,
): { readonly latents: Float32Array; readonly state: SolverState } {
  const step = to - from;
  const next = latents.map((x, i) => x + step * velocity[i]!);
  switch (state.name) {
    case 'euler':
      return { latents: next, state };
    case 'multistep': {
      if (state.previous && state.previous.step !== 0) {
        // The straight line through the last two velocities, integrated over the step.
        const ratio = Math.min(step / state.previous.step, LARGEST_STEP_RATIO);
        const weight = (step * ratio) / 2;
        const before = state.previous.velocity;
        for (let i = 0; i < next.length; i++) next[i] = next[i]! + weight * (velocity[i]! - before[i]!);
      }
      return { latents: next, state: { name: 'multistep', previous: { velocity, step } } };
    }
    default:
      return assertNever(state.name);
  }
}

/** What the decoder believes the finished latents to be, seen from time `t`: x − t · v. For previews. */
export function predictClean(latents: Float32Array, velocity: Float32Array, t: number): Float32Array {
  return latents.map((x, i) => x - t * velocity[i]!);
}
