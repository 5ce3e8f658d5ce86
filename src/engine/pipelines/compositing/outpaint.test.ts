import { expect, test } from 'vitest';
import { maskOfPatch } from '#raster/patch';
import { largestDifference } from '#testing/largest-difference';
import { maskWhere, pictures } from '#testing/pictures';
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
  const was = maskWhere(result.width, result.height, (x, y) =>
    x > extend.left && x < extend.left + 200 && y > extend.top && y < extend.top + 150 ? 0 : 1,
  );
  expect(largestDifference(result.data, plan.image.data, (i) => was.data[Math.floor(i / 3)] === 0)).toBe(0);
  // Nothing lies under what is added: it is opaque from the first pixel on.
  expect(largestDifference(maskOfPatch(patch!, result).data, was.data)).toBe(0);
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

test('the extension grows out of the border, whatever the model draws', () => {
  const plan = planOutpaint({ image, extend: { ...sides, right: 60 }, limits });
  const other = { ...plan.prefilled, data: plan.prefilled.data.map((value) => value ^ 64) };
  const { image: result } = finishInpaint(plan, other);
  const at = (x: number) => result.data.subarray((75 * result.width + x) * 3, (75 * result.width + x) * 3 + 3);
  const stepTo = (x: number) => largestDifference(at(x), at(199));
  expect(stepTo(220)).toBeGreaterThan(30);
  expect(stepTo(200)).toBeLessThan(stepTo(220) / 2);
});
