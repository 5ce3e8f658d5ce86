/** @file Reverse-mode differentiation as a graph transformation: values in, values that compute gradients out. */
import { finishGraph, type Node, type Value } from '#model/ir/graph';
import { elementCount, isFloat, printType, sameType } from '#model/ir/tensor-type';
import type { OpKind } from '#model/ops/attributes';
import * as t from '#model/ops/tensor';

import type { Vjp } from './vjp.ts';
import { vjps } from './vjps.ts';

/**
 * Builds the gradients of a loss in the loss's own scope, where they share every sub-expression with the forward graph.
 *
 * Only nodes between `wrt` and the loss are visited, in one pass against their order, so depth does not matter. Where a
 * value is used more than once its gradients are added.
 *
 * @param loss a single element
 * @param wrt parameters, inputs or values in between
 * @returns for each of `wrt` a value of its type, or null where the loss does not depend on it (which is not the same as
 *   a gradient of zeros: an optimiser leaves such a parameter alone)
 * @throws Error when the only way leads through an operation without a derivative
 */
export function gradients(loss: Value, wrt: readonly Value[]): (Value | null)[] {
  if (!isFloat(loss.dtype) || elementCount(loss.shape) !== 1) {
    throw new TypeError(`A loss is one floating-point number, not ${printType(loss)}`);
  }
  const { path, variable } = pathTo(loss, wrt);
  const total = new Map<Value, Value>([[loss, t.full(loss.scope, loss.dtype, 1, loss.shape as number[])]]);
  for (const node of path.toReversed()) {
    const arrived = node.outputs.map((output) => total.get(output) ?? null);
    if (arrived.every((gradient) => gradient === null)) continue;
    const contributions = backward(node, arrived);
    node.inputs.forEach((input, index) => {
      const contribution = contributions[index];
      if (!input || !contribution || !variable.has(input)) return;
      if (!sameType(contribution, input)) {
        throw new Error(`The rule of ${show(node)} gives operand ${index} a gradient ${printType(contribution)}`);
      }
      const sum = total.get(input);
      total.set(input, sum ? t.add(sum, contribution) : contribution);
    });
  }
  return wrt.map((value) => total.get(value) ?? null);
}

/** The nodes through which the loss depends on `wrt`, in order, and every value that does. */
function pathTo(loss: Value, wrt: readonly Value[]): { path: readonly Node[]; variable: ReadonlySet<Value> } {
  const variable = new Set(wrt);
  const path: Node[] = [];
  for (const node of finishGraph({ loss }).nodes) {
    if (!node.inputs.some((input) => input && variable.has(input))) continue;
    path.push(node);
    for (const output of node.outputs) if (isFloat(output.dtype)) variable.add(output);
  }
  return { path, variable };
}

function backward<K extends OpKind>(node: Node<K>, arrived: readonly (Value | null)[]): readonly (Value | null)[] {
  // The table is checked to hold the rule of K under K; the compiler cannot follow that through an index.
  const rule = vjps[node.op] as Vjp<K> | 'not differentiable';
  if (rule === 'not differentiable') throw new Error(`${show(node)} is not differentiable, and the loss depends on it`);
  const { attributes, inputs, outputs } = node;
  const gradient = arrived[0] ?? zerosLike(outputs[0]!);
  return rule({ attributes, inputs, outputs, gradient, gradients: arrived });
}

function zerosLike(value: Value): Value {
  return t.expand(t.full(value.scope, value.dtype, 0), value.shape);
}

function show({ op, inputs }: Node): string {
  return `${op}(${inputs.map((input) => (input ? printType(input) : '_')).join(', ')})`;
}
