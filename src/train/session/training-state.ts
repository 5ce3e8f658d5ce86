/** @file All that changes while a model is trained. */
import { AppError } from '#base/app-error';
import { defined } from '#base/assert';
import type { ParameterSpec } from '#model/parameters';

import { hostTensor, type HostTensorOf } from '../runtime.ts';
import { graphShape, parameterData } from './parameter-layout.ts';
import { parametersOf, type TrainingPlan } from './training-plan.ts';
import { AVERAGE, stateName } from './training-step.ts';

/** Weights by their checkpoint names, in the checkpoint's layout. */
export type Weights = ReadonlyMap<string, Float32Array>;

export interface TrainingState {
  /** Updates made. */
  readonly step: number;
  /** Batches and samples consumed: where the data goes on. */
  readonly batches: number;
  readonly samples: number;
  /** Parameters, and what optimiser and average keep of the trained ones, by their state names; in the graph's layout. */
  readonly tensors: ReadonlyMap<string, HostTensorOf<'f32'>>;
}

/**
 * The state in front of the first step.
 * @throws AppError `checkpoint-mismatch` naming the parameters that no weights were given for, or one of another size
 */
export function startState(plan: TrainingPlan, weights: Weights): TrainingState {
  const specs = parametersOf(plan);
  const missing = [...specs.keys()].filter((name) => !weights.has(name));
  if (missing.length > 0) {
    throw new AppError(
      'checkpoint-mismatch',
      `The weights to start from lack ${missing.length} of the model's tensors, such as ${missing[0]}. Start from a checkpoint of the same configuration.`,
      { data: { tensors: missing } },
    );
  }
  const tensors = new Map<string, HostTensorOf<'f32'>>();
  for (const spec of specs.values()) {
    const start = startTensor(spec, defined(weights.get(spec.name), spec.name));
    tensors.set(spec.name, start);
    for (const slot of slotsOf(plan, spec)) {
      const data = slot === AVERAGE ? start.data : new Float32Array(start.data.length);
      tensors.set(stateName(slot, spec.name), hostTensor('f32', start.shape, data));
    }
  }
  return { step: 0, batches: 0, samples: 0, tensors };
}

/** What is kept of a parameter beside itself: nothing for one that is not trained. */
export function slotsOf({ trains, optimiser, averageDecay }: TrainingPlan, spec: ParameterSpec): readonly string[] {
  if (!trains(spec)) return [];
  return averageDecay === undefined ? optimiser.slots(spec) : [...optimiser.slots(spec), AVERAGE];
}

/** Parameters in the checkpoint's layout; with `average`, the moving averages in the place of the trained ones. */
export function weightsOf(
  plan: TrainingPlan,
  { tensors }: TrainingState,
  { average = false }: { readonly average?: boolean } = {},
): Map<string, { readonly spec: ParameterSpec; readonly data: Float32Array<ArrayBuffer> }> {
  return new Map(
    [...parametersOf(plan)].map(([name, spec]) => {
      const averaged = average ? tensors.get(stateName(AVERAGE, name)) : undefined;
      const { data } = averaged ?? defined(tensors.get(name), name);
      return [name, { spec, data: parameterData(spec, data, 'checkpoint') }];
    }),
  );
}

function startTensor(spec: ParameterSpec, data: Float32Array): HostTensorOf<'f32'> {
  const size = spec.shape.reduce((product, side) => product * side, 1);
  if (data.length !== size) {
    throw new AppError(
      'checkpoint-mismatch',
      `${spec.name} has ${data.length} weights where the model has ${size}. Start from a checkpoint of the same configuration.`,
      { data: { tensor: spec.name, found: data.length, wanted: size } },
    );
  }
  return hostTensor('f32', graphShape(spec), parameterData(spec, data, 'graph'));
}
