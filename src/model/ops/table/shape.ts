import { addDims, type Dim } from '../../ir/dim.ts';
import { elementCount, sameShape, type TensorType } from '../../ir/tensor-type.ts';
import { broadcast, fail, operand, requireAxis, requireRank, requireSameDType } from '../infer.ts';
import type { OpTable } from '../op-definition.ts';

/** ONNX's "to the end" for slices. */
const END = 2 ** 31 - 1;

/**
 * A constant ONNX shape for `Reshape`: numbers stand for themselves, a symbolic extent is copied (0) where the input
 * has it on the same axis, and one more may be left to be inferred (-1).
 */
function reshapeTarget(from: readonly Dim[], to: readonly Dim[]): number[] | undefined {
  let inferred = 0;
  const target = to.map((dim, axis) => {
    if (typeof dim === 'number') return dim;
    if (from[axis] === dim) return 0;
    inferred++;
    return -1;
  });
  return inferred <= 1 ? target : undefined;
}

/** Indices along one axis, i64 and of the data's shape but for that axis. */
function elementIndices(inputs: readonly (TensorType | null)[], axis: number): TensorType {
  requireAxis(inputs, 0, axis);
  const data = operand(inputs, 0).shape;
  const index = operand(inputs, 1);
  if (index.dtype !== 'i64') fail('indices must be i64', inputs);
  if (index.shape.length !== data.length || index.shape.some((dim, at) => at !== axis && dim !== data[at])) {
    fail(`indices do not fit along axis ${axis}`, inputs);
  }
  return index;
}

export const shape: OpTable<
  | 'reshape'
  | 'reshape-like'
  | 'transpose'
  | 'expand'
  | 'concat'
  | 'split'
  | 'slice'
  | 'dynamic-slice'
  | 'extent'
  | 'pad'
  | 'gather'
  | 'scatter-rows'
  | 'gather-elements'
  | 'scatter-elements'
