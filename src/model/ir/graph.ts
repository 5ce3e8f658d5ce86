/**
 * @file Graphs of tensor operations, as immutable values.
 *
 * A `Value` knows the node that makes it, so a graph is whatever its outputs reach. Nodes are hash-consed within a
 * `Scope`: building the same operation on the same inputs twice gives the same value, hence common sub-expressions are
 * shared without a pass, and what nothing uses is never part of a finished graph.
 */
import type { OpAttributes, OpKind } from '../ops/attributes.ts';
import { printType, sameType, type DType, type TensorType } from './tensor-type.ts';
import type { Dim } from './dim.ts';

/** Typed elements of a constant: row-major; f16 as bits, i64 as BigInt. */
export type TensorData = Float32Array | Uint16Array | Int8Array | Uint8Array | Int32Array | BigInt64Array;

/** Where a value comes from: fed at every run, a named weight, a literal, or the output of a node. */
export type Source =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'constant'; readonly data: TensorData }
  | { readonly kind: 'node'; readonly node: Node; readonly index: number };

export interface Value extends TensorType {
  readonly id: number;
  readonly scope: Scope;
  readonly source: Source;
}

/** One operation; `null` inputs are optional ones left out. */
export interface Node<K extends OpKind = OpKind> {
  readonly id: number;
  readonly op: K;
  readonly attributes: OpAttributes[K];
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
}

export interface Graph {
  readonly inputs: ReadonlyMap<string, Value>;
  readonly parameters: ReadonlyMap<string, Value>;
  /** In an order in which every node comes after the nodes it uses. */
  readonly nodes: readonly Node[];
  readonly outputs: ReadonlyMap<string, Value>;
}

/** Makes values with unique ids and shares equal ones. One scope per graph under construction. */
export class Scope {
  #nextId = 0;
  readonly #named = new Map<string, Value>();
  readonly #shared = new Map<string, unknown>();

  /** A value fed at every run. Asking again for the same name gives the same value. */
  input(name: string, dtype: DType, shape: readonly Dim[]): Value {
    return this.#declare('input', name, { dtype, shape });
  }

  /** A weight, bound to data when the graph is emitted. */
  parameter(name: string, dtype: DType, shape: readonly Dim[]): Value {
    return this.#declare('parameter', name, { dtype, shape });
  }

  constant(dtype: DType, shape: readonly number[], data: TensorData): Value {
    const make = () => this.#value({ dtype, shape }, { kind: 'constant', data });
    // Literals up to a small vector are shared by content; larger ones are left to whoever made them.
    return data.length > 16 ? make() : this.#share(`constant ${printType({ dtype, shape })} ${data.join(',')}`, make);
  }

  node<K extends OpKind>(
    op: K,
    attributes: OpAttributes[K],
    inputs: readonly (Value | null)[],
    types: readonly TensorType[],
  ): readonly Value[] {
    for (const input of inputs) {
      if (input && input.scope !== this) throw new Error(`An input of ${op} belongs to another graph`);
    }
    const key = `${op} ${inputs.map((input) => input?.id ?? '_').join(' ')} ${JSON.stringify(attributes)}`;
    return this.#share(key, () => {
      const outputs: Value[] = [];
      const node: Node<K> = { id: this.#nextId++, op, attributes, inputs, outputs };
      types.forEach((type, index) => outputs.push(this.#value(type, { kind: 'node', node: node, index })));
      Object.freeze(outputs);
      return Object.freeze(node);
    }).outputs;
  }

  #declare(kind: 'input' | 'parameter', name: string, type: TensorType): Value {
    const existing = this.#named.get(name);
    if (!existing) {
      const value = this.#value(type, { kind, name });
      this.#named.set(name, value);
      return value;
    }
    if (existing.source.kind !== kind || !sameType(existing, type)) {
      throw new Error(
        `${name} is already ${existing.source.kind} ${printType(existing)}, not ${kind} ${printType(type)}`,
      );
    }
    return existing;
  }

  #value(type: TensorType, source: Source): Value {
    const value: Value = {
      id: this.#nextId++,
      dtype: type.dtype,
      shape: Object.freeze([...type.shape]),
      scope: this,
      source,
    };
    return Object.freeze(value);
  }

  #share<T>(key: string, make: () => T): T {
    if (!this.#shared.has(key)) this.#shared.set(key, make());
    return this.#shared.get(key) as T;
  }
}

/** The graph that computes the named outputs: exactly what they reach, in dependency order. */
export function finishGraph(outputs: Readonly<Record<string, Value>>): Graph {
  const inputs = new Map<string, Value>();
  const parameters = new Map<string, Value>();
  const nodes: Node[] = [];
  const visited = new Set<number>();

  // Iterative depth-first walk: training graphs are deeper than the call stack.
  const pending: { value: Value; ready: boolean }[] = Object.values(outputs)
    .reverse()
    .map((value) => ({ value, ready: false }));
  for (let item = pending.pop(); item; item = pending.pop()) {
    const { source } = item.value;
    if (source.kind === 'node' && item.ready) {
      nodes.push(source.node);
      continue;
    }
    const id = source.kind === 'node' ? source.node.id : item.value.id;
    if (visited.has(id)) continue;
    visited.add(id);
    if (source.kind === 'input') inputs.set(source.name, item.value);
    if (source.kind === 'parameter') parameters.set(source.name, item.value);
    if (source.kind !== 'node') continue;
    pending.push({ value: item.value, ready: true });
    for (const input of source.node.inputs.toReversed()) if (input) pending.push({ value: input, ready: false });
  }
  return { inputs, parameters, nodes, outputs: new Map(Object.entries(outputs)) };
}
