import { tensor, type Tensor } from '#engine/ort/tensor';
import type { DType } from '#model/ir/tensor-type';
import { float16ToFloat32, float32ToFloat16 } from '#model/weights/float16';

/** Numbers on a grid, read by index: for writing down what an operation means, one formula an element. */
export interface Nd {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  /** The element at an index; an axis of extent 1 is repeated, and leading axes may be left out: as broadcasting does. */
  at(...index: readonly number[]): number;
}

export function nd(shape: readonly number[], data: readonly number[]): Nd {
  if (data.length !== countOf(shape)) throw new Error(`[${shape.join()}] does not hold ${data.length} numbers`);
  return {
    shape,
    data,
    at: (...index) => {
      const own = index.slice(index.length - shape.length);
      return data[own.reduce((offset, i, axis) => offset * shape[axis]! + (shape[axis] === 1 ? 0 : i), 0)]!;
    },
  };
}

/** Every element by a formula of its index. */
export function tabulate(shape: readonly number[], formula: (...index: number[]) => number): Nd {
  const data = Array.from({ length: countOf(shape) }, (_, offset) => {
    let rest = offset;
    const index = shape.toReversed().map((extent) => {
      const i = rest % extent;
      rest = Math.floor(rest / extent);
      return i;
    });
    return formula(...index.reverse());
  });
  return nd(shape, data);
}

export function sumOver(count: number, term: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += term(i);
  return sum;
}

export function toTensor({ shape, data }: Nd, dtype: DType): Tensor {
  switch (dtype) {
    case 'f32':
      return tensor('f32', shape, Float32Array.from(data));
    case 'f16':
      return tensor('f16', shape, float32ToFloat16(Float32Array.from(data)));
    case 'i8':
      return tensor('i8', shape, Int8Array.from(data));
    case 'i32':
      return tensor('i32', shape, Int32Array.from(data));
    case 'i64':
      return tensor('i64', shape, BigInt64Array.from(data, BigInt));
    case 'u8':
    case 'bool':
      return tensor(dtype, shape, Uint8Array.from(data));
  }
}

export function fromTensor({ dtype, shape, data }: Tensor): Nd {
  return nd(shape, dtype === 'f16' ? [...float16ToFloat32(data)] : Array.from(data, Number));
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
