import { expect, it } from 'vitest';

import { StderrTail } from './stderr-tail.ts';

it('keeps the last whole lines', () => {
  const tail = new StderrTail(12);
  tail.push('first line\n');
  tail.push('second\nthi');
  tail.push('rd\n');
  expect(tail.text).toBe('third\n');
});

it('keeps the end of a line that is too long', () => {
  const tail = new StderrTail(4);
  tail.push('0123456789');
  expect(tail.text).toBe('6789');
});
