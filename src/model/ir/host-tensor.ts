import type { DType } from './tensor-type.ts';

/** What holds the elements of each dtype: f16 as bits, i64 as BigInt, bool as 0 and 1. */
export interface ElementArrays {
  f32: Float32Array;
  f16: Uint16Array;
  i8: Int8Array;
  u8: Uint8Array;
  i32: Int32Array;
  i64: BigInt64Array;
  bool: Uint8Array;
}

/** A tensor in this process' memory: row-major elements and their extents. */
export type HostTensorOf<D extends DType> = {
  [K in D]: { readonly dtype: K; readonly shape: readonly number[]; readonly data: ElementArrays[K] };
}[D];
export type HostTensor = HostTensorOf<DType>;
