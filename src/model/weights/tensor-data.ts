import { dtypeSizeBytes, type StoredDtype } from './dtype.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from './float16.ts';
import { assert } from '#base/assert';

/** A tensor in memory: raw little-endian elements in row-major order. */
export interface TensorData {
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The elements of a floating-point tensor, widened to f32 where they are narrower; f32 data is shared, not copied. */
export function float32Of({ dtype, bytes }: Pick<TensorData, 'dtype' | 'bytes'>): Float32Array {
  switch (dtype) {
    case 'f32':
      return view(Float32Array, bytes, dtype);
    case 'f16':
      return float16ToFloat32(view(Uint16Array, bytes, dtype));
    case 'bf16':
      return bfloat16ToFloat32(view(Uint16Array, bytes, dtype));
    case 'i8':
    case 'u8':
    case 'i32':
    case 'i64':
      throw new Error(`Invariant broken: ${dtype} is not a floating-point type`);
  }
}

interface ViewConstructor<T> {
  new (buffer: ArrayBuffer, byteOffset: number, length: number): T;
}

/** The bytes as elements; copied only where they do not start at a multiple of the element size. */
function view<T>(View: ViewConstructor<T>, bytes: Uint8Array<ArrayBuffer>, dtype: StoredDtype): T {
  const size = dtypeSizeBytes[dtype];
  assert(bytes.length % size === 0, `${bytes.length} bytes are not whole ${dtype} elements`);
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new View(aligned.buffer, aligned.byteOffset, aligned.length / size);
}
