import type { TensorData } from '../ir/graph.ts';
import type { DType } from '../ir/tensor-type.ts';
import { float32ToFloat16 } from '../weights/float16.ts';

/** Numbers as the elements of a tensor of the given dtype. */
export function filled(dtype: DType, values: readonly number[]): TensorData {
  switch (dtype) {
    case 'f32':
      return Float32Array.from(values);
    case 'f16':
      return float32ToFloat16(Float32Array.from(values));
    case 'i64':
      return BigInt64Array.from(values, BigInt);
    case 'i32':
      return Int32Array.from(values);
    case 'i8':
      return Int8Array.from(values);
    case 'u8':
    case 'bool':
      return Uint8Array.from(values);
  }
}
