import { multiplyDims, type Dim } from './dim.ts';

export type DType = 'f32' | 'f16' | 'i8' | 'u8' | 'i32' | 'i64' | 'bool';

export interface TensorType {
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

export function isFloat(dtype: DType): boolean {
  return dtype === 'f32' || dtype === 'f16';
}

/** Product of the extents; symbolic when one of them is. */
export function elementCount(shape: readonly Dim[]): Dim {
  return multiplyDims(...shape);
}

export function sameShape(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

export function sameType(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

/** `f32[batch,tokens,64]` */
export function printType(type: TensorType): string {
  return `${type.dtype}[${type.shape.join(',')}]`;
}
