import { finishGraph, Scope, type Value } from '#model/ir/graph';
import { Builder } from '#model/nn/builder';
import { emitOnnx } from '#model/onnx/emit';
import { defined } from '#base/assert';

import { hostTensor, type GraphSession, type HostTensor, type LoadGraph } from '../../runtime.ts';
import { graphShape, parameterData } from '../../session/parameter-layout.ts';
import type { Weights } from '../../session/training-state.ts';

/** Parts of the model that are run and not trained, for batches of one shape. */
export interface FrozenGraph {
  run(inputs: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>>;
  release(): Promise<void>;
}

/**
 * Prepares a graph with its weights.
 *
 * @param build its outputs, from inputs that it declares
 * @param weights in the checkpoint's layout
 */
export async function frozenGraph(
  build: (builder: Builder) => Readonly<Record<string, Value>>,
  weights: Weights,
  loadGraph: LoadGraph,
): Promise<FrozenGraph> {
  const builder = new Builder(new Scope(), { fused: true, fusedAttention: false });
  const graph = finishGraph(build(builder));
  const session: GraphSession = await loadGraph(emitOnnx(graph, () => 'fed'));
  const parameters = Object.fromEntries(
    [...graph.parameters.keys()].map((name) => {
      const spec = defined(builder.parameters.get(name), name);
      const data = parameterData(spec, defined(weights.get(name), name), 'graph');
      return [name, hostTensor('f32', graphShape(spec), data)];
    }),
  );
  return {
    run: (inputs) => {
      const used = Object.entries(inputs).filter(([name]) => graph.inputs.has(name));
      return session.run({ ...parameters, ...Object.fromEntries(used) });
    },
    release: () => session.release(),
  };
}

/** Frozen graphs by a name of their shape, each made when it is first needed. */
export class FrozenGraphs {
  readonly #weights: Weights;
  readonly #loadGraph: LoadGraph;
  readonly #graphs = new Map<string, FrozenGraph>();

  constructor(weights: Weights, loadGraph: LoadGraph) {
    this.#weights = weights;
    this.#loadGraph = loadGraph;
  }

  async get(name: string, build: (builder: Builder) => Readonly<Record<string, Value>>): Promise<FrozenGraph> {
    const known = this.#graphs.get(name);
    if (known) return known;
    const made = await frozenGraph(build, this.#weights, this.#loadGraph);
    this.#graphs.set(name, made);
    return made;
  }

  async release(): Promise<void> {
    const all = [...this.#graphs.values()];
    this.#graphs.clear();
    await Promise.all(all.map((graph) => graph.release()));
  }
}
