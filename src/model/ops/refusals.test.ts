import { describe, expect, it } from 'vitest';

import type { Dim } from '../ir/dim.ts';
import { Scope, type Value } from '../ir/graph.ts';
import { apply1 } from './apply.ts';
import * as t from './tensor.ts';

describe('operands that do not fit are refused', () => {
  const x = (...shape: Dim[]) => new Scope().input('x', 'f32', shape);
  it.each<[string, () => Value]>([
    ['add: cannot broadcast axis 1 (3 with 4): f32[2,3], f32[4]', () => withTwo(t.add, [2, 3], [4])],
    ['add: cannot broadcast axis 0 (n with m): f32[n], f32[m]', () => withTwo(t.add, ['n'], ['m'])],
    ['matmul: inner extents differ (3 and 2): f32[2,3], f32[2,3]', () => withTwo(t.matmul, [2, 3], [2, 3])],
    [
      'concat: shapes differ outside axis 0: f32[2,3], f32[2,4]',
      () => withTwo((a, b) => t.concat([a, b], 0), [2, 3], [2, 4]),
    ],
    ['reshape: cannot reshape to [5]: f32[2,3]', () => t.reshape(x(2, 3), [5])],
    ['reshape: more than one extent of [m,n] would be inferred: f32[n,m]', () => t.reshape(x('n', 'm'), ['m', 'n'])],
    ['transpose: [0,0] is not a permutation of the axes: f32[2,3]', () => t.transpose(x(2, 3), [0, 0])],
    ['split: axis 0 does not split into 1+2: f32[2,3]', () => t.split(x(2, 3), 0, [1, 2])[0]!],
    ['slice: cannot slice the symbolic axis 0 by [0, null, 2]: f32[n]', () => t.slice(x('n'), 0, 0, null, 2)],
    ['expand: cannot expand to the symbolic [n]: f32[1]', () => t.expand(x(1), ['n'])],
    ['softmax: axis 2 is outside rank 2: f32[2,3]', () => t.softmax(x(2, 3), 2)],
    ['reduce-sum: nothing to reduce over: f32[2,3]', () => t.reduceSum(x(2, 3), [])],
    ['average-pool: sides do not divide by 2: f32[1,1,3,4]', () => t.averagePool(x(1, 1, 3, 4), 2)],
    [
      'conv: channels of picture and kernel differ: f32[1,2,3,3], f32[1,1,3,3]',
      () => withTwo((a, b) => t.conv(a, b, null), [1, 2, 3, 3], [1, 1, 3, 3]),
    ],
    [
      'layer-norm: scale and bias do not fit: f32[2,3], f32[2,1,3]',
      () => withTwo((a, b) => apply1('layer-norm', [a, b], { epsilon: 1 }), [2, 3], [2, 1, 3]),
    ],
    ['where: the condition is not bool: f32[2], f32[2], f32[]', () => t.where(x(2), x(2), 0)],
  ])('%s', (message, build) => {
    expect(build).toThrow(message);
  });
});

function withTwo(build: (a: Value, b: Value) => Value, a: readonly Dim[], b: readonly Dim[]): Value {
  const scope = new Scope();
  return build(scope.input('a', 'f32', a), scope.input('b', 'f32', b));
}
