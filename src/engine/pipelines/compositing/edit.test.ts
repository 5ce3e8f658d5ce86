import { describe, expect, test } from 'vitest';
import { maskOfPatch } from '#raster/patch';
import { type Raster } from '#raster/raster';
import { largestDifference } from '#testing/largest-difference';
import { pictures, withAlpha } from '#testing/pictures';
import { displaced, lossyEngine, tinted } from '#testing/regression-engine';
import { finishEdit, planEdit } from './edit.ts';

const image = pictures.foliage({ width: 400, height: 300 });
const limits = { multiple: 32, minSide: 128, maxArea: 512 * 512 };
const plan = planEdit(image, limits);
const reconstruction = lossyEngine.roundTrip(plan.source) as Raster;
/** A hat of 80×60 pixels, put on what the VAE gives back. Places are the frame's. */
const withHat = (on: Raster): Raster => ({
  ...on,
  data: on.data.map((value, i) => {
    const [x, y] = [Math.floor(i / 3) % on.width, Math.floor(i / 3 / on.width)];
    return x >= 160 && x < 240 && y >= 100 && y < 160 ? [210, 30, 60][i % 3]! : value;
  }),
});
const changed = { keep: 'changed' } as const;
const untouched = (mask: Raster) => (i: number) => mask.data[Math.floor(i / 3)] === 0;

test('the model sees the whole picture on its grid, mirrored where it hangs over', () => {
  expect(plan.frame).toMatchObject({ x: -8, y: -10, width: 416, height: 320, scale: 1 });
  expect([plan.source.width, plan.source.height]).toEqual([416, 320]);
});

describe('an edit of a part', () => {
  const {
    image: result,
    patch,
    changeMask,
    report,
  } = finishEdit(plan, { decoded: withHat(reconstruction), reconstruction }, changed);

  test('pastes the part and not the VAE’s losses elsewhere', () => {
    expect(largestDifference(result.data, image.data, untouched(changeMask))).toBe(0);
    expect(changeMask.data.filter((value) => value === 0).length / changeMask.data.length).toBeGreaterThan(0.85);
    const middle = ((130 - 10) * 400 + 200 - 8) * 3;
    expect(
      [...result.data.subarray(middle, middle + 3)].map((value, c) => Math.abs(value - [210, 30, 60][c]!) < 12),
    ).toEqual([true, true, true]);
    expect(largestDifference(maskOfPatch(patch!, image).data, changeMask.data)).toBe(0);
  });

  test('reports how much changed', () => {
    expect(report.changedFraction).toBeGreaterThan((80 * 60) / (400 * 300));
    expect(report.changedFraction).toBeLessThan((96 * 76) / (400 * 300));
    expect(report.warnings).toEqual([]);
  });

  test('is found even when the model moved the picture', () => {
    const moved = displaced(withHat(reconstruction), { scale: 1.006, dx: 2.5, dy: -3.2 });
    const found = finishEdit(plan, { decoded: moved, reconstruction }, changed);
    expect(found.report.alignment.outcome).toBe('corrected');
    expect(found.report.changedFraction).toBeLessThan(0.07);
    expect(largestDifference(found.image.data, image.data, untouched(found.changeMask))).toBe(0);
  });
});

test('an edit that changes nothing gives the picture back', () => {
  const {
    image: result,
    patch,
    changeMask,
    report,
  } = finishEdit(plan, { decoded: reconstruction, reconstruction }, changed);
  expect(largestDifference(result.data, image.data)).toBe(0);
  expect(patch).toBeUndefined();
  expect(Math.max(...changeMask.data)).toBe(0);
  expect(report).toMatchObject({ changedFraction: 0, warnings: ['nothing-changed'] });
});

test('an edit of the light is taken as a whole, its colours as they are', () => {
  const night = tinted(reconstruction, { l: -25, a: 3, b: -20 });
  const { image: result, changeMask, report } = finishEdit(plan, { decoded: night, reconstruction }, changed);
  expect(Math.min(...changeMask.data)).toBe(255);
  expect(report.changedFraction).toBeGreaterThan(0.9);
  expect(report.warnings).toContain('changed-everywhere');
  expect(report.colours).toBeUndefined();
  const pixel = (50 * 400 + 60) * 3;
  const inFrame = ((50 + 10) * 416 + 60 + 8) * 3;
  expect([...result.data.subarray(pixel, pixel + 3)]).toEqual([...night.data.subarray(inFrame, inFrame + 3)]);
});

test('a transparent picture keeps its transparency, and what is hidden under it', () => {
  const sticker = withAlpha(image, (x) => (x < 200 ? 255 : x < 230 ? 100 : 0));
  const ofSticker = planEdit(sticker, limits);
  const decoded = tinted(ofSticker.source, { l: -20, a: 0, b: 30 });
  for (const keep of ['changed', 'all'] as const) {
    const { image: result, patch } = finishEdit(ofSticker, { decoded, reconstruction: ofSticker.source }, { keep });
    const isAlpha = (i: number) => i % 4 === 3;
    expect(largestDifference(result.data, sticker.data, isAlpha)).toBe(0);
    const hidden = (i: number) => Math.floor(i / 4) % 400 >= 230;
    expect(largestDifference(result.data, sticker.data, hidden)).toBe(0);
    expect(largestDifference(maskOfPatch(patch!, sticker).data, 0, (i) => i % 400 >= 230)).toBe(0);
    const seen = (i: number) => !hidden(i) && i % 4 === 2;
    expect(largestDifference(result.data, sticker.data, seen)).toBeGreaterThan(30);
  }
});

test('keeping all returns the decoded picture though little changed', () => {
  const {
    report,
    changeMask,
    image: result,
  } = finishEdit(plan, { decoded: withHat(reconstruction), reconstruction }, { keep: 'all' });
  expect(report.changedFraction).toBeLessThan(0.1);
  expect(Math.min(...changeMask.data)).toBe(255);
  expect(largestDifference(result.data, image.data)).toBeGreaterThan(5);
});

test('a large photo is edited reduced, and keeps its own sharpness where nothing changed', () => {
  const large = pictures.foliage({ width: 900, height: 700 });
  const reduced = planEdit(large, limits);
  expect(reduced.frame.scale).toBeLessThan(1);
  const { image: result, changeMask } = finishEdit(
    reduced,
    { decoded: withHat(reduced.source), reconstruction: reduced.source },
    changed,
  );
  expect([result.width, result.height]).toEqual([900, 700]);
  expect(largestDifference(result.data, large.data, untouched(changeMask))).toBe(0);
  expect(changeMask.data.filter((value) => value > 0).length / changeMask.data.length).toBeLessThan(0.15);
});
