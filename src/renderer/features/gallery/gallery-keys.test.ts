import { expect, it } from 'vitest';

import { galleryAction } from './gallery-keys.ts';

const keys = { altKey: false, shiftKey: false, ctrlKey: false, metaKey: false };
const press = (index: number, key: string, more: Partial<typeof keys> = {}) =>
  galleryAction({ key, ...keys, ...more }, index, { count: 7, columns: 3 });
const go = (to: number) => ({ kind: 'go', to });

it('goes along rows and columns, and on to the next row at the end of one', () => {
  expect([press(4, 'ArrowLeft'), press(4, 'ArrowRight'), press(4, 'ArrowUp')]).toEqual([go(3), go(5), go(1)]);
  expect([press(2, 'ArrowRight'), press(3, 'ArrowDown')]).toEqual([go(3), go(6)]);
  expect([press(4, 'Home'), press(4, 'End')]).toEqual([go(0), go(6)]);
});

it('stays where there is no picture further on', () => {
  const stops = [press(0, 'ArrowLeft'), press(6, 'ArrowRight'), press(1, 'ArrowUp'), press(4, 'ArrowDown')];
  expect(stops).toEqual([null, null, null, null]);
});

it('puts in the trash and takes out again, and leaves other keys alone', () => {
  expect([press(4, 'Delete'), press(4, 'Backspace')]).toEqual([{ kind: 'trash' }, { kind: 'trash' }]);
  expect([press(4, 'z', { ctrlKey: true }), press(4, 'z', { metaKey: true })]).toEqual([
    { kind: 'restore' },
    { kind: 'restore' },
  ]);
  const others = [press(4, 'z'), press(4, 'Delete', { ctrlKey: true }), press(4, 'ArrowLeft', { shiftKey: true })];
  expect(others).toEqual([null, null, null]);
});
