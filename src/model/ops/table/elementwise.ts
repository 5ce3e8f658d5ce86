import type { OpAttributes, OpKind } from '../attributes.ts';
import { broadcast, fail, operand, requireSameDType } from '../infer.ts';
import type { Emitter, EmittedNode, OpDefinition, OpTable } from '../op-definition.ts';
import type { DType } from '../../ir/tensor-type.ts';

type Kinds = KindsWithout | 'gelu' | 'cast';
type KindsWithout =
  | 'neg'
  | 'abs'
  | 'sign'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'reciprocal'
  | 'sin'
  | 'cos'
  | 'tanh'
  | 'sigmoid'
  | 'erf'
  | 'floor'
  | 'not'
  | 'silu'
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'pow'
  | 'max'
  | 'min'
  | 'equal'
  | 'less'
  | 'greater'
  | 'and'
  | 'or'
  | 'where';

const onnxDTypes: Record<DType, number> = { f32: 1, u8: 2, i8: 3, i32: 6, i64: 7, bool: 9, f16: 10 };

/** ONNX's number for a data type (`TensorProto.DataType`). */
export function onnxDType(dtype: DType): number {
  return onnxDTypes[dtype];
}

function plain<K extends OpKind>(opType: string) {
  return (node: EmittedNode<K>, emitter: Emitter) => emitter.node(opType, node.inputs, node.outputs);
}

function unary<K extends KindsWithout>(opType: string): OpDefinition<K> {
  return { infer: (inputs) => [operand(inputs, 0)], emit: plain(opType) };
}

function binary<K extends KindsWithout>(opType: string, result?: DType): OpDefinition<K> {
  return {
    infer: (inputs) => {
      const dtype = requireSameDType(inputs);
      return [
        {
          dtype: result ?? dtype,
          shape: broadcast(
            inputs,
            inputs.map((type) => type?.shape ?? []),
          ),
        },
      ];
    },
    emit: plain(opType),
  };
}

export const elementwise: OpTable<Kinds> = {
  neg: unary('Neg'),
  abs: unary('Abs'),
  sign: unary('Sign'),
  exp: unary('Exp'),
  log: unary('Log'),
  sqrt: unary('Sqrt'),
  reciprocal: unary('Reciprocal'),
  sin: unary('Sin'),
  cos: unary('Cos'),
  tanh: unary('Tanh'),
  sigmoid: unary('Sigmoid'),
  erf: unary('Erf'),
  floor: unary('Floor'),
  not: unary('Not'),
  silu: {
    infer: (inputs) => [operand(inputs, 0)],
    // x·sigmoid(alpha·x) with alpha 1 is SiLU, in one pass.
    emit: (node, emitter) =>
      emitter.node('QuickGelu', node.inputs, node.outputs, { alpha: { float: 1 } }, 'com.microsoft'),
  },
  gelu: {
    infer: (inputs) => [operand(inputs, 0)],
    emit: (node, emitter) =>
      emitter.node('Gelu', node.inputs, node.outputs, { approximate: node.attributes.approximate }),
  },
  cast: {
    infer: (inputs, { to }: OpAttributes['cast']) => [{ dtype: to, shape: operand(inputs, 0).shape }],
    emit: (node, emitter) => emitter.node('Cast', node.inputs, node.outputs, { to: onnxDType(node.attributes.to) }),
  },
  add: binary('Add'),
  sub: binary('Sub'),
  mul: binary('Mul'),
  div: binary('Div'),
  pow: binary('Pow'),
  max: binary('Max'),
  min: binary('Min'),
  equal: binary('Equal', 'bool'),
  less: binary('Less', 'bool'),
  greater: binary('Greater', 'bool'),
  and: binary('And', 'bool'),
  or: binary('Or', 'bool'),
  where: {
    infer: (inputs) => {
      if (operand(inputs, 0).dtype !== 'bool') fail('the condition is not bool', inputs);
      const dtype = requireSameDType(inputs.slice(1));
      return [
        {
          dtype,
          shape: broadcast(
            inputs,
            inputs.map((type) => type?.shape ?? []),
          ),
        },
      ];
    },
    emit: plain('Where'),
  },
};
