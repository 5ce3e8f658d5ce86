import type { Graph, Node, TensorData, Value } from '../ir/graph.ts';
import type { DType, TensorType } from '../ir/tensor-type.ts';
import type { OpKind } from '../ops/attributes.ts';
import type { Emitter } from '../ops/op-definition.ts';
import { opTable } from '../ops/op-table.ts';
import { filled } from '../ops/literal.ts';
import { encodeModel, type ExternalData, type OnnxInitializer, type OnnxNode } from './model-proto.ts';

/** Where a parameter's elements are: in the model itself, in a file beside it, or fed at every run. */
export type ParameterData = TensorData | ExternalData | 'fed';

/**
 * The graph as the bytes of an ONNX model. `locate` says for every parameter where its data lies; parameters that are
 * `fed` become inputs of the session, after the graph's own.
 */
export function emitOnnx(graph: Graph, locate: (name: string, type: TensorType) => ParameterData): Uint8Array {
  const initializers: OnnxInitializer[] = [];
  const nodes: OnnxNode[] = [];
  const inputs = [...graph.inputs].map(([name, value]) => named(name, value));
  const names = new Map<Value, string>();
  for (const [name, value] of graph.inputs) names.set(value, name);
  for (const [name, value] of graph.parameters) {
    names.set(value, name);
    const data = locate(name, value);
    if (data === 'fed') inputs.push(named(name, value));
    else initializers.push({ ...named(name, value), data: ArrayBuffer.isView(data) ? bytesOf(data) : data });
  }

  let counter = 0;
  const constants = new Map<string, string>();
  const constant = (dtype: DType, shape: readonly number[], data: TensorData): string => {
    const key = data.length <= 16 ? `${dtype}[${shape.join()}] ${data.join()}` : `#${counter}`;
    const existing = constants.get(key);
    if (existing !== undefined) return existing;
    const name = `$${counter++}`;
    initializers.push({ name, dtype, shape, data: bytesOf(data) });
    constants.set(key, name);
    return name;
  };
  const nameOf = (value: Value | null): string => {
    if (value === null) return '';
    const existing = names.get(value);
    if (existing !== undefined) return existing;
    const { source } = value;
    const name =
      source.kind === 'constant'
        ? constant(value.dtype, value.shape as readonly number[], source.data)
        : `%${counter++}`;
    names.set(value, name);
    return name;
  };
  const emitter: Emitter = {
    node: (opType, ins, outs, attributes = {}, domain) =>
      nodes.push({
        opType,
        domain: domain ?? '',
        inputs: withoutTrailingGaps(ins),
        outputs: withoutTrailingGaps(outs),
        attributes,
      }),
    int64s: (values) => constant('i64', [values.length], BigInt64Array.from(values, BigInt)),
    constant: (dtype, shape, values) => constant(dtype, shape, filled(dtype, values)),
    temporary: () => `%${counter++}`,
  };

  // A result that is given out bears the output's name from the start; only what has a name already is copied.
  const renamed = [...graph.outputs].filter(([name, value]) => {
    if (value.source.kind !== 'node' || names.has(value)) return true;
    names.set(value, name);
    return false;
  });
  const used = usedValues(graph);
  for (const node of graph.nodes) {
    const names = { inputs: node.inputs.map(nameOf), outputs: node.outputs.map(nameOf) };
    emitNode(
      node,
      names,
      node.outputs.map((output) => used.has(output)),
      emitter,
    );
  }
  for (const [name, value] of renamed) emitter.node('Identity', [nameOf(value)], [name]);
  const outputs = [...graph.outputs].map(([name, value]) => named(name, value));
  return encodeModel({ inputs, outputs, initializers, nodes });
}

function emitNode<K extends OpKind>(
  node: Node<K>,
  names: { readonly inputs: readonly string[]; readonly outputs: readonly string[] },
  used: readonly boolean[],
  emitter: Emitter,
): void {
  const { attributes } = node;
  opTable[node.op].emit({ attributes, ...names, inputTypes: node.inputs, outputTypes: node.outputs, used }, emitter);
}

function usedValues(graph: Graph): ReadonlySet<Value> {
  const used = new Set<Value>(graph.outputs.values());
  for (const { inputs } of graph.nodes) for (const input of inputs) if (input) used.add(input);
  return used;
}

function named(name: string, { dtype, shape }: TensorType): { name: string } & TensorType {
  return { name, dtype, shape };
}

/** ONNX leaves optional inputs and outputs at the end out rather than empty. */
function withoutTrailingGaps(inputs: readonly string[]): readonly string[] {
  return inputs.slice(0, inputs.findLastIndex((input) => input !== '') + 1);
}

function bytesOf(data: TensorData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
