import { fail, operand, requireRank, requireSameDType } from '../infer.ts';
import type { OpTable } from '../op-definition.ts';

export const normalisations: OpTable<'layer-norm' | 'rms-norm' | 'instance-norm'> = {
  'layer-norm': {
    infer: (inputs) => {
      requireSameDType(inputs);
      const type = operand(inputs, 0);
      for (const index of inputs.keys()) {
        if (index > 0 && inputs[index] && requireRank(inputs, index, 1)[0] !== type.shape.at(-1)) {
          fail('scale and bias must have the last extent', inputs);
        }
      }
      return [type];
    },
    emit: ({ inputs, outputs, attributes }, emitter) =>
      emitter.node('LayerNormalization', inputs, outputs, { axis: -1, epsilon: { float: attributes.epsilon } }),
  },
  'rms-norm': {
    infer: (inputs) => {
      requireSameDType(inputs);
      const type = operand(inputs, 0);
      if (requireRank(inputs, 1, 1)[0] !== type.shape.at(-1)) fail('the scale must have the last extent', inputs);
      return [type];
    },
    emit: ({ inputs, outputs, attributes }, emitter) =>
      emitter.node('SimplifiedLayerNormalization', inputs, outputs, {
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
