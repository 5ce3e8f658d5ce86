import { fail, operand, requireAxis } from '../infer.ts';
import type { OpDefinition, OpTable } from '../op-definition.ts';

function reduction<K extends 'reduce-sum' | 'reduce-mean' | 'reduce-max'>(opType: string): OpDefinition<K> {
  return {
    infer: (inputs, { axes, keep }) => {
      const { dtype, shape } = operand(inputs, 0);
      if (axes.length === 0) fail('nothing to reduce over', inputs);
      for (const axis of axes) requireAxis(inputs, 0, axis);
      const reduced = new Set(axes);
      const kept = shape.map((dim, axis) => (reduced.has(axis) ? 1 : dim));
      return [{ dtype, shape: keep ? kept : kept.filter((_, axis) => !reduced.has(axis)) }];
    },
    emit: ({ inputs, outputs, attributes: { axes, keep } }, emitter) =>
      emitter.node(opType, [inputs[0]!, emitter.int64s(axes)], outputs, { keepdims: keep ? 1 : 0 }),
  };
}

function alongAxis<K extends 'softmax' | 'log-softmax'>(opType: string): OpDefinition<K> {
  return {
    infer: (inputs, { axis }) => {
      requireAxis(inputs, 0, axis);
      return [operand(inputs, 0)];
    },
    emit: ({ inputs, outputs, attributes }, emitter) =>
      emitter.node(opType, inputs, outputs, { axis: attributes.axis }),
  };
}

export const reductions: OpTable<'reduce-sum' | 'reduce-mean' | 'reduce-max' | 'arg-max' | 'softmax' | 'log-softmax'> =
  {
    'reduce-sum': reduction('ReduceSum'),
    'reduce-mean': reduction('ReduceMean'),
    'reduce-max': reduction('ReduceMax'),
    'arg-max': {
      infer: (inputs, { axis }) => {
        requireAxis(inputs, 0, axis);
        return [{ dtype: 'i64', shape: operand(inputs, 0).shape.filter((_, at) => at !== axis) }];
      },
      emit: ({ inputs, outputs, attributes }, emitter) =>
        emitter.node('ArgMax', inputs, outputs, { axis: attributes.axis, keepdims: 0 }),
    },
    softmax: alongAxis('Softmax'),
    'log-softmax': alongAxis('LogSoftmax'),
  };
