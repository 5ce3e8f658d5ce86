/** @file Operators of onnxruntime's own domain, used for inference only. */
import { divideDims, multiplyDims } from '../../ir/dim.ts';
import { fail, operand, requireRank, requireSameDType } from '../infer.ts';
import type { OpTable } from '../op-definition.ts';

const MICROSOFT = 'com.microsoft';

export const fused: OpTable<
  | 'multi-head-attention'
  | 'grouped-query-attention'
  | 'rotary-embedding'
  | 'int8-matmul'
  | 'nbits-matmul'
  | 'nbits-gather'
> = {
  'multi-head-attention': {
    infer: (inputs, { heads }) => {
      requireSameDType(inputs);
      const query = requireRank(inputs, 0, 3);
      const key = requireRank(inputs, 1, 3);
      const value = requireRank(inputs, 2, 3);
      if (divideDims(query[2]!, heads) === undefined) fail(`channels do not divide into ${heads} heads`, inputs);
      if (key[1] !== value[1] || key[2] !== query[2]) fail('query, key and value do not fit', inputs);
      return [{ dtype: operand(inputs, 0).dtype, shape: [query[0]!, query[1]!, value[2]!] }];
    },
    emit: ({ inputs: [query, key, value, bias], outputs, attributes: { heads, scale } }, emitter) => {
      const optional = bias ? ['', '', bias] : [];
      const attributes = { num_heads: heads, scale: { float: scale } };
      emitter.node('MultiHeadAttention', [query!, key!, value!, ...optional], outputs, attributes, MICROSOFT);
    },
  },
  'grouped-query-attention': {
    // causal, over whole sequences: query, key, value [batch, tokens, heads · size]; past key and value left out;
    // last index of each sequence i32[batch]; length i32[1]. The second and third results are the keys and values.
    infer: (inputs, { heads, kvHeads }) => {
      const { dtype } = operand(inputs, 0);
      const [batch, tokens, channels] = requireRank(inputs, 0, 3);
      const keys = requireRank(inputs, 1, 3);
      const headSize = divideDims(channels!, heads);
      if (headSize === undefined || divideDims(keys[2]!, kvHeads) !== headSize) fail('head sizes differ', inputs);
      const present = { dtype, shape: [batch!, kvHeads, tokens!, headSize] };
      return [operand(inputs, 0), present, present];
    },
    emit: ({ inputs, outputs, attributes: { heads, kvHeads, scale } }, emitter) => {
      const attributes = { num_heads: heads, kv_num_heads: kvHeads, scale: { float: scale } };
      emitter.node('GroupQueryAttention', inputs, outputs, attributes, MICROSOFT);
    },
  },
  'rotary-embedding': {
    // x [batch, tokens, heads · size]; positions i64[1]: the row of the tables of the first token; cos and sin [rows, size / 2]
    infer: (inputs) => {
      const [, , channels] = requireRank(inputs, 0, 3);
      const [cosRows, half] = requireRank(inputs, 2, 2);
      if (divideDims(channels!, multiplyDims(half!, 2)) === undefined || requireRank(inputs, 3, 2)[0] !== cosRows) {
        fail('the tables do not fit the head size', inputs);
      }
      return [operand(inputs, 0)];
    },
    emit: ({ inputs, outputs, attributes }, emitter) =>
      emitter.node('RotaryEmbedding', inputs, outputs, { interleaved: attributes.interleaved ? 1 : 0 }, MICROSOFT),
  },
  'int8-matmul': {
    // a f32[..., in]; weights i8[in, out]; scale f32[out]; bias f32[out] or none
    infer: (inputs) => {
      const a = operand(inputs, 0);
      const [depth, columns] = requireRank(inputs, 1, 2);
      if (a.shape.at(-1) !== depth) fail('inner extents differ', inputs);
      return [{ dtype: a.dtype, shape: [...a.shape.slice(0, -1), columns!] }];
    },
    emit: ({ inputs: [a, weights, scale, bias], outputs }, emitter) =>
      emitter.node('DynamicQuantizeMatMul', [a!, weights!, scale!, '', bias ?? ''], outputs, {}, MICROSOFT),
  },
  'nbits-matmul': {
    // a [..., in]; weights u8[out, blocks, bytes of a block]; scale [out · blocks]; bias or none
    infer: (inputs, { bits, blockSize, columns }) => {
      const a = operand(inputs, 0);
      const [rows, blocks, bytes] = requireRank(inputs, 1, 3);
      const depth = a.shape.at(-1)!;
      const fits =
        typeof depth === 'number' && blocks === Math.ceil(depth / blockSize) && bytes === (blockSize * bits) / 8;
      if (!fits || rows !== columns) fail(`weights do not fit ${bits} bits in blocks of ${blockSize}`, inputs);
      return [{ dtype: a.dtype, shape: [...a.shape.slice(0, -1), columns] }];
    },
    emit: ({ inputs: [a, weights, scale, bias], outputs, inputTypes, attributes }, emitter) => {
      const options = {
        K: inputTypes[0]!.shape.at(-1) as number,
        N: attributes.columns,
        bits: attributes.bits,
        block_size: attributes.blockSize,
        accuracy_level: 4, // activations in int8 per block: several times faster, error below the weights' own
      };
      const optional = bias ? ['', '', bias] : [];
      emitter.node('MatMulNBits', [a!, weights!, scale!, ...optional], outputs, options, MICROSOFT);
    },
  },
  'nbits-gather': {
    // weights u8[rows, columns · bits / 8]; indices i64; scale f32[rows, columns / block]
    infer: (inputs, { bits }) => {
      const [, bytes] = requireRank(inputs, 0, 2);
      const indices = operand(inputs, 1);
      const { dtype } = operand(inputs, 2);
      return [{ dtype, shape: [...indices.shape, ((bytes as number) * 8) / bits] }];
    },
    emit: ({ inputs, outputs, attributes: { bits, blockSize } }, emitter) =>
      emitter.node(
        'GatherBlockQuantized',
        inputs,
        outputs,
        { bits, block_size: blockSize, gather_axis: 0, quantize_axis: 1 },
        MICROSOFT,
      ),
  },
};
