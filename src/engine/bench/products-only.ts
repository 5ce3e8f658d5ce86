import { isFloat, printType } from '#model/ir/tensor-type';
import { finishGraph, Scope, type Graph, type Node, type Value } from '#model/ir/graph';
import type { OpKind } from '#model/ops/attributes';
import { apply } from '#model/ops/apply';
import * as t from '#model/ops/tensor';

import { isProduct } from './graph-cost.ts';

/**
 * A graph that does the products of another and nothing else: the same operations on the same weights, each fed with an
 * input of the right shape. What a run takes beyond this is overhead.
 */
export function productsOnly(graph: Graph): Graph {
  const scope = new Scope();
  // Every product has inputs of its own, for equal ones (attention in blocks of one shape) would be done once.
  const corners = graph.nodes.filter(isProduct).map((node, index) => corner(rebuild(scope, node, `#${index}`)));
  return finishGraph({ done: t.concat(corners, 0) });
}

function rebuild<K extends OpKind>(scope: Scope, node: Node<K>, suffix: string): Value {
  const inputs = node.inputs.map((input) => input && standIn(scope, input, suffix));
  return apply(node.op, inputs, node.attributes)[0]!;
}

/** Weights stay weights; floats that are computed become inputs, one for each type and product. */
function standIn(scope: Scope, value: Value, suffix: string): Value {
  const { source, dtype, shape } = value;
  switch (source.kind) {
    case 'parameter':
      return scope.parameter(source.name, dtype, shape);
    case 'constant':
      return scope.constant(dtype, shape as readonly number[], source.data);
    case 'input':
    case 'node': {
      const weights = weightBehind(value);
      if (weights) return t.cast(scope.parameter(weights.name, weights.dtype, shape), dtype);
      // Lengths and indices have to be right: they are computed as they were.
      if (!isFloat(dtype) && source.kind === 'node') return rebuild(scope, source.node, suffix);
      return scope.input(printType(value) + suffix, dtype, shape);
    }
  }
}

/** The stored weight that a value is a cast of, which onnxruntime folds away when it loads. */
function weightBehind(value: Value): { name: string; dtype: Value['dtype'] } | undefined {
  if (value.source.kind !== 'node' || value.source.node.op !== 'cast') return undefined;
  const from = value.source.node.inputs[0]!;
  return from.source.kind === 'parameter' ? { name: from.source.name, dtype: from.dtype } : undefined;
}

/** One element of a result, so that it is computed but not copied out. */
function corner(value: Value): Value {
  let x = value;
  for (const axis of value.shape.keys()) x = t.slice(x, axis, 0, 1);
  return t.reshape(x, [1]);
}
