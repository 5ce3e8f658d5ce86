/**
 * @file One step of training as a single graph: forward, backward, clipping, optimiser and moving average. State goes in
 * and comes out under the same names, so that what a run gives is what the next one is fed.
 */
import { defined } from '#base/assert';
import { finishGraph, Scope, type Graph, type Value } from '#model/ir/graph';
import { Builder, type AdaptLinear } from '#model/nn/builder';
import * as t from '#model/ops/tensor';
import type { ParameterSpec } from '#model/parameters';

import { gradients } from '../autodiff/gradients.ts';
import { recomputed } from '../autodiff/recompute.ts';
import { clippingFactor, globalNorm } from '../optimise/clip.ts';
import type { Optimiser } from '../optimise/optimiser.ts';

/** What is made small, and what else is worth seeing of a batch: scalars. */
export interface Objective {
  readonly loss: Value;
  readonly metrics?: Readonly<Record<string, Value>>;
}

export interface TrainingStepOptions {
  /** The loss of one batch, with the batch's tensors as inputs of the builder. */
  readonly objective: (builder: Builder) => Objective;
  /** Which parameters are trained; the others are fed and stay as they are. */
  readonly trains: (spec: ParameterSpec) => boolean;
  readonly optimiser: Optimiser;
  /** Largest norm of all gradients together; null for no limit. */
  readonly clipNorm: number | null;
  /** Whether a moving average of the parameters is kept too. */
  readonly average: boolean;
  /** Batches whose gradients are averaged for one update. */
  readonly accumulation: number;
  readonly adapt?: AdaptLinear | undefined;
  /** Which values of the forward pass stay in memory for the backward one; the rest is computed again. All if not given. */
  readonly keeps?: ((value: Value) => boolean) | undefined;
}

/** Graph, and the names by which it is fed and read. State names serve for both directions. */
export interface TrainingStep {
  readonly graph: Graph;
  /** Every parameter of the graph, trained or not. */
  readonly parameters: ReadonlyMap<string, ParameterSpec>;
  /** The trained ones that the loss depends on. */
  readonly trained: readonly string[];
  /** Fed and given at every run: tensors of zeros at first, but for the averages, which start as the parameters. */
  readonly state: readonly StateTensor[];
}

export interface StateTensor {
  /** `<slot>:<parameter>`, or the parameter's own name. */
  readonly name: string;
  readonly parameter: string;
  readonly slot: string | null;
}

/** Slot of the moving averages, and of the sums of gradients while they are accumulated. */
export const AVERAGE = 'ema';
export const GRADIENT_SUM = 'sum';
/** Fed at every update if averages are kept: the share of the new parameters in them. */
export const AVERAGE_SHARE = 'averageShare';

export function stateName(slot: string | null, parameter: string): string {
  return slot === null ? parameter : `${slot}:${parameter}`;
}

/** Under which a tensor of the state comes out. */
export function nextName(state: string): string {
  return `next ${state}`;
}

export function metricName(metric: string): string {
  return `metric ${metric}`;
}

/** The step that ends in an update of the parameters; with accumulation, it takes the sums of the batches before. */
export function buildUpdateStep(options: TrainingStepOptions): TrainingStep {
  const { optimiser, accumulation } = options;
  const step = differentiate(options);
  const { builder, outputs } = step;
  const { scope } = builder;
  const scalar = (name: string) => scope.input(name, 'f32', []);
  const state: StateTensor[] = [];
  const slotValue = (slot: string, { name, parameter }: Trained): Value => {
    state.push({ name: stateName(slot, name), parameter: name, slot });
    return scope.input(stateName(slot, name), parameter.dtype, parameter.shape);
  };

  const trained = step.trained.map((entry) => {
    const gradient = accumulation > 1 ? t.add(slotValue(GRADIENT_SUM, entry), entry.gradient) : entry.gradient;
    return { ...entry, gradient };
  });
  // Gradients of a mean over all batches; the factor is applied where clipping's is.
  const share = 1 / accumulation;
  const sumNorm = globalNorm(trained.map(({ gradient }) => gradient));
  const norm = accumulation > 1 ? t.mul(sumNorm, share) : sumNorm;
  const clipped = options.clipNorm === null ? t.full(scope, 'f32', 1) : clippingFactor(norm, options.clipNorm);
  const gradientScale = accumulation > 1 ? t.mul(clipped, share) : clipped;
  outputs['gradientNorm'] = norm;

  for (const entry of trained) {
    const { name, spec, parameter, gradient } = entry;
    const slots = optimiser.slots(spec);
    const values = slots.map((slot) => slotValue(slot, entry));
    const next = optimiser.update({ name, spec, parameter, gradient, gradientScale, slots: values, scalar });
    state.push({ name, parameter: name, slot: null });
    outputs[nextName(name)] = next.parameter;
    slots.forEach((slot, i) => (outputs[nextName(stateName(slot, name))] = defined(next.slots[i], slot)));
    if (options.average) {
      const average = slotValue(AVERAGE, entry);
      const moved = t.add(average, t.mul(t.sub(next.parameter, average), scalar(AVERAGE_SHARE)));
      outputs[nextName(stateName(AVERAGE, name))] = moved;
    }
  }
  return finish(step, state, options);
}

/** The step that only adds a batch's gradients to the sums. */
export function buildAccumulationStep(options: TrainingStepOptions): TrainingStep {
  const step = differentiate(options);
  const { scope } = step.builder;
  const state = step.trained.map(({ name, parameter, gradient }) => {
    const sum = stateName(GRADIENT_SUM, name);
    step.outputs[nextName(sum)] = t.add(scope.input(sum, parameter.dtype, parameter.shape), gradient);
    return { name: sum, parameter: name, slot: GRADIENT_SUM };
  });
  return finish(step, state, options);
}

interface Trained {
  readonly name: string;
  readonly spec: ParameterSpec;
  readonly parameter: Value;
  readonly gradient: Value;
}

interface Differentiated {
  readonly builder: Builder;
  readonly trained: readonly Trained[];
  readonly outputs: Record<string, Value>;
}

function differentiate({ objective, trains, adapt }: TrainingStepOptions): Differentiated {
  // Norms, activations and rotations have closed-form gradients; attention is built from products.
  const builder = new Builder(new Scope(), { fused: true, fusedAttention: false, ...(adapt && { adapt }) });
  const { loss, metrics = {} } = objective(builder);
  const used = finishGraph({ loss }).parameters;
  const candidates = [...used].flatMap(([name, parameter]) => {
    const spec = defined(builder.parameters.get(name), name);
    return trains(spec) ? [{ name, spec, parameter }] : [];
  });
  const made = gradients(
    loss,
    candidates.map(({ parameter }) => parameter),
  );
  const outputs: Record<string, Value> = { loss };
  for (const [name, value] of Object.entries(metrics)) outputs[metricName(name)] = value;
  return {
    builder,
    outputs,
    trained: candidates.flatMap((candidate, i) => (made[i] ? [{ ...candidate, gradient: made[i] }] : [])),
  };
}

function finish(
  { builder, trained, outputs }: Differentiated,
  state: readonly StateTensor[],
  { keeps }: TrainingStepOptions,
): TrainingStep {
  return {
    graph: finishGraph(keeps ? recomputed(defined(outputs['loss']), outputs, keeps) : outputs),
    parameters: builder.parameters,
    trained: trained.map(({ name }) => name),
    state,
  };
}
