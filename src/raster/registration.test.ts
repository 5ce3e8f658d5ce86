import { describe, expect, test } from 'vitest';
import { type PictureName, pictures } from '#testing/pictures';
import { fft2d } from './fft.ts';
import { gaussianBlur } from './gaussian-blur.ts';
import { lightnessOfRaster } from './lab.ts';
import { phaseCorrelation } from './phase-correlation.ts';
import { type Plane, createPlane, mapPlane } from './plane.ts';
import { type Similarity, gridOf, registerPlanes } from './registration.ts';
import { resamplePlane } from './resample.ts';

const limits = { maxScaleChange: 0.02, maxShift: 0.25 };

/** The picture displaced: what was at p is now found at the place the similarity names. */
function displaced(plane: Plane, { scale, dx, dy }: Similarity): Plane {
  const { width, height } = plane;
  const inverse = { scale: 1 / scale, dx: -dx / scale, dy: -dy / scale };
  return resamplePlane(plane, gridOf(inverse, width, height));
}

/** The largest distance, over the picture, between where two similarities look. */
function disagreement(one: Similarity, other: Similarity, { width, height }: Plane): number {
  const corners = [-1, 1].flatMap((u) => [-1, 1].map((v) => [(u * width) / 2, (v * height) / 2] as const));
  return Math.max(
    ...corners.map(([u, v]) =>
      Math.hypot(
        one.scale * u + one.dx - other.scale * u - other.dx,
        one.scale * v + one.dy - other.scale * v - other.dy,
      ),
    ),
  );
}

test('the Fourier transform of a wave is its frequency, and the inverse brings it back', () => {
  const [width, height] = [16, 8];
  const wave = Float64Array.from({ length: width * height }, (_, i) =>
    Math.cos((2 * Math.PI * (3 * (i % width))) / width + (2 * Math.PI * 2 * Math.floor(i / width)) / height),
  );
  const values = { re: new Float64Array(wave), im: new Float64Array(wave.length) };
  fft2d(values, width, height, 'forward');
  expect(values.re[2 * width + 3]).toBeCloseTo((width * height) / 2, 9);
  expect(values.re[6 * width + 13]).toBeCloseTo((width * height) / 2, 9);
  expect(values.re.reduce((sum, value) => sum + Math.abs(value), 0)).toBeCloseTo(width * height, 7);
  fft2d(values, width, height, 'inverse');
  for (let i = 0; i < wave.length; i++) expect(values.re[i]).toBeCloseTo(wave[i]!, 12);
});

test('phase correlation finds a shift, whatever the brightness', () => {
  const texture = mapPlane(lightnessOfRaster(pictures.foliage({ width: 128, height: 96 })), (value) => value - 42);
  const window = gaussianBlur(
    mapPlane(createPlane(128, 96), (_, i) =>
      Math.abs((i % 128) - 64) < 40 && Math.abs(Math.floor(i / 128) - 48) < 30 ? 1 : 0,
    ),
    6,
  );
  const shifted = displaced(texture, { scale: 1, dx: 7, dy: -5 });
  const seen = (plane: Plane, gain: number) => mapPlane(plane, (value, i) => value * gain * window.data[i]!);
  const found = phaseCorrelation(seen(texture, 1), seen(shifted, 0.6));
  expect(found.dx).toBeCloseTo(7, 0);
  expect(found.dy).toBeCloseTo(-5, 0);
});

test('resampling at whole places copies, and between them interpolates', () => {
  const ramp = mapPlane(createPlane(20, 12), (_, i) => (i % 20) * 2 + Math.floor(i / 20));
  const same = resamplePlane(ramp, { width: 20, height: 12, x: { scale: 1, offset: 0 }, y: { scale: 1, offset: 0 } });
  expect(same.data).toEqual(ramp.data);
  const moved = resamplePlane(ramp, {
    width: 5,
    height: 3,
    x: { scale: 0.5, offset: 4.25 },
    y: { scale: 1, offset: 5.5 },
  });
  expect(moved.data[0]).toBeCloseTo(4.25 * 2 + 5.5, 5);
  expect(moved.data[5 + 4]).toBeCloseTo(6.25 * 2 + 6.5, 5);
});

describe('registration', () => {
  const cases: { name: PictureName; truth: Similarity }[] = [
    { name: 'film grain', truth: { scale: 1.01, dx: 3.4, dy: -2.2 } },
    { name: 'skin', truth: { scale: 1.01, dx: 3.4, dy: -2.2 } },
    { name: 'line art', truth: { scale: 1.01, dx: 3.4, dy: -2.2 } },
    { name: 'line art', truth: { scale: 1, dx: 0.7, dy: 0.4 } },
    { name: 'foliage', truth: { scale: 0.985, dx: -11, dy: 6.5 } },
    { name: 'foliage', truth: { scale: 1, dx: 60, dy: -41 } },
  ];
  test.each(cases)('finds $truth.dx, $truth.dy at $truth.scale on $name', ({ name, truth }) => {
    const reference = lightnessOfRaster(pictures[name]({ width: 512, height: 384 }));
    const moved = displaced(reference, truth);
    const found = registerPlanes(reference, moved, createPlane(512, 384, 1), limits);
    expect(disagreement(found, truth, reference)).toBeLessThan(0.15);
    expect(found.errorAfter).toBeLessThan(found.errorBefore / 2);
  });

  test('is not misled by a part that is masked out, or that simply changed', () => {
    const reference = lightnessOfRaster(pictures.foliage({ width: 512, height: 512 }));
    const other = lightnessOfRaster(pictures.foliage({ width: 512, height: 512, seed: 77 }));
    const inHole = (i: number) => Math.abs((i % 512) - 256) < 150 && Math.abs(Math.floor(i / 512) - 256) < 150;
    const truth = { scale: 1.004, dx: -2.6, dy: 1.3 };
    const moved = displaced(
      mapPlane(reference, (value, i) => (inHole(i) ? other.data[i]! : value)),
      truth,
    );
    const masked = mapPlane(reference, (_, i) => (inHole(i) ? 0 : 1));
    expect(disagreement(registerPlanes(reference, moved, masked, limits), truth, reference)).toBeLessThan(0.1);
    expect(
      disagreement(registerPlanes(reference, moved, createPlane(512, 512, 1), limits), truth, reference),
    ).toBeLessThan(0.3);
  });

  test('does not invent a displacement where there is nothing to see', () => {
    const flat = createPlane(256, 256, 50);
    expect(registerPlanes(flat, createPlane(256, 256, 56), createPlane(256, 256, 1), limits)).toMatchObject({
      scale: 1,
      dx: 0,
      dy: 0,
    });
    const reference = lightnessOfRaster(pictures.skin({ width: 256, height: 256 }));
    const nothing = registerPlanes(reference, reference, createPlane(256, 256), limits);
    expect(nothing).toMatchObject({ scale: 1, dx: 0, dy: 0 });
    expect(nothing.errorAfter).not.toBeLessThan(nothing.errorBefore);
  });
});
