import { apply1 } from '#model/ops/apply';
import * as t from '#model/ops/tensor';
import type { fused as definitions } from '#model/ops/table/fused';

import type { VjpTable } from '../vjp.ts';

export const fused: VjpTable<keyof typeof definitions> = {
  // Training builds attention from products and a softmax, whose weights the backward pass needs.
  'multi-head-attention': 'not differentiable',
  'grouped-query-attention': 'not differentiable',
  // A rotation's adjoint is the rotation back.
  'rotary-embedding': ({ attributes, inputs: [, positions, cos, sin], gradient }) => [
    apply1('rotary-embedding', [gradient, positions!, cos!, t.neg(sin!)], attributes),
  ],
  'int8-matmul': 'not differentiable',
  'nbits-matmul': 'not differentiable',
  'nbits-gather': 'not differentiable',
};
