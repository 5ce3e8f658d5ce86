/**
 * @file What layers are written against: where weights come from and which of an operation's forms to use. The same
 * definition serves inference (fused operators, quantised weights) and training (differentiable operators, f32).
 */
import { assert } from '#base/assert';

import type { Dim } from '../ir/dim.ts';
import type { Scope, Value } from '../ir/graph.ts';
import type { DType } from '../ir/tensor-type.ts';
import { apply1 } from '../ops/apply.ts';
import * as t from '../ops/tensor.ts';
import type { ModelPart, ParameterKind, ParameterSpec } from '../parameters.ts';

/** How the elements of one parameter are stored; see the layout table of `weights/README.md`. */
export type WeightForm =
  | { readonly kind: 'float'; readonly dtype: 'f32' | 'f16' }
  /** One scale for each output; for the activations one of all rows together, or one of each row. */
  | { readonly kind: 'int8'; readonly perRow: boolean }
  | { readonly kind: 'nbits'; readonly bits: 4 | 8; readonly blockSize: number };

/** Changes what a linear layer gives: how adapters are put on. `y` has its bias already. */
export type AdaptLinear = (
  builder: Builder,
  layer: { readonly part: ModelPart; readonly name: string; readonly outSize: number },
  x: Value,
  y: Value,
) => Value;

export interface BuilderOptions {
  /** Use onnxruntime's fused operators: faster, not differentiable. */
  readonly fused: boolean;
  /** Use the fused attention operators too; off for devices whose implementation fails the self-test. */
  readonly fusedAttention?: boolean;
  /** How a parameter is stored; f32 if not given. */
  readonly formOf?: (spec: ParameterSpec) => WeightForm;
  readonly adapt?: AdaptLinear;
}

const F32: WeightForm = { kind: 'float', dtype: 'f32' };

/** Keeps a row of zeros from being divided by zero. */
const SMALLEST_ROW_SIZE = 1e-30;

export class Builder {
  readonly scope: Scope;
  readonly fused: boolean;
  readonly fusedAttention: boolean;
  readonly #formOf: (spec: ParameterSpec) => WeightForm;
  readonly #adapt: AdaptLinear | undefined;
  readonly #specs = new Map<string, ParameterSpec>();

  constructor(scope: Scope, options: BuilderOptions) {
    this.scope = scope;
    this.fused = options.fused;
    this.fusedAttention = options.fusedAttention ?? options.fused;
    this.#formOf = options.formOf ?? (() => F32);
    this.#adapt = options.adapt;
  }

  /** Every parameter asked for so far: what a checkpoint must hold. */
  get parameters(): ReadonlyMap<string, ParameterSpec> {
    return this.#specs;
  }

  input(name: string, dtype: DType, shape: readonly Dim[]): Value {
    return this.scope.input(name, dtype, shape);
  }

  /** A small tensor by its checkpoint name and shape, in f32. */
  vector(part: ModelPart, name: string, shape: readonly number[]): Value {
    return this.#float(this.#declare(part, 'vector', name, shape), shape);
  }

  /** A convolution kernel [out, in, height, width], in f32. */
  kernel(part: ModelPart, name: string, shape: readonly number[]): Value {
    return this.#float(this.#declare(part, 'conv', name, shape), shape);
  }

  /**
   * x·Wᵀ for the weight [out, in] of a linear layer.
   *
   * @param x [..., in]
   * @param checkpointShape The shape in the checkpoint, where it is not simply [out, in] (a patch convolution).
   */
  linear(
    part: ModelPart,
    x: Value,
    name: string,
    outSize: number,
    options: { bias?: Value | null; checkpointShape?: readonly number[] } = {},
  ): Value {
    const inSize = x.shape.at(-1);
    assert(typeof inSize === 'number', `${name} needs a known input size`);
    const spec = this.#declare(part, 'linear', name, options.checkpointShape ?? [outSize, inSize]);
    const y = this.#product(x, spec, inSize, outSize, options.bias ?? null);
    return this.#adapt ? this.#adapt(this, { part, name, outSize }, x, y) : y;
  }

  /** Rows of an embedding table [rows, columns]. @param ids i64 of any shape */
  lookUp(part: ModelPart, ids: Value, name: string, rows: number, columns: number): Value {
    const spec = this.#declare(part, 'embedding', name, [rows, columns]);
    const form = this.#formOf(spec);
    switch (form.kind) {
      case 'float':
        return t.cast(t.gather(this.scope.parameter(name, form.dtype, [rows, columns]), ids), 'f32');
      case 'nbits': {
        const { bits, blockSize } = form;
        const table = this.scope.parameter(rowsName(name), 'u8', [rows, (columns * bits) / 8]);
        const scale = this.scope.parameter(rowsName(scaleName(name)), 'f32', [rows, columns / blockSize]);
        return apply1('nbits-gather', [table, ids, scale], { bits, blockSize });
      }
      case 'int8':
        throw new Error(`${name}: a table is not stored as int8 columns`);
    }
  }

