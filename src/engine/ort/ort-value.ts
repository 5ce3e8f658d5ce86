/** @file Between our tensors and the runtime's. Nothing is copied. */
import type { DType } from '#model/ir/tensor-type';
import { Tensor as OrtValue } from 'onnxruntime-node';

import { tensor, type Tensor } from './tensor.ts';

const ortTypes = {
  f32: 'float32',
  f16: 'float16',
  i8: 'int8',
  u8: 'uint8',
  i32: 'int32',
  i64: 'int64',
  bool: 'bool',
} as const satisfies Record<DType, OrtValue.Type>;

const dtypes = new Map<string, DType>(Object.entries(ortTypes).map(([dtype, type]) => [type, dtype as DType]));

export function dtypeOf(type: string): DType {
  const dtype = dtypes.get(type);
  if (dtype === undefined) throw new Error(`Tensors of type ${type} are not supported`);
  return dtype;
}

/** A view of the same memory: the runtime reads the elements in place while a graph runs. */
export function toOrtValue({ dtype, shape, data }: Tensor): OrtValue {
  return new OrtValue(ortTypes[dtype], data, shape);
}

export function fromOrtValue(value: OrtValue): Tensor {
  const dtype = dtypeOf(value.type);
  // Where the language has Float16Array the runtime hands out that; ours are the bits.
  const data =
    dtype === 'f16' && ArrayBuffer.isView(value.data)
      ? new Uint16Array(value.data.buffer, value.data.byteOffset, value.data.length)
      : value.data;
  return tensor(dtype, value.dims, data as never) as Tensor;
}
