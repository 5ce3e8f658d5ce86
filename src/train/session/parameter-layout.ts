import { defined } from '#base/assert';
import type { ParameterSpec } from '#model/parameters';
import { transposeInto } from '#model/weights/transpose';

/** Where a parameter's elements are meant for: a checkpoint's file, or a graph. */
export type Layout = 'checkpoint' | 'graph';

/**
 * A parameter's elements in the other layout: graphs multiply by [in, out] where checkpoints hold [out, in]. Everything
 * but the matrices of linear layers is the same in both, and is returned as it is.
 *
 * @param to where the elements are to go; they come from the other
 */
export function parameterData(spec: ParameterSpec, data: Float32Array, to: Layout): Float32Array<ArrayBuffer> {
  if (spec.kind !== 'linear') return data as Float32Array<ArrayBuffer>;
  const out = defined(spec.shape[0], `rows of ${spec.name}`);
  const depth = data.length / out;
  const [rows, columns] = to === 'graph' ? [out, depth] : [depth, out];
  const turned = new Float32Array(data.length);
  transposeInto(data, { rows, columns, from: 0, to: columns }, turned, { targetStride: rows, targetOffset: 0 });
  return turned;
}

/** A parameter's shape in a graph: [in, out] for the matrix of a linear layer. */
export function graphShape({ kind, shape }: ParameterSpec): readonly number[] {
  if (kind !== 'linear') return shape;
  const [out = 1, ...rest] = shape;
  return [rest.reduce((product, side) => product * side, 1), out];
}
