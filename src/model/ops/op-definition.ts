import type { DType, TensorType } from '../ir/tensor-type.ts';
import type { OpAttributes, OpKind } from './attributes.ts';

/** Writes ONNX nodes. Names are ONNX value names; '' stands for an optional input left out. */
export interface Emitter {
  node(
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes?: OnnxAttributes,
    domain?: 'com.microsoft',
  ): void;
  /** Name of a constant i64 vector. */
  int64s(values: readonly number[]): string;
  /** Name of a constant with the given elements; a scalar when `shape` is empty. */
  constant(dtype: DType, shape: readonly number[], values: readonly number[]): string;
  /** A fresh value name for a step in between. */
  temporary(): string;
}

export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;
/** Integers and floats look alike in JavaScript, so floats are marked. */
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

export interface EmittedNode<K extends OpKind> {
  readonly attributes: OpAttributes[K];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly inputTypes: readonly (TensorType | null)[];
  readonly outputTypes: readonly TensorType[];
  /** Which outputs something uses. */
  readonly used: readonly boolean[];
}

/** One row of the op table: the types an operation produces, and its form in ONNX. */
export interface OpDefinition<K extends OpKind> {
  /** Output types; throws a `TypeError` that names the problem when the operands do not fit. */
  infer(inputs: readonly (TensorType | null)[], attributes: OpAttributes[K]): readonly TensorType[];
  emit(node: EmittedNode<K>, emitter: Emitter): void;
}

export type OpTable<Kinds extends OpKind> = { readonly [K in Kinds]: OpDefinition<K> };
