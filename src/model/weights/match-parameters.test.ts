import { expect, test } from 'vitest';
import type { AppError } from '#base/app-error';
import type { ParameterSpec } from '../parameters.ts';
import type { StoredDtype } from './dtype.ts';
import { matchParameters } from './match-parameters.ts';

type Found = { dtype: StoredDtype; shape: readonly number[] };
const spec = (name: string, shape: readonly number[]): ParameterSpec => ({ name, shape, kind: 'linear', part: 'llm' });
const f32 = (shape: readonly number[]) => ({ dtype: 'f32', shape }) as const;
const specs = [spec('a', [4, 2]), spec('b', [4]), spec('c', [3, 3])];

function faultOf(
  tensors: Parameters<typeof matchParameters>[1],
  mayBeLeft: (name: string) => boolean = () => false,
): AppError | undefined {
  try {
    matchParameters(specs, tensors, mayBeLeft);
    return undefined;
  } catch (error) {
    return error as AppError;
  }
}

test('what fits passes, whatever the order and the floating-point type', () => {
  const tensors = new Map<string, Found>([
    ['c', { dtype: 'bf16', shape: [3, 3] } as const],
    ['b', { dtype: 'f16', shape: [4] } as const],
    ['a', f32([4, 2])],
  ]);
  expect(faultOf(tensors)).toBeUndefined();
});

test('everything that does not fit is told at once, with expected and found shapes', () => {
  const tensors = new Map<string, Found>([
    ['a', f32([2, 4])],
    ['b', { dtype: 'i32', shape: [4] } as const],
    ['x', f32([1])],
  ]);
  const fault = faultOf(tensors);
  expect(fault?.code).toBe('checkpoint-mismatch');
  expect(fault?.message).toBe(
    'The weights do not fit config.json: 1 tensor is missing: c [3, 3]; 2 tensors are different: a (expected [4, 2], found [2, 4]), b (expected floating-point numbers, found i32); 1 tensor is not expected: x. Check that the folder is complete and its files belong together.',
  );
  expect(fault?.data).toMatchObject({ missing: ['c [3, 3]'], unexpected: ['x'] });
});

test('a message names five of many and counts the others, the data has them all', () => {
  const extra = Array.from({ length: 9 }, (_, i) => [`x${i}`, f32([1])] as const);
  const tensors = new Map<string, Found>([...specs.map(({ name, shape }) => [name, f32(shape)] as const), ...extra]);
  const fault = faultOf(tensors);
  expect(fault?.message).toContain('9 tensors are not expected: x0, x1, x2, x3, x4 and 4 more.');
  expect(fault?.data['unexpected']).toHaveLength(9);
  expect(faultOf(tensors, (name) => name.startsWith('x'))).toBeUndefined();
});
