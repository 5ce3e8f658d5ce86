import { describe, expect, test } from 'vitest';
import { rasterDeltaE, statisticsWhere } from '#raster/colour-difference';
import { distanceTo } from '#raster/distance';
import { labOfRaster, rasterOfLab } from '#raster/lab';
import { type Plane, createPlane, mapPlane, mapPlanes, planeOfMask } from '#raster/plane';
import { type Raster } from '#raster/raster';
import { discMask, maskWhere, pictures } from '#testing/pictures';
import { matchColours } from './match-colours.ts';

const size = { width: 320, height: 256 };
const picture = pictures.skin(size);
const region = planeOfMask(discMask(size.width, size.height, { x: 160, y: 128, diameter: 110 }));

/** The picture with a cast that differs from place to place. */
function cast(by: (x: number, y: number) => readonly [number, number, number]): Raster {
  return rasterOfLab(
    mapPlanes(labOfRaster(picture), (plane, channel) =>
      mapPlane(plane, (value, i) => value + by(i % size.width, Math.floor(i / size.width))[channel]),
    ),
  );
}
/** Mean ΔE against the picture within the region, up to 16 pixels from its rim. */
function differenceAtSeam(result: Raster): number {
  const depth = distanceTo(mapPlane(region, (value) => (value > 0 ? 0 : 1)));
  return statisticsWhere(rasterDeltaE(result, picture), depth, 1, 17).mean;
}

describe('a cast', () => {
  test('that is the same everywhere goes altogether, and is reported', () => {
    const { picture: matched, colours } = matchColours(
      picture,
      cast(() => [6, -4, 3]),
      region,
    )!;
    expect(differenceAtSeam(matched)).toBeLessThan(0.5);
    expect(colours.shift.l).toBeCloseTo(6, 0);
    expect(colours.shift.a).toBeCloseTo(-4, 0);
    expect(colours.shift.b).toBeCloseTo(3, 0);
    expect(colours.differenceAfter).toBeLessThan(0.1 * colours.differenceBefore);
  });

  test('that grows from left to right goes along the whole seam', () => {
    const uneven = cast((x) => [-8 + x / 20, 0, 5 - x / 32]);
    const { picture: matched } = matchColours(picture, uneven, region)!;
    expect(differenceAtSeam(matched)).toBeLessThan(0.4 * differenceAtSeam(uneven));
  });
});

test('what is inside the region has no say in how its colours are off', () => {
  const other = pictures.foliage(size);
  const withHole = (result: Raster): Raster => ({
    ...result,
    data: result.data.map((value, i) => (region.data[Math.floor(i / 3)]! > 0 ? other.data[i]! : value)),
  });
  const off = cast(() => [5, 2, 0]);
  const [plain, changed] = [off, withHole(off)].map((result) => matchColours(picture, result, region)!.colours.shift);
  expect(changed).toEqual(plain);
});

test('a region without surroundings is left as it is', () => {
  expect(
    matchColours(
      picture,
      cast(() => [9, 0, 0]),
      createPlane(size.width, size.height, 1),
    ),
  ).toBeUndefined();
  // A thin frame of kept pixels is better than nothing.
  const rim: Plane = planeOfMask(
    maskWhere(size.width, size.height, (x, y) => (x > 3 && x < 317 && y > 3 && y < 253 ? 1 : 0)),
  );
  expect(
    matchColours(
      picture,
      cast(() => [5, 0, 0]),
      rim,
    )!.colours.shift.l,
  ).toBeCloseTo(5, 0);
});
