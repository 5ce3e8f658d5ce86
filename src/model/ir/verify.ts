import { opTable } from '../ops/op-table.ts';
import type { OpKind } from '../ops/attributes.ts';
import { elementCount, printType, sameType, type TensorType } from './tensor-type.ts';
import type { Graph, Node, Value } from './graph.ts';

/**
 * Checks what every pass must keep true: nodes come after what they use, types are what the op table infers, constants
 * hold as many elements as their shape says, and all inputs and parameters are listed. Throws on the first violation.
 */
export function verifyGraph(graph: Graph): void {
  const made = new Set<Value>();
  const use = (value: Value, where: string) => {
    const { source } = value;
    switch (source.kind) {
      case 'input':
        if (graph.inputs.get(source.name) !== value) throw new Error(`${where} uses the unlisted input ${source.name}`);
        return;
      case 'parameter':
        if (graph.parameters.get(source.name) !== value) {
          throw new Error(`${where} uses the unlisted parameter ${source.name}`);
        }
        return;
      case 'constant':
        if (elementCount(value.shape) !== source.data.length) {
          throw new Error(`${where} uses a constant ${printType(value)} of ${source.data.length} elements`);
        }
        return;
      case 'node':
        if (!made.has(value)) throw new Error(`${where} uses the result of ${source.node.op} before it is made`);
    }
  };

  for (const node of graph.nodes) {
    const where = `${node.op} (node ${node.id})`;
    for (const input of node.inputs) if (input) use(input, where);
    const types = inferNode(node);
    node.outputs.forEach((output, index) => {
      const type = types[index];
      if (!type || !sameType(type, output)) {
        throw new Error(`${where} gives ${type ? printType(type) : 'nothing'}, not ${printType(output)}`);
      }
      made.add(output);
    });
  }
  for (const [name, output] of graph.outputs) use(output, `output ${name}`);
}

function inferNode<K extends OpKind>(node: Node<K>): readonly TensorType[] {
  return opTable[node.op].infer(node.inputs, node.attributes);
}
