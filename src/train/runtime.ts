/** @file What training needs of a runtime. The engine's sessions fit; training itself loads none. */
import type { ElementArrays, HostTensor, HostTensorOf } from '#model/ir/host-tensor';
import type { DType } from '#model/ir/tensor-type';

export type { HostTensor, HostTensorOf };

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
