import { expect, it } from 'vitest';

import { numberOf } from './number-expression.ts';

it('reads numbers and sums', () => {
  expect(numberOf('512')).toBe(512);
  expect(numberOf(' 1024/2 ')).toBe(512);
  expect(numberOf('3*(64+16)')).toBe(240);
  expect(numberOf('-2,5')).toBe(-2.5);
  expect(numberOf('10 - 2 - 3')).toBe(5);
  expect(numberOf('8/2/2')).toBe(2);
});

it('refuses what is no number', () => {
  for (const text of ['', 'abc', '1+', '(2', '1 2', '1/0', '2)', '1..2']) expect(numberOf(text)).toBeUndefined();
});