  /** x·Eᵀ for an embedding table [rows, columns]: a tied output head. */
  tiedHead(part: ModelPart, x: Value, name: string, rows: number, columns: number): Value {
    const spec = this.#declare(part, 'embedding', name, [rows, columns]);
    const form = this.#formOf(spec);
    if (form.kind !== 'float') return this.#product(x, spec, columns, rows, null);
    const table = t.cast(this.scope.parameter(name, form.dtype, [rows, columns]), 'f32');
    return t.matmul(x, table, { transposeB: true });
  }

  /** w·E for a table [rows, columns] whose rows are mixed. @param weights [..., rows] */
  mixRows(part: ModelPart, weights: Value, name: string, rows: number, columns: number): Value {
    const spec = this.#declare(part, 'mixture', name, [rows, columns]);
    const form = this.#formOf(spec);
    if (form.kind !== 'float') return this.#product(weights, spec, rows, columns, null);
    return t.matmul(weights, t.cast(this.scope.parameter(name, form.dtype, [rows, columns]), 'f32'));
  }

  /** Rows `from` to before `to` of such a table, kept apart and exact when the table itself is quantised. */
  mixtureRows(part: ModelPart, name: string, rows: number, columns: number, from: number, to: number): Value {
    const spec = this.#declare(part, 'mixture', name, [rows, columns]);
    const form = this.#formOf(spec);
    if (form.kind !== 'float') return this.scope.parameter(exactRowsName(name), 'f32', [to - from, columns]);
    return t.cast(t.slice(this.scope.parameter(name, form.dtype, [rows, columns]), 0, from, to), 'f32');
  }

  #float(spec: ParameterSpec, shape: readonly number[]): Value {
    const form = this.#formOf(spec);
    assert(form.kind === 'float', `${spec.name} is stored as floats`);
    return t.cast(this.scope.parameter(spec.name, form.dtype, shape), 'f32');
  }

  #product(x: Value, spec: ParameterSpec, inSize: number, outSize: number, bias: Value | null): Value {
    const form = this.#formOf(spec);
    const { name } = spec;
    switch (form.kind) {
      case 'float': {
        const weight = t.cast(this.scope.parameter(name, form.dtype, [inSize, outSize]), 'f32');
        const product = t.matmul(x, weight);
        return bias ? t.add(product, bias) : product;
      }
      case 'int8': {
        const weight = this.scope.parameter(name, 'i8', [inSize, outSize]);
        const scale = this.scope.parameter(scaleName(name), 'f32', [outSize]);
        if (!form.perRow) return apply1('int8-matmul', [x, weight, scale, bias], {});
        // The operator has one scale for all rows: a single token with huge activations would leave nothing of the
        // others. So every row is brought to the same size before, and back after. Zero rows stay zero.
        const size = t.max(t.reduceMax(t.abs(x), -1), SMALLEST_ROW_SIZE);
        const product = t.mul(apply1('int8-matmul', [t.div(x, size), weight, scale, null], {}), size);
        return bias ? t.add(product, bias) : product;
      }
      case 'nbits': {
        const { bits, blockSize } = form;
        const blocks = Math.ceil(inSize / blockSize);
        const weight = this.scope.parameter(name, 'u8', [outSize, blocks, (blockSize * bits) / 8]);
        const scale = this.scope.parameter(scaleName(name), 'f32', [outSize * blocks]);
        return apply1('nbits-matmul', [x, weight, scale, bias], { bits, blockSize, columns: outSize });
      }
    }
  }

  #declare(part: ModelPart, kind: ParameterKind, name: string, shape: readonly number[]): ParameterSpec {
    const existing = this.#specs.get(name);
    if (existing) return existing;
    const spec: ParameterSpec = { name, shape, kind, part };
    this.#specs.set(name, spec);
    return spec;
  }
}

/** Where a quantised tensor's scales are stored. */
export function scaleName(name: string): string {
  return `${name}.scale`;
}

/** Where the few rows are stored that a quantised mixture table is also looked up by. */
export function exactRowsName(name: string): string {
  return `${name}.rows`;
}

const ROWS = '#rows';

/** A second view of stored bytes, as table rows; `withoutView` gives the stored name back. */
function rowsName(name: string): string {
  return name + ROWS;
}

export function withoutView(name: string): string {
  return name.endsWith(ROWS) ? name.slice(0, -ROWS.length) : name;
}
