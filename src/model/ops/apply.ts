import type { Value } from '../ir/graph.ts';
import { assert } from '#base/assert';
import type { OpAttributes, OpKind } from './attributes.ts';
import { opTable } from './op-table.ts';

/** Builds one operation: checks the operands, infers the result types, shares equal nodes. At least one input is needed. */
export function apply<K extends OpKind>(
  op: K,
  inputs: readonly (Value | null)[],
  attributes: OpAttributes[K],
): readonly Value[] {
  const scope = inputs.find((input) => input !== null)?.scope;
  assert(scope, `${op} has no operand`);
  let types;
  try {
    types = opTable[op].infer(inputs, attributes);
  } catch (error) {
    throw new TypeError(`${op}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  return scope.node(op, attributes, inputs, types);
}

/** `apply` for the operations with a single result. */
export function apply1<K extends OpKind>(op: K, inputs: readonly (Value | null)[], attributes: OpAttributes[K]): Value {
  const [value] = apply(op, inputs, attributes);
  assert(value, `${op} has a result`);
  return value;
}
