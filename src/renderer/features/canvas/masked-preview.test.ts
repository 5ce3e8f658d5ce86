import { expect, it } from 'vitest';

import { opaqueWhereLight } from './masked-preview.ts';

it('makes what may change most opaque, and what must stay transparent', () => {
  const grey = (value: number) => [value, value, value, 255];
  const mask = Uint8ClampedArray.from([...grey(0), ...grey(50), ...grey(100)]);
  opaqueWhereLight(mask);
  expect([mask[3], mask[7], mask[11]]).toEqual([0, 128, 255]);
});

it('leaves an empty mask transparent', () => {
  const mask = new Uint8ClampedArray(8);
  opaqueWhereLight(mask);
  expect([...mask]).toEqual(Array.from({ length: 8 }, () => 0));
});
