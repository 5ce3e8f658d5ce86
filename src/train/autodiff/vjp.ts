import type { Value } from '#model/ir/graph';
import type { OpAttributes, OpKind } from '#model/ops/attributes';

/** What a rule sees of the node it goes backward through. */
export interface Backward<K extends OpKind> {
  readonly attributes: OpAttributes[K];
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
  /** The gradient of the loss with respect to the first output, of that output's type. */
  readonly gradient: Value;
  /** The same for every output; null where the loss does not depend on it. */
  readonly gradients: readonly (Value | null)[];
}

/**
 * The vector-Jacobian product of an operation: gradients with respect to its inputs, in their order and of their types.
 * `null`, or nothing, says that the loss does not depend on an input, or not differentiably (indices, conditions).
 * Gradients that nobody asked for cost nothing: what is not used is not part of the finished graph.
 */
export type Vjp<K extends OpKind> = (step: Backward<K>) => readonly (Value | null)[];

/** A rule for every operation, or the statement that there is none: then a gradient that arrives there is an error. */
export type VjpTable<Kinds extends OpKind> = { readonly [K in Kinds]: Vjp<K> | 'not differentiable' };

/** The rule of operations that are constant almost everywhere, or whose results are not numbers: nothing flows back. */
export function flat(): readonly null[] {
  return [];
}
