import { expect, test } from 'vitest';
import { largestDifference } from '#testing/largest-difference';
import { pictures } from '#testing/pictures';
import { colourStatistics, transferColour } from './colour-transfer.ts';
import { labOfRaster } from './lab.ts';
import { createPlane, mapPlane, mapPlanes } from './plane.ts';

const lab = labOfRaster(pictures.foliage({ width: 96, height: 80 }));
const everywhere = createPlane(96, 80, 1);
const leftHalf = mapPlane(everywhere, (_, i) => (i % 96 < 48 ? 1 : 0));

test('statistics know nothing of pixels of weight 0', () => {
  const disturbed = mapPlanes(lab, (plane) => mapPlane(plane, (value, i) => (i % 96 < 48 ? value : 1e6)));
  expect(colourStatistics(disturbed, leftHalf)).toEqual(colourStatistics(lab, leftHalf));
  expect(colourStatistics(lab, createPlane(96, 80)).mean).toEqual([0, 0, 0]);
});

test('a shift and a change of contrast measured on a part are undone everywhere', () => {
  const changed = mapPlanes(lab, (plane, channel) =>
    mapPlane(plane, (value) => value * [0.8, 1.2, 1][channel]! + [6, -4, 3][channel]!),
  );
  const restored = transferColour(
    changed,
    colourStatistics(changed, leftHalf),
    colourStatistics(lab, leftHalf),
    [0.7, 1.4],
  );
  for (const [channel, plane] of restored.entries()) {
    expect(largestDifference(plane.data, lab[channel]!.data)).toBeLessThan(0.01);
  }
});

test('contrast is changed within limits only, and that of a flat channel not at all', () => {
  const faint = mapPlanes(lab, (plane) => mapPlane(plane, (value) => value / 10));
  const measured = colourStatistics(faint, everywhere);
  const [l] = transferColour(faint, measured, colourStatistics(lab, everywhere), [0.7, 1.4]);
  expect(colourStatistics([l, l, l], everywhere).deviation[0]).toBeCloseTo(measured.deviation[0] * 1.4, 3);

  const flat = mapPlanes(lab, () => createPlane(96, 80, 20));
  const moved = transferColour(flat, colourStatistics(flat, everywhere), colourStatistics(lab, everywhere), [0.7, 1.4]);
  for (const deviation of colourStatistics(moved, everywhere).deviation) expect(deviation).toBeLessThan(1e-3);
});
