import { finishGraph, type Node, type Value } from '#model/ir/graph';
import { isFloat } from '#model/ir/tensor-type';
import { apply } from '#model/ops/apply';
import * as t from '#model/ops/tensor';

/**
 * The same results with fewer activations in memory: what a backward pass needs of the forward one, but for the kept
 * values, is computed again from those when its turn comes.
 *
 * @param loss end of the forward pass
 * @param outputs what is wanted: gradients of the loss, and whatever is made of them
 * @param keeps which values of the forward pass stay in memory, such as the outputs of blocks; inputs and parameters do
 *   anyway
 */
export function recomputed(
  loss: Value,
  outputs: Readonly<Record<string, Value>>,
  keeps: (value: Value) => boolean,
): Record<string, Value> {
  const forward = new Set<Node>(finishGraph({ loss }).nodes);
  const again = new Map<Value, Value>();
  const rebuilt = new Map<Value, Value>();

  const rebuild = (node: Node, target: Map<Value, Value>, map: (input: Value) => Value) => {
    const made = apply(
      node.op,
      node.inputs.map((input) => input && map(input)),
      node.attributes,
    );
    node.outputs.forEach((output, i) => target.set(output, made[i]!));
  };
  /** A forward value for a node that comes after `after`. */
  const recall = (value: Value, after: Value): Value => {
    for (const node of pathFrom(value, again, (input) => isKept(input, keeps))) {
      rebuild(node, again, (input) => {
        if (input.source.kind === 'parameter' || input.source.kind === 'constant' || !isFloat(input.dtype))
          return input;
        const known = again.get(input) ?? delayed(input, after);
        again.set(input, known);
        return known;
      });
    }
    return again.get(value)!;
  };

  // What was computed last before a value is needed again: an order in which its turn is not before that.
  let latest: Value | undefined;
  for (const node of finishGraph(outputs).nodes) {
    if (forward.has(node)) continue;
    rebuild(node, rebuilt, (input) => {
      const isForward = input.source.kind === 'node' && forward.has(input.source.node);
      if (!isForward) return rebuilt.get(input) ?? input;
      return isKept(input, keeps) || !latest ? input : recall(input, latest);
    });
    latest = rebuilt.get(node.outputs[0]!);
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, rebuilt.get(value) ?? value]));
}

function isKept(value: Value, keeps: (value: Value) => boolean): boolean {
  return value.source.kind !== 'node' || keeps(value);
}

/** The nodes that make a value from kept and known ones, in order. */
function pathFrom(value: Value, known: ReadonlyMap<Value, Value>, isKept: (value: Value) => boolean): Node[] {
  const path: Node[] = [];
  const visited = new Set<Node>();
  const pending: { value: Value; ready: boolean }[] = [{ value, ready: false }];
  for (let item = pending.pop(); item; item = pending.pop()) {
    const { source } = item.value;
    if (source.kind !== 'node') continue;
    if (item.ready) path.push(source.node);
    else if (!visited.has(source.node) && !known.has(item.value)) {
      visited.add(source.node);
      pending.push({ value: item.value, ready: true });
      for (const input of source.node.inputs) if (input && !isKept(input)) pending.push({ value: input, ready: false });
    }
  }
  return path;
}

/**
 * `value` as something that is known only after `after`: so that what is computed from it is neither shared with the forward
 * pass, by us or by the runtime, nor computed early.
 */
function delayed(value: Value, after: Value): Value {
  const corner = after.shape.reduce((rest, _, axis) => t.slice(rest, axis, 0, 1), after);
  return t.add(value, t.mul(t.reshape(corner, []), 0));
}
