import type { DType } from '../ir/tensor-type.ts';

/** Element types a weights file may hold: those of graphs, and `bf16`, which occurs in checkpoints only. */
export type StoredDtype = Exclude<DType, 'bool'> | 'bf16';

/** Bytes of one element. */
export const dtypeSizeBytes: Record<StoredDtype, number> = {
  f32: 4,
  f16: 2,
  bf16: 2,
  i8: 1,
  u8: 1,
  i32: 4,
  i64: 8,
};

/** Number of elements of a shape; a scalar's shape is empty and it has one. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, side) => count * side, 1);
}

/** How a shape is written in messages: `[1536, 16]`. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
