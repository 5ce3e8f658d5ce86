import { expect, it } from 'vitest';

import { withFittingBrushes } from './fitting-brushes.ts';
import { defaultToolSettings as usual, type ToolSettings } from './tool-settings.ts';

const square = (side: number) => ({ width: side, height: side });
const sizes = ({ brush, eraser, maskBrush }: ToolSettings) => [brush.size, eraser.size, maskBrush.size];

it('brushes are small on small documents, and as usual on large ones', () => {
  expect(sizes(withFittingBrushes(usual, usual, null, square(128)))).toEqual([8, 8, 16]);
  expect(sizes(withFittingBrushes(usual, usual, null, { width: 128, height: 4000 }))).toEqual([8, 8, 16]);
  expect(sizes(withFittingBrushes(usual, usual, null, square(4000)))).toEqual(sizes(usual));
});

it('brushes follow the document until somebody sets them', () => {
  const large = withFittingBrushes(usual, usual, null, square(2000));
  const set = { ...large, eraser: { ...large.eraser, size: 3 } };
  expect(sizes(withFittingBrushes(set, usual, square(2000), square(128)))).toEqual([8, 3, 16]);
});
