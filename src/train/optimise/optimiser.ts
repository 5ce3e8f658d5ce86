import type { Value } from '#model/ir/graph';
import type { ParameterSpec } from '#model/parameters';

/** A parameter at the moment of its update, all values of its shape. */
export interface ParameterUpdate {
  readonly name: string;
  readonly spec: ParameterSpec;
  readonly parameter: Value;
  readonly gradient: Value;
  /** What the gradient is still to be multiplied with: the clipping factor, a scalar. */
  readonly gradientScale: Value;
  /** The optimiser's state for this parameter, in the order of `slots`; zeros at first. */
  readonly slots: readonly Value[];
  /** A number that is fed at every step, by its name in `scalars`. */
  readonly scalar: (name: string) => Value;
}

/**
 * A pure function from a parameter, its gradient and its state to the next of each. It builds graph values and holds
 * nothing: the state is the trainer's, which feeds it and keeps what comes out.
 */
export interface Optimiser {
  /** Names of what is kept for a parameter. Each has the parameter's shape. */
  slots(spec: ParameterSpec): readonly string[];
  /** Numbers that depend on the step alone, for all parameters. @param at step counts from 1 */
  scalars(at: { readonly learningRate: number; readonly step: number }): Readonly<Record<string, number>>;
  update(update: ParameterUpdate): { readonly parameter: Value; readonly slots: readonly Value[] };
}
