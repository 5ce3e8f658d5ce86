import { expect, test } from 'vitest';
import { maskOfPatch } from '#raster/patch';
import { largestDifference } from '#testing/largest-difference';
import { pictures } from '#testing/pictures';
import { finishInpaint } from './inpaint.ts';
import { planOutpaint } from './outpaint.ts';

const image = pictures.gradient({ width: 200, height: 150 });
const limits = { multiple: 32, minSide: 128, maxArea: 512 * 512 };
const sides = { left: 0, top: 0, right: 0, bottom: 0 };

test('an extension of nothing is refused', () => {
  expect(() => planOutpaint({ image, extend: sides })).toThrow(expect.objectContaining({ code: 'extend-empty' }));
});

test.each([
  { ...sides, right: 70 },
  { ...sides, left: 33 },
  { ...sides, top: 1 },
  { left: 50, top: 40, right: 50, bottom: 40 },
])('extended by $left, $top, $right, $bottom the picture stays where it is, byte for byte', (extend) => {
  const plan = planOutpaint({ image, extend, limits });
  const { image: result, patch, report } = finishInpaint(plan, plan.prefilled);
  expect(result.width).toBe(200 + extend.left + extend.right);
  expect(result.height).toBe(150 + extend.top + extend.bottom);
  const touched = maskOfPatch(patch!, result);
  const [was, is, alpha] = [new Uint8Array(200 * 150 * 3), new Uint8Array(200 * 150 * 3), new Uint8Array(200 * 150)];
  for (let y = 0; y < 150; y++) {
    const start = (extend.top + y) * result.width + extend.left;
    was.set(image.data.subarray(y * 600, (y + 1) * 600), y * 600);
    is.set(result.data.subarray(start * 3, (start + 200) * 3), y * 600);
    alpha.set(touched.data.subarray(start, start + 200), y * 200);
  }
  expect(largestDifference(is, was, (i) => alpha[Math.floor(i / 3)] === 0)).toBe(0);
  // The transition is a narrow band: most of the picture is untouched, and all of the extension is new.
  expect(alpha.filter((value) => value > 0).length / alpha.length).toBeLessThan(0.75);
  const added = touched.data.filter((value) => value === 255).length;
  expect(added).toBeGreaterThanOrEqual(result.width * result.height - 200 * 150);
  expect(report.warnings).toEqual([]);
});

test('the extension begins as the border’s colours carried outwards, never black', () => {
  const plan = planOutpaint({ image, extend: { ...sides, right: 60 }, limits });
  const { prefilled } = plan;
  const row = 75 - plan.frame.y;
  const at = (x: number) => [
    ...prefilled.data.subarray(
      (row * prefilled.width + x - plan.frame.x) * 3,
      (row * prefilled.width + x - plan.frame.x) * 3 + 3,
    ),
  ];
  const edge = at(199);
  for (const x of [200, 210, 240, 259]) {
    expect(Math.max(...at(x).map((value, channel) => Math.abs(value - edge[channel]!)))).toBeLessThan(12);
  }
});

test('no overlap leaves all of the picture but its rim', () => {
  const plan = planOutpaint({ image, extend: { ...sides, right: 60 }, limits, overlapPx: 0 });
  const touched = maskOfPatch(finishInpaint(plan, plan.prefilled).patch!, plan.image);
  const inPicture = touched.data.filter((value, i) => value > 0 && i % plan.image.width < 200).length;
  expect(inPicture / (200 * 150)).toBeLessThan(0.03);
});