> = {
  reshape: {
    infer: (inputs, { shape: to }) => {
      const from = operand(inputs, 0);
      if (elementCount(from.shape) !== elementCount(to)) fail(`cannot reshape to [${to.join(',')}]`, inputs);
      if (!reshapeTarget(from.shape, to)) fail(`more than one extent of [${to.join(',')}] would be inferred`, inputs);
      return [{ dtype: from.dtype, shape: to }];
    },
    emit: ({ inputs, outputs, inputTypes, attributes }, emitter) => {
      const target = reshapeTarget(inputTypes[0]!.shape, attributes.shape)!;
      emitter.node('Reshape', [inputs[0]!, emitter.int64s(target)], outputs);
    },
  },
  'reshape-like': {
    infer: (inputs) => {
      const from = operand(inputs, 0);
      const { shape: to } = operand(inputs, 1);
      if (elementCount(from.shape) !== elementCount(to)) fail(`cannot reshape to [${to.join(',')}]`, inputs);
      return [{ dtype: from.dtype, shape: to }];
    },
    emit: ({ inputs: [x, like], outputs }, emitter) => {
      const target = emitter.temporary();
      emitter.node('Shape', [like!], [target]);
      emitter.node('Reshape', [x!, target], outputs);
    },
  },
  transpose: {
    infer: (inputs, { permutation }) => {
      const { dtype, shape: from } = operand(inputs, 0);
      const axes = new Set(permutation);
      if (axes.size !== from.length || permutation.some((axis) => from[axis] === undefined)) {
        fail(`[${permutation.join(',')}] is not a permutation of the axes`, inputs);
      }
      return [{ dtype, shape: permutation.map((axis) => from[axis]!) }];
    },
    emit: ({ inputs, outputs, attributes }, emitter) =>
      emitter.node('Transpose', inputs, outputs, { perm: attributes.permutation }),
  },
  expand: {
    infer: (inputs, { shape: to }) => {
      const { dtype, shape: from } = operand(inputs, 0);
      const result = broadcast(inputs, [from, to]);
      // A symbolic extent in the target must be the input's own: an ONNX shape is a constant here.
      if (result.some((dim, axis) => typeof dim === 'string' && from[axis - result.length + from.length] !== dim)) {
        fail(`cannot expand to the symbolic [${to.join(',')}]`, inputs);
      }
      return [{ dtype, shape: result }];
    },
    emit: ({ inputs, outputs, attributes }, emitter) => {
      const target = attributes.shape.map((dim) => (typeof dim === 'number' ? dim : 1));
      emitter.node('Expand', [inputs[0]!, emitter.int64s(target)], outputs);
    },
  },
  concat: {
    infer: (inputs, { axis }) => {
      const dtype = requireSameDType(inputs);
      const first = operand(inputs, 0).shape;
      requireAxis(inputs, 0, axis);
      const shapes = inputs.map((_, index) => requireRank(inputs, index, first.length));
      if (shapes.some((other) => other.some((dim, at) => at !== axis && dim !== first[at]))) {
        fail(`shapes differ outside axis ${axis}`, inputs);
      }
      const joined = addDims(...shapes.map((other) => other[axis]!));
      return [{ dtype, shape: first.map((dim, at) => (at === axis ? joined : dim)) }];
    },
    emit: ({ inputs, outputs, attributes }, emitter) =>
      emitter.node('Concat', inputs, outputs, { axis: attributes.axis }),
  },
  split: {
    infer: (inputs, { axis, sizes }) => {
      const { dtype, shape: from } = operand(inputs, 0);
      requireAxis(inputs, 0, axis);
      if (addDims(...sizes) !== from[axis]) fail(`axis ${axis} does not split into ${sizes.join('+')}`, inputs);
      return sizes.map((size) => ({ dtype, shape: from.map((dim, at) => (at === axis ? size : dim)) }));
    },
    emit: ({ inputs, outputs, attributes }, emitter) =>
      emitter.node('Split', [inputs[0]!, emitter.int64s(attributes.sizes)], outputs, { axis: attributes.axis }),
  },
  slice: {
    infer: (inputs, { axis, start, end, step }) => {
      const { dtype, shape: from } = operand(inputs, 0);
      requireAxis(inputs, 0, axis);
      const extent = from[axis]!;
      if (step === 0) fail('a slice needs a step other than 0', inputs);
      let size: Dim;
      if (typeof extent === 'number') {
        const clamp = (at: number, low: number, high: number) =>
          Math.min(high, Math.max(low, at < 0 ? at + extent : at));
        const [from0, to] =
          step > 0
            ? [clamp(start, 0, extent), end === null ? extent : clamp(end, 0, extent)]
            : [clamp(start, 0, extent - 1), end === null ? -1 : clamp(end, -1, extent - 1)];
        size = Math.max(0, Math.ceil((to - from0) / step));
      } else if (step === 1 && end === null) {
        size = start >= 0 ? addDims(extent, -start) : -start;
      } else if (step === 1 && end !== null && start >= 0 && end >= 0) {
        size = end - start;
      } else {
        fail(`cannot slice the symbolic axis ${axis} by [${start}, ${end}, ${step}]`, inputs);
      }
      return [{ dtype, shape: from.map((dim, at) => (at === axis ? size : dim)) }];
    },
    emit: ({ inputs, outputs, attributes: { axis, start, end, step } }, emitter) => {
      const bounds = [[start], [end ?? (step > 0 ? END : -END)], [axis], [step]].map((v) => emitter.int64s(v));
      emitter.node('Slice', [inputs[0]!, ...bounds], outputs);
    },
  },
  'dynamic-slice': {
    infer: (inputs, { axis, size }) => {
      const { dtype, shape: from } = operand(inputs, 0);
      requireAxis(inputs, 0, axis);
      for (const bound of [1, 2]) {
        if (operand(inputs, bound).dtype !== 'i64' || requireRank(inputs, bound, 1)[0] !== 1) {
          fail('slice bounds must be i64[1]', inputs);
        }
      }
      return [{ dtype, shape: from.map((dim, at) => (at === axis ? size : dim)) }];
    },
    emit: ({ inputs, outputs, attributes }, emitter) =>
      emitter.node('Slice', [...inputs, emitter.int64s([attributes.axis])], outputs),
  },
  extent: {
    infer: (inputs, { axis }) => {
      requireAxis(inputs, 0, axis);
      return [{ dtype: 'i64', shape: [1] }];
    },
    emit: ({ inputs, outputs, attributes: { axis } }, emitter) =>
      emitter.node('Shape', inputs, outputs, { start: axis, end: axis + 1 }),
  },
  pad: {
    infer: (inputs, { before, after }) => {
      const { dtype, shape: from } = operand(inputs, 0);
      if (before.length !== from.length || after.length !== from.length) fail('one padding per axis is needed', inputs);
      return [{ dtype, shape: from.map((dim, axis) => addDims(dim, before[axis]!, after[axis]!)) }];
    },
    emit: ({ inputs, outputs, attributes: { before, after } }, emitter) =>
      emitter.node('Pad', [inputs[0]!, emitter.int64s([...before, ...after])], outputs),
  },
  gather: {
    infer: (inputs, { axis }) => {
      const { dtype, shape: from } = operand(inputs, 0);
      requireAxis(inputs, 0, axis);
      const index = operand(inputs, 1);
      if (index.dtype !== 'i64' && index.dtype !== 'i32') fail('indices must be i64 or i32', inputs);
      return [{ dtype, shape: [...from.slice(0, axis), ...index.shape, ...from.slice(axis + 1)] }];
    },
    emit: ({ inputs, outputs, attributes }, emitter) =>
      emitter.node('Gather', inputs, outputs, { axis: attributes.axis }),
  },
  'scatter-rows': {
    infer: (inputs) => {
      const { dtype, shape: from } = operand(inputs, 0);
      const [count] = requireRank(inputs, 1, 1);
      const updates = operand(inputs, 2);
      if (operand(inputs, 1).dtype !== 'i64') fail('row indices must be i64', inputs);
      const fits = updates.shape[0] === count && updates.shape.slice(1).every((dim, at) => dim === from[at + 1]);
      if (!fits || updates.shape.length !== from.length || updates.dtype !== dtype) fail('updates do not fit', inputs);
      return [{ dtype, shape: from }];
    },
    emit: ({ inputs: [data, index, updates], outputs, attributes: { reduction } }, emitter) => {
      const columns = emitter.temporary();
      emitter.node('Unsqueeze', [index!, emitter.int64s([1])], [columns]);
      emitter.node('ScatterND', [data!, columns, updates!], outputs, { reduction });
    },
  },
  'gather-elements': {
    infer: (inputs, { axis }) => {
      const index = elementIndices(inputs, axis);
      return [{ dtype: operand(inputs, 0).dtype, shape: index.shape }];
    },
    emit: ({ inputs, outputs, attributes }, emitter) =>
      emitter.node('GatherElements', inputs, outputs, { axis: attributes.axis }),
  },
  'scatter-elements': {
    infer: (inputs, { axis }) => {
      const index = elementIndices(inputs, axis);
      const updates = operand(inputs, 2);
      const data = operand(inputs, 0);
      if (updates.dtype !== data.dtype || !sameShape(updates.shape, index.shape)) fail('updates do not fit', inputs);
      return [data];
    },
    emit: ({ inputs, outputs, attributes: { axis, reduction } }, emitter) =>
      emitter.node('ScatterElements', inputs, outputs, { axis, reduction }),
  },
};
