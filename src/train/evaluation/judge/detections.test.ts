import { expect, it } from 'vitest';

import { detectionsOf, type CellLook } from './detections.ts';

it('cells that share a centre are sure together, and cells of different things are not', () => {
  const look = (cell: number, thing: number, sureness: number): CellLook => ({
    cell,
    thing,
    sureness,
    color: 0,
    box: { x: cell, y: 0, width: 10, height: 10 },
  });
  const shared = detectionsOf([look(27, 1, 0.2), look(28, 1, 0.4), look(35, 2, 0.3)]);
  expect(shared).toHaveLength(1);
  expect(shared[0]!.box.x).toBeCloseTo(27.67, 2);
  // Too far from each other to mean one centre.
  expect(detectionsOf([look(0, 1, 0.3), look(9, 2, 0.4), look(40, 1, 0.4)])).toEqual([]);
  // Sure by themselves, they are two.
  const apart = [look(27, 1, 0.9), { ...look(28, 1, 0.9), box: { x: 50, y: 0, width: 10, height: 10 } }];
  expect(detectionsOf(apart)).toHaveLength(2);
});
