/**
 * @file The way back: a parameter of a package as the f32 weights a checkpoint would hold, as near as its precision kept
 * them. Training goes on from a package by it.
 */
import { exactRowsName, scaleName } from '../nn/builder.ts';
import type { ParameterSpec } from '../parameters.ts';
import { exactRows, matrixSize, weightForm } from './layout.ts';
import type { Precision } from './package-manifest.ts';
import { blockSize } from './quantise.ts';
import { float32Of, type TensorData } from './tensor-data.ts';
import { transposeInto } from './transpose.ts';

/**
 * @param read gives the tensors of `storedForms(spec, precision)`
 * @returns the weights in the checkpoint's layout, row by row
 */
export async function restoreParameter(
  spec: ParameterSpec,
  precision: Precision,
  read: (tensor: string) => Promise<TensorData>,
): Promise<Float32Array<ArrayBuffer>> {
  const [rows, columns] = matrixSize(spec);
  const stored = await read(spec.name);
  const form = weightForm(spec, precision);
  if (form.kind === 'float') {
    const values = Float32Array.from(float32Of(stored));
    return spec.kind === 'linear' ? transposed(values, columns, rows) : values;
  }
  const scales = float32Of(await read(scaleName(spec.name)));
  if (form.kind === 'int8') {
    const quantised = new Int8Array(stored.bytes.buffer, stored.bytes.byteOffset, stored.bytes.length);
    const values = Float32Array.from(quantised, (q, i) => q * scales[i % rows]!);
    return transposed(values, columns, rows);
  }
  if (spec.kind !== 'mixture') return fromBlocks(stored.bytes, scales, { rows, columns, bits: form.bits });
  const turned = fromBlocks(stored.bytes, scales, { rows: columns, columns: rows, bits: form.bits });
  const values = transposed(turned, columns, rows);
  values.set(float32Of(await read(exactRowsName(spec.name))), exactRows(spec).from * columns);
  return values;
}

/** Rows of weights out of blocks of 8 or 4 bits, without what fills a ragged last block. */
function fromBlocks(
  bytes: Uint8Array,
  scales: Float32Array,
  { rows, columns, bits }: { readonly rows: number; readonly columns: number; readonly bits: number },
): Float32Array<ArrayBuffer> {
  const blocks = Math.ceil(columns / blockSize);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * blocks * blockSize + column;
      const q = bits === 8 ? bytes[at]! - 128 : ((bytes[at >> 1]! >> (4 * (at % 2))) & 15) - 8;
      values[row * columns + column] = q * scales[row * blocks + Math.floor(column / blockSize)]!;
    }
  }
  return values;
}

/** [columns, rows] of a matrix [rows, columns]. */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const turned = new Float32Array(values.length);
  transposeInto(values, { rows, columns, from: 0, to: columns }, turned, { targetStride: rows, targetOffset: 0 });
  return turned;
}
