import { expect, test } from 'vitest';
import { discMask, maskWhere, withAlpha, pictures } from '#testing/pictures';
import { featherMask, growMask, invertMask, maskBounds, maskOfRaster, shrinkMask } from './mask.ts';

const sum = (mask: { data: Uint8Array }) => mask.data.reduce((total, value) => total + value / 255, 0);

test('a mask comes from grey, from alpha, or from brightness', () => {
  const grey = maskWhere(2, 1, (x) => x / 2);
  expect(maskOfRaster(grey)).toBe(grey);
  const picture = pictures['flat grey']({ width: 3, height: 1 });
  expect([...maskOfRaster(withAlpha(picture, (x) => x * 100)).data]).toEqual([0, 100, 200]);
  // Opaque everywhere: alpha says nothing, so brightness does.
  expect([...maskOfRaster(withAlpha(picture, () => 255)).data]).toEqual([...maskOfRaster(picture).data]);
  expect(maskOfRaster({ width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0) }).data[0]).toBe(76);
});

test('bounds enclose everything above 0, to the faintest grey', () => {
  const mask = maskWhere(20, 10, () => 0);
  expect(maskBounds(mask)).toBeUndefined();
  mask.data[3 * 20 + 7] = 1;
  expect(maskBounds(mask)).toEqual({ x: 7, y: 3, width: 1, height: 1 });
  mask.data[9 * 20 + 19] = 255;
  expect(maskBounds(mask)).toEqual({ x: 7, y: 3, width: 13, height: 7 });
});

test('growing, shrinking, feathering and inverting do what they say', () => {
  const disc = discMask(100, 100, { x: 50, y: 50, diameter: 40 });
  expect(Math.sqrt(sum(growMask(disc, 6)) / Math.PI)).toBeCloseTo(26, 0);
  expect(Math.sqrt(sum(shrinkMask(disc, 6)) / Math.PI)).toBeCloseTo(14, 0);
  expect(sum(invertMask(disc))).toBeCloseTo(10_000 - sum(disc), 3);
  const soft = featherMask(disc, 8);
  expect(sum(soft) / sum(disc)).toBeCloseTo(1, 2);
  expect(soft.data[50 * 100 + 70]).toBeGreaterThan(90);
  expect(soft.data[50 * 100 + 70]).toBeLessThan(150);
  expect(soft.data[50 * 100 + 50]).toBe(255);
  expect(soft.data[50 * 100 + 86]).toBe(0);
});
