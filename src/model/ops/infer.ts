/** @file Shape rules that several operations share. Every complaint is a `TypeError` that shows the operands' types. */
import type { Dim } from '../ir/dim.ts';
import { printType, type DType, type TensorType } from '../ir/tensor-type.ts';

type Operands = readonly (TensorType | null)[];

export function fail(problem: string, operands: Operands): never {
  throw new TypeError(`${problem}: ${operands.map((type) => (type ? printType(type) : 'none')).join(', ')}`);
}

/** The operand at `index`, which must be there. */
export function operand(operands: Operands, index: number): TensorType {
  return operands[index] ?? fail(`operand ${index} is missing`, operands);
}

export function requireSameDType(operands: Operands): DType {
  const { dtype } = operand(operands, 0);
  if (operands.some((type) => type && type.dtype !== dtype)) fail('dtypes differ', operands);
  return dtype;
}

export function requireRank(operands: Operands, index: number, ...ranks: readonly number[]): readonly Dim[] {
  const { shape } = operand(operands, index);
  if (!ranks.includes(shape.length)) fail(`operand ${index} needs rank ${ranks.join(' or ')}`, operands);
  return shape;
}

/** NumPy broadcasting; a symbolic extent equals itself and stretches against 1 only. */
export function broadcast(operands: Operands, shapes: readonly (readonly Dim[])[]): Dim[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let extent: Dim = 1;
    for (const shape of shapes) {
      const dim = shape[axis - rank + shape.length] ?? 1;
      if (dim === 1 || dim === extent) continue;
      if (extent !== 1) fail(`cannot broadcast axis ${axis} (${extent} with ${dim})`, operands);
      extent = dim;
    }
    return extent;
  });
}

export function requireAxis(operands: Operands, index: number, axis: number): void {
  const rank = operand(operands, index).shape.length;
  if (!Number.isInteger(axis) || axis < 0 || axis >= rank) fail(`axis ${axis} is outside rank ${rank}`, operands);
}
