/** @file What training needs of a runtime. The engine's sessions fit; training itself loads none. */
import type { DType } from '#model/ir/tensor-type';

/** What holds the elements of each dtype: f16 as bits, bool as 0 and 1. */
interface ElementArrays {
  f32: Float32Array;
  f16: Uint16Array;
  i8: Int8Array;
  u8: Uint8Array;
  i32: Int32Array;
  i64: BigInt64Array;
  bool: Uint8Array;
}

/** Row-major elements in this process' memory. */
export type HostTensorOf<D extends DType> = {
  [K in D]: { readonly dtype: K; readonly shape: readonly number[]; readonly data: ElementArrays[K] };
}[D];
export type HostTensor = HostTensorOf<DType>;

/** A model that is ready to run. Inputs are read in place and must not change during a run; outputs are the caller's. */
export interface GraphSession {
  run(
    inputs: Readonly<Record<string, HostTensor>>,
    options?: { outputs?: readonly string[] },
  ): Promise<Record<string, HostTensor>>;
  release(): Promise<void>;
}

/** Prepares a model for running. @param model an ONNX model */
export type LoadGraph = (model: Uint8Array) => Promise<GraphSession>;

export function hostTensor<D extends DType>(
  dtype: D,
  shape: readonly number[],
  data: ElementArrays[D],
): HostTensorOf<D> {
  return { dtype, shape, data };
}

/** The elements of a tensor that is known to hold f32. */
export function floats(tensor: HostTensor | undefined): Float32Array {
  if (tensor?.dtype !== 'f32') throw new Error(`Expected an f32 tensor, got ${tensor?.dtype ?? 'none'}`);
  return tensor.data;
}
