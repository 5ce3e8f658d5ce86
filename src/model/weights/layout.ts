/**
 * How a package stores each parameter: the table of README.md as two functions. The importer writes by it and the graph
 * builder reads by it, so they cannot disagree.
 */
import { assertNever, defined } from '#base/assert';
import { exactRowsName, scaleName, type WeightForm } from '../nn/builder.ts';
import type { ModelPart, ParameterSpec } from '../parameters.ts';
import { elementCount } from './dtype.ts';
import type { Precision } from './package-manifest.ts';
import { blockSize } from './quantise.ts';
import type { TensorSpec } from './safetensors.ts';

/** A matrix with a side below this is stored as floats: it weighs nothing, and the latents pass through it. */
const smallestQuantisedSide = 32;

const f32: WeightForm = { kind: 'float', dtype: 'f32' };
const f16: WeightForm = { kind: 'float', dtype: 'f16' };
const int8: WeightForm = { kind: 'int8', perRow: false };
const int8PerRow: WeightForm = { kind: 'int8', perRow: true };
const q8: WeightForm = { kind: 'nbits', bits: 8, blockSize };
const q4: WeightForm = { kind: 'nbits', bits: 4, blockSize };

/** What convolutions are stored as, and whatever else in a precision is not quantised. */
const floatOf: Record<Precision, WeightForm> = { f32, f16, int8: f32, q4: f16 };

/**
 * What the matrices of linear layers are stored as. In int8 the parts differ by what their activations are like: the
 * decoder's come out of norms, all tokens alike; the transformers have single tokens a thousand times larger than the
 * others; the adapter and the refiner read residual streams with single channels that large, which only blocks survive.
 * The adapter ends in a softmax, which magnifies errors, so it keeps 8 bits in q4 too.
 */
const linearOf: Record<ModelPart, Record<Precision, WeightForm>> = {
  vision: { f32, f16, int8: int8PerRow, q4 },
  adapter: { f32, f16, int8: q8, q4: q8 },
  llm: { f32, f16, int8: int8PerRow, q4 },
  refiner: { f32, f16, int8: q8, q4 },
  decoder: { f32, f16, int8, q4 },
  vae: floatOf,
};

/** What tables are stored as: their rows are results, not summands, so they keep 8 bits where matrices have 4. */
const tableOf: Record<Precision, WeightForm> = { f32, f16, int8: q8, q4: q8 };

/** How one parameter is stored in a package of this precision. */
export function weightForm(spec: ParameterSpec, precision: Precision): WeightForm {
  switch (spec.kind) {
    case 'vector':
      return f32;
    case 'conv':
      return floatOf[precision];
    case 'linear': {
      const [out, depth] = matrixSize(spec);
      const isSmall = Math.min(out, depth) < smallestQuantisedSide;
      return (isSmall ? floatOf : linearOf[spec.part])[precision];
    }
    case 'embedding': {
      // Blocks run along a row, and a row is looked up whole.
      const [, columns] = matrixSize(spec);
      return columns % blockSize === 0 ? tableOf[precision] : floatOf[precision];
    }
    case 'mixture':
      return tableOf[precision];
  }
  return assertNever(spec.kind);
}

/** The tensors of a package that hold one parameter: the weights first, then what their form needs beside them. */
export function storedForms(spec: ParameterSpec, precision: Precision): readonly TensorSpec[] {
  const form = weightForm(spec, precision);
  const { name } = spec;
  if (form.kind === 'float') return [{ name, dtype: form.dtype, shape: floatShape(spec) }];
  const [out, depth] = productSize(spec);
  const blocks = form.kind === 'int8' ? 1 : Math.ceil(depth / form.blockSize);
  const weights: TensorSpec =
    form.kind === 'int8'
      ? { name, dtype: 'i8', shape: [depth, out] }
      : { name, dtype: 'u8', shape: [out, blocks, (form.blockSize * form.bits) / 8] };
  const scale: TensorSpec = { name: scaleName(name), dtype: 'f32', shape: [out * blocks] };
  if (spec.kind !== 'mixture') return [weights, scale];
  const { from, to } = exactRows(spec);
  return [weights, scale, { name: exactRowsName(name), dtype: 'f32', shape: [to - from, out] }];
}

/** A parameter as a matrix: [rows, all other sides multiplied]. */
export function matrixSize({ shape }: ParameterSpec): readonly [rows: number, columns: number] {
  return [defined(shape[0], 'first side'), elementCount(shape.slice(1))];
}

/**
 * A parameter as the matrix that a product needs: `out` rows of `depth` weights each. For a mixture, whose rows are what
 * is summed over, that is the table transposed.
 */
function productSize(spec: ParameterSpec): readonly [out: number, depth: number] {
  const [rows, columns] = matrixSize(spec);
  return spec.kind === 'mixture' ? [columns, rows] : [rows, columns];
}

/** The rows of a mixture that are looked up too and stay exact: the four indicators in front of the last row. */
export function exactRows(spec: ParameterSpec): { readonly from: number; readonly to: number } {
  const [rows] = matrixSize(spec);
  return { from: rows - 5, to: rows - 1 };
}

/** Products want x·W, so the matrix of a linear layer is stored as [in, out]; everything else keeps its shape. */
function floatShape(spec: ParameterSpec): readonly number[] {
  if (spec.kind !== 'linear') return spec.shape;
  const [out, depth] = matrixSize(spec);
  return [depth, out];
}
