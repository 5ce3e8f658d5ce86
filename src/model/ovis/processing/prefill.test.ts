import { describe, expect, test } from 'vitest';
import { rasterDeltaE } from '#raster/colour-difference';
import { planeOfMask } from '#raster/plane';
import { type Raster } from '#raster/raster';
import { largestDifference } from '#testing/largest-difference';
import { discMask, maskWhere } from '#testing/pictures';
import { prefillRegion } from './prefill.ts';
import type { RegionIntent } from '../text/instructions.ts';

const size = 256;
const disc = planeOfMask(discMask(size, size, { x: 128, y: 128, diameter: 100 }));
/** A green field with a red disc on it, which is what the mask covers. */
const scene: Raster = {
  width: size,
  height: size,
  channels: 3,
  data: Uint8Array.from(
    { length: size * size * 3 },
    (_, i) => (disc.data[Math.floor(i / 3)]! > 0 ? [200, 30, 20] : [60, 140, 50])[i % 3]!,
  ),
};
const at = (raster: Raster, x: number, y: number) => [
  ...raster.data.subarray((y * size + x) * 3, (y * size + x) * 3 + 3),
];
const intents: RegionIntent[] = ['fill', 'add', 'remove', 'replace', 'background', 'expand'];

describe.each(intents)('for %s', (intent) => {
  const filled = prefillRegion(scene, disc, intent);

  test('nothing far from the mask is painted over', () => {
    const far = (i: number) => Math.hypot((Math.floor(i / 3) % size) - 128, Math.floor(i / 3 / size) - 128) > 50 + 14;
    expect(largestDifference(filled.data, scene.data, far)).toBe(0);
  });

  test('the middle of the mask is not black', () => {
    expect(Math.max(...at(filled, 128, 128))).toBeGreaterThan(50);
  });
});

test('each intent shows the model what it should go by', () => {
  const centre = (intent: RegionIntent) => at(prefillRegion(scene, disc, intent), 128, 128);
  // The object's colour as a hint.
  expect(centre('fill')).toEqual([200, 30, 20]);
  for (const intent of ['add', 'replace', 'background'] as const) expect(centre(intent)).toEqual([128, 128, 128]);
  // Only the field, no trace of the object.
  for (const intent of ['remove', 'expand'] as const) expect(centre(intent)).toEqual([60, 140, 50]);
});

test('a blur leaves no edge of the object, and grey masks mix', () => {
  const textured = { ...scene, data: scene.data.map((value, i) => value + (Math.floor(i / 3) % 2) * 20) };
  const filled = prefillRegion(textured, disc, 'fill');
  expect(Math.abs(at(filled, 128, 128)[0]! - at(filled, 129, 128)[0]!)).toBeLessThanOrEqual(1);
  const half = prefillRegion(scene, planeOfMask(maskWhere(size, size, () => 128 / 255)), 'replace');
  expect(at(half, 0, 0)).toEqual([94, 134, 89]);
});

test('with a full mask there is nothing to go by but the picture itself', () => {
  const full = planeOfMask(maskWhere(size, size, () => 1));
  for (const intent of ['fill', 'remove', 'expand'] as const) {
    const filled = prefillRegion(scene, full, intent);
    expect(at(filled, 128, 128)).toEqual([200, 30, 20]);
    expect(at(filled, 5, 5)).toEqual([60, 140, 50]);
    // Blurred: the edge is gone.
    expect(Math.max(...rasterDeltaE(filled, scene).data)).toBeGreaterThan(10);
  }
});
