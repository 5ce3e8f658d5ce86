import type { ElementArrays, HostTensor, HostTensorOf } from '#model/ir/host-tensor';
import type { DType } from '#model/ir/tensor-type';

export type TensorOf<D extends DType> = HostTensorOf<D>;
export type Tensor = HostTensor;

const constructors: { readonly [D in DType]: new (length: number) => ElementArrays[D] } = {
  f32: Float32Array,
  f16: Uint16Array,
  i8: Int8Array,
  u8: Uint8Array,
  i32: Int32Array,
  i64: BigInt64Array,
  bool: Uint8Array,
};

/** A tensor over `data`, which is not copied. */
export function tensor<D extends DType>(dtype: D, shape: readonly number[], data: ElementArrays[D]): TensorOf<D> {
  if (data.length !== countElements(shape))
    throw new Error(`A tensor ${dtype}[${shape.join(',')}] cannot hold ${data.length} elements`);
  return { dtype, shape, data };
}

export function zeros<D extends DType>(dtype: D, shape: readonly number[]): TensorOf<D> {
  return tensor(dtype, shape, new constructors[dtype](countElements(shape)));
}

function countElements(shape: readonly number[]): number {
  return shape.reduce((count, extent) => count * extent, 1);
}
