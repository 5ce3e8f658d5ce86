import { evaluateDim, type Dim } from '#model/ir/dim';
import type { Graph, Node, Value } from '#model/ir/graph';
import type { OpAttributes, OpKind } from '#model/ops/attributes';

/** Numbers for the symbolic extents of a graph. */
export type Bindings = Readonly<Record<string, number>>;

/** Operations whose work is multiplications: what a run cannot do without. */
const PRODUCTS: ReadonlySet<OpKind> = new Set([
  'matmul',
  'conv',
  'int8-matmul',
  'nbits-matmul',
  'multi-head-attention',
  'grouped-query-attention',
]);

export function isProduct(node: Node): boolean {
  return PRODUCTS.has(node.op);
}

/** Floating point operations of all products of a graph; a multiplication and an addition are two. */
export function graphFlops(graph: Graph, bindings: Bindings): number {
  return graph.nodes.filter(isProduct).reduce((sum, node) => sum + nodeFlops(node, bindings), 0);
}

function nodeFlops(node: Node, bindings: Bindings): number {
  const size = (value: Value | null | undefined) => elements(value?.shape ?? [], bindings);
  const extent = (value: Value, axis: number) => evaluateDim(value.shape.at(axis)!, bindings);
  const [a, b] = node.inputs as [Value, Value];
  const output = node.outputs[0]!;
  switch (node.op) {
    case 'matmul': {
      const { transposeA } = node.attributes as OpAttributes['matmul'];
      return 2 * size(output) * extent(a, transposeA ? -2 : -1);
    }
    case 'int8-matmul':
    case 'nbits-matmul':
      return 2 * size(output) * extent(a, -1);
    case 'conv':
      return 2 * size(output) * (size(b) / extent(b, 0));
    case 'multi-head-attention':
      // Scores and mixture: each query with each key.
      return 4 * size(a) * extent(b, 1);
    case 'grouped-query-attention':
      // Causal: half of the pairs.
      return 2 * size(a) * extent(b, 1);
    default:
      return 0;
  }
}

function elements(shape: readonly Dim[], bindings: Bindings): number {
  return shape.reduce<number>((product, dim) => product * evaluateDim(dim, bindings), 1);
}
