import { finishGraph, type Graph, type Node, type Value } from '#model/ir/graph';
import { isFloat, printType } from '#model/ir/tensor-type';
import { emitOnnx } from '#model/onnx/emit';
import * as t from '#model/ops/tensor';

import { floats, type HostTensor, type LoadGraph } from '../runtime.ts';

/**
 * The first operation of a graph, in order, whose result holds an infinite value or none: `exp(f32[2,3]) of …`, or the
 * name of the input that does already; null when all are finite.
 */
export async function findNonFinite(
  graph: Graph,
  inputs: Readonly<Record<string, HostTensor>>,
  loadGraph: LoadGraph,
): Promise<string | null> {
  const fed = Object.entries(inputs).find(([, { dtype, data }]) => dtype === 'f32' && !isFinite(data));
  if (fed) return `the input ${fed[0]}`;
  const results = graph.nodes.flatMap((node) =>
    node.outputs.filter(({ dtype }) => isFloat(dtype)).map((output) => ({ node, output })),
  );
  if (results.length === 0) return null;
  const probes = results.map(({ output }) => probe(output));
  const probed = finishGraph({ probes: t.concat(probes, 0) });
  const session = await loadGraph(emitOnnx(probed, () => 'fed'));
  try {
    const used = Object.entries(inputs).filter(([name]) => probed.inputs.has(name) || probed.parameters.has(name));
    const values = floats((await session.run(Object.fromEntries(used)))['probes']);
    const at = values.findIndex((value) => !Number.isFinite(value));
    return at < 0 ? null : show(results[at]!.node);
  } finally {
    await session.release();
  }
}

/** One number, [1], that is finite where all of `x` is: x·0 is 0, but for what is not a number. */
function probe(x: Value): Value {
  const zeros = t.mul(t.cast(x, 'f32'), 0);
  const sum =
    x.shape.length === 0
      ? zeros
      : t.reduceSum(
          zeros,
          x.shape.map((_, axis) => axis),
          false,
        );
  return t.reshape(sum, [1]);
}

function isFinite(data: Float32Array): boolean {
  return data.every((value) => Number.isFinite(value));
}

function show({ op, inputs }: Node): string {
  const operands = inputs.map((input) => {
    if (!input) return '_';
    const { source } = input;
    const name = source.kind === 'parameter' || source.kind === 'input' ? `${source.name}: ` : '';
    return name + printType(input);
  });
  return `${op}(${operands.join(', ')})`;
}
