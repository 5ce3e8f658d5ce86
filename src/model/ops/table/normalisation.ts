import { sameShape } from '../../ir/tensor-type.ts';
import { broadcast, fail, operand, requireRank, requireSameDType } from '../infer.ts';
import type { OpTable } from '../op-definition.ts';

export const normalisations: OpTable<'layer-norm' | 'rms-norm' | 'instance-norm'> = {
  // Results: the normalised tensor, and one over the standard deviation (or root mean square) of every row.
  'layer-norm': {
    infer: (inputs) => {
      requireSameDType(inputs);
      const type = operand(inputs, 0);
      for (const other of inputs.slice(1)) {
        if (other && !sameShape(broadcast(inputs, [type.shape, other.shape]), type.shape)) {
          fail('scale and bias do not fit', inputs);
        }
      }
      return [type, { dtype: type.dtype, shape: [...type.shape.slice(0, -1), 1] }];
    },
    emit: ({ inputs, outputs: [y, deviation], used, attributes }, emitter) =>
      emitter.node('LayerNormalization', inputs, [y!, '', used[1] ? deviation! : ''], {
        axis: -1,
        epsilon: { float: attributes.epsilon },
      }),
  },
  'rms-norm': {
    infer: (inputs) => {
      requireSameDType(inputs);
      const type = operand(inputs, 0);
      if (requireRank(inputs, 1, 1)[0] !== type.shape.at(-1)) fail('the scale must have the last extent', inputs);
      return [type, { dtype: type.dtype, shape: [...type.shape.slice(0, -1), 1] }];
    },
    emit: ({ inputs, outputs: [y, deviation], used, attributes }, emitter) =>
      emitter.node('SimplifiedLayerNormalization', inputs, [y!, used[1] ? deviation! : ''], {
        axis: -1,
        epsilon: { float: attributes.epsilon },
        stash_type: 1,
      }),
  },
  'instance-norm': {
    infer: (inputs) => {
      requireSameDType(inputs);
      const { shape } = operand(inputs, 0);
      if (shape.length < 3) fail('needs batch, channels and at least one more axis', inputs);
      if (requireRank(inputs, 1, 1)[0] !== shape[1] || requireRank(inputs, 2, 1)[0] !== shape[1]) {
        fail('scale and bias must have one entry a channel', inputs);
      }
      return [operand(inputs, 0)];
    },
    emit: ({ inputs, outputs, attributes }, emitter) =>
      emitter.node('InstanceNormalization', inputs, outputs, { epsilon: { float: attributes.epsilon } }),
  },
};
