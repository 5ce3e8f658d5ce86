import type { Graph, Value } from './graph.ts';
import { printType } from './tensor-type.ts';

/**
 * The graph as text, one line a node, numbered in order so that equal graphs print equally:
 *
 *     input x: f32[batch,4]
 *     parameter w: f32[4,8]
 *     %0 = matmul(x, w): f32[batch,8]
 *     output y = %0
 */
export function printGraph(graph: Graph): string {
  const names = new Map<Value, string>();
  const lines: string[] = [];
  for (const [name, value] of graph.inputs) lines.push(`input ${name}: ${printType(value)}`);
  for (const [name, value] of graph.parameters) lines.push(`parameter ${name}: ${printType(value)}`);

  const show = (value: Value | null): string => {
    if (value === null) return '_';
    const { source } = value;
    if (source.kind === 'input' || source.kind === 'parameter') return source.name;
    if (source.kind === 'node') return names.get(value) ?? '?';
    return source.data.length === 1 ? String(source.data[0]) : `constant ${printType(value)}`;
  };

  for (const node of graph.nodes) {
    const results = node.outputs.map((output) => {
      const name = `%${names.size}`;
      names.set(output, name);
      return name;
    });
    const attributes = Object.entries(node.attributes).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    const operands = [...node.inputs.map(show), ...attributes].join(', ');
    lines.push(`${results.join(', ')} = ${node.op}(${operands}): ${node.outputs.map(printType).join(', ')}`);
  }
  for (const [name, value] of graph.outputs) lines.push(`output ${name} = ${show(value)}`);
  return lines.join('\n');
}
