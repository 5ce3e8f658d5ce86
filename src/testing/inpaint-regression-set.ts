import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { finishInpaint, planInpaint } from '#engine/pipelines/compositing/inpaint';
import { alignResult } from '#engine/pipelines/compositing/align-result';
import { matchColours } from '#engine/pipelines/compositing/match-colours';
import { planOutpaint } from '#engine/pipelines/compositing/outpaint';
import { deltaE, rasterDeltaE, statisticsWhere } from '#raster/colour-difference';
import { colourStatistics } from '#raster/colour-transfer';
import { distanceTo } from '#raster/distance';
import { gaussianBlur } from '#raster/gaussian-blur';
import { labOfRaster, lightnessOfRaster } from '#raster/lab';
import { maskOfPatch } from '#raster/patch';
import {
  type Plane,
  createPlane,
  mapPlane,
  mapPlanes,
  planeOfMask,
  planesOfRaster,
  rasterOfPlanes,
} from '#raster/plane';
import { type Raster } from '#raster/raster';
import { registerPlanes } from '#raster/registration';
import { discMask, maskWhere, pictureNames, pictures, withAlpha } from './pictures.ts';
import { type RegressionEngine, displaced, tinted } from './regression-engine.ts';

/** The pictures of the set, with a disc of 256 pixels to be filled. */
const size = { width: 544, height: 480 };
const disc = discMask(size.width, size.height, { x: 280, y: 230, diameter: 256 });
/** Soft and sharp: for what takes long and differs little between the others. */
const unlike = ['skin', 'line art'] as const;
const fill = { intent: 'fill', strength: 1 } as const;

/**
 * The regression set that keeps the compositing recipe honest: made-up pictures, an engine that changes nothing of its
 * own accord, and what may not show in the result. Runs with any engine, a real VAE above all.
 */
export function describeInpaintRegressionSet(engine: RegressionEngine): void {
  describe(`the regression set with ${engine.name}`, { timeout: 60_000 }, () => {
    test.each(pictureNames)('%s: outside the mask nothing changes, within it hardly anything', async (name) => {
      const image = pictures[name](size);
      const plan = planInpaint({ image, mask: disc, ...fill });
      const { image: result } = finishInpaint(plan, await engine.roundTrip(plan.source));
      const outside = (i: number) => disc.data[i] === 0;
      expect(hashWhere(result, outside)).toBe(hashWhere(image, outside));
      const depth = distanceTo(mapPlane(planeOfMask(disc), (value) => (value > 0 ? 0 : 1)));
      const ring = statisticsWhere(rasterDeltaE(result, image), depth, 1, 17);
      expect(ring.count).toBeGreaterThan(5000);
      // Sharp lines lose the most by being resized there and back; a difference begins to be seen at about 2.3.
      expect(ring.mean).toBeLessThan(1.5);
    });

    test.each(unlike)('%s: five edits in a row leave the rest alone and do not drift', async (name) => {
      const original = pictures[name](size);
      let image = original;
      let everTouched = createPlane(size.width, size.height);
      for (let edit = 0; edit < 5; edit++) {
        const plan = planInpaint({ image, mask: disc, intent: 'fill', strength: 0.5 });
        const done = finishInpaint(plan, await engine.roundTrip(plan.prefilled));
        const touched = maskOfPatch(done.patch!, image).data;
        everTouched = mapPlane(everTouched, (value, i) => Math.max(value, touched[i]!));
        image = done.image;
      }
      const untouched = (i: number) => everTouched.data[i] === 0;
      expect(hashWhere(image, untouched)).toBe(hashWhere(original, untouched));
      const [before, after] = [original, image].map((picture) => meanLab(picture, planeOfMask(disc)));
      expect(Math.hypot(...before!.map((mean, channel) => mean - after![channel]!))).toBeLessThan(2);
    });

    const textured = ['film grain', 'skin', 'foliage', 'line art'] as const;
    test.each(textured)('%s: a result shifted by (3.4, −2.2) and scaled by 1.01 is moved back', async (name) => {
      const plan = planInpaint({ image: pictures[name](size), mask: disc, ...fill });
      const result = displaced(await engine.roundTrip(plan.prefilled), { scale: 1.01, dx: 3.4, dy: -2.2 });
      const kept = mapPlane(plan.masks.touched, (value) => (value > 0 ? 0 : 1));
      const { picture, alignment } = alignResult(plan.source, result, kept);
      expect(alignment.outcome).toBe('corrected');
      // What is still left, measured anew, and against what was done to it.
      const left = registerPlanes(lightnessOfRaster(plan.source), lightnessOfRaster(picture), kept, {
        maxScaleChange: 0.02,
        maxShift: 0.25,
      });
      expect(Math.hypot(left.dx, left.dy) + (Math.abs(left.scale - 1) * size.width) / 2).toBeLessThan(0.3);
      expect(Math.hypot(alignment.shiftPx.x - 3.4, alignment.shiftPx.y + 2.2)).toBeLessThan(0.3);
      expect((Math.abs(alignment.scale - 1.01) * size.width) / 2).toBeLessThan(0.3);
    });

    test.each(unlike)('%s: of a cast of +6 L, −4 a at least four fifths go', async (name) => {
      const image = pictures[name](size);
      const plan = planInpaint({ image, mask: disc, ...fill });
      const cast = tinted(await engine.roundTrip(plan.source), { l: 6, a: -4, b: 0 });
      const { picture } = matchColours(plan.source, cast, plan.masks.touched)!;
      // The seam: the first pixels of the region, where both should look the same but for detail.
      const inside = distanceTo(mapPlane(plan.masks.touched, (value) => (value > 0 ? 0 : 1)));
      const contrast = (result: Raster) => statisticsWhere(slowDifference(result, plan.source), inside, 1, 17).mean;
      expect(contrast(picture)).toBeLessThan(0.2 * contrast(cast));
    });

    test('a soft mask gives more and more of the change, without a step', async () => {
      const image = pictures['flat grey'](size);
      // One grey level a pixel, the picture kept on one side of it and changed on the other.
      const mask = maskWhere(size.width, size.height, (x) => (x - 150) / 256);
      const plan = planInpaint({ image, mask, ...fill });
      const same = await engine.roundTrip(plan.source);
      const other = tinted(same, { l: 25, a: 10, b: -15 });
      const { image: result } = finishInpaint(plan, mixed(same, other, plan.masks.user));
      const row = (plane: Plane) => plane.data.subarray(240 * size.width, 241 * size.width);
      const [l, a, b] = labOfRaster(result).map(row) as [Float32Array, Float32Array, Float32Array];
      const steps = l.map((_, x) =>
        x === 0 ? 0 : Math.hypot(l[x]! - l[x - 1]!, a[x]! - a[x - 1]!, b[x]! - b[x - 1]!),
      );
      expect(Math.max(...steps)).toBeLessThan(2);
      const change = row(rasterDeltaE(result, image));
      // Byte steps make a change waver by a fraction of a ΔE.
      expect(Math.min(...change.map((value, x) => (x === 0 ? 0 : value - change[x - 1]!)))).toBeGreaterThan(-0.6);
      expect(change[100]).toBe(0);
      expect(change[520]).toBeGreaterThan(20);
    });

    test('extended by a quarter on each side, no border tints the new part, whatever lies there', async () => {
      const inner = pictures.foliage({ width: 384, height: 320 });
      const extend = { left: 96, right: 96, top: 80, bottom: 80 };
      const outer = { width: 576, height: 480 };
      const isInner = (x: number, y: number) => x >= 96 && x < 480 && y >= 80 && y < 400;
      const added = maskWhere(outer.width, outer.height, (x, y) => (isInner(Math.floor(x), Math.floor(y)) ? 0 : 1));
      const expanding = { mask: added, intent: 'expand', strength: 1 } as const;
      const plans = [
        planOutpaint({ image: inner, extend }),
        planInpaint({ image: framed(inner, outer, 255), ...expanding }),
        planInpaint({ image: framed(inner, outer, 0), ...expanding }),
        planInpaint({
          image: withAlpha(framed(inner, outer, 0), (x, y) => (isInner(x, y) ? 255 : 0)),
          ...expanding,
        }),
      ];
      // The outermost 48 pixels of the picture as it was.
      const band = mapPlane(planeOfMask(added), (value, i) => {
        const [x, y] = [i % outer.width, Math.floor(i / outer.width)];
        return value === 0 && !(x >= 144 && x < 432 && y >= 128 && y < 352) ? 1 : 0;
      });
      const edge = meanLab(framed(inner, outer, 0), band);
      for (const plan of plans) {
        const { image: result } = finishInpaint(plan, await engine.roundTrip(plan.prefilled));
        expect([result.width, result.height]).toEqual([outer.width, outer.height]);
        const difference = mapPlanes(labOfRaster(result), (plane, channel) =>
          mapPlane(plane, (value) => value - edge[channel]),
        );
        const tint = colourStatistics(difference, planeOfMask(added)).mean;
        expect(Math.hypot(...tint)).toBeLessThan(6);
      }
    });

    test.each([
      ['odd sizes', { width: 641, height: 479 }],
      ['a 16:1 panorama', { width: 2048, height: 128 }],
      ['a picture smaller than the model’s grid', { width: 19, height: 27 }],
    ])('%s: the result has the picture’s size, the rest its bytes', async (_, picture) => {
      const image = pictures.foliage(picture);
      const mask = discMask(picture.width, picture.height, {
        x: picture.width / 3,
        y: picture.height / 2,
        diameter: 9,
      });
      const plan = planInpaint({ image, mask, ...fill });
      const { image: result, patch } = finishInpaint(plan, await engine.roundTrip(plan.prefilled));
      expect([result.width, result.height]).toEqual([picture.width, picture.height]);
      const blend = maskOfPatch(patch!, image);
      expect(hashWhere(result, (i) => blend.data[i] === 0)).toBe(hashWhere(image, (i) => blend.data[i] === 0));
    });

    test('an 8k photo: the same, for a region far larger than the model’s size', async () => {
      const tile = pictures.foliage({ width: 512, height: 512 });
      const image = tiled(tile, { width: 8192, height: 5464 });
      const mask = discMask(8192, 5464, { x: 4100, y: 2700, diameter: 2400 });
      const plan = planInpaint({ image, mask, ...fill });
      expect(plan.frame.scale).toBeLessThan(0.5);
      const { image: result, patch } = finishInpaint(plan, await engine.roundTrip(plan.prefilled));
      expect([result.width, result.height, result.channels]).toEqual([8192, 5464, 3]);
      const blend = maskOfPatch(patch!, image);
      expect(hashWhere(result, (i) => blend.data[i] === 0)).toBe(hashWhere(image, (i) => blend.data[i] === 0));
      expect(blend.data[2700 * 8192 + 4100]).toBe(255);
    });
  });
}

/** SHA-256 of a picture's bytes at the pixels that count. */
function hashWhere({ channels, data }: Raster, counts: (pixel: number) => boolean): string {
  const bytes = new Uint8Array(data.length);
  let length = 0;
  for (let pixel = 0; pixel < data.length / channels; pixel++) {
    if (!counts(pixel)) continue;
    for (let c = 0; c < channels; c++) bytes[length++] = data[pixel * channels + c]!;
  }
  return createHash('sha256').update(bytes.subarray(0, length)).digest('hex');
}

/** Mean L, a and b where a mask is above 0. */
function meanLab(picture: Raster, where: Plane): readonly [number, number, number] {
  const counts = mapPlane(where, (value) => (value > 0 ? 1 : 0));
  return colourStatistics(labOfRaster(picture), counts).mean;
}

/** ΔE of the colours without their detail. */
function slowDifference(one: Raster, other: Raster): Plane {
  const slow = (picture: Raster) => mapPlanes(labOfRaster(picture), (plane) => gaussianBlur(plane, 8));
  return deltaE(slow(one), slow(other));
}

/** From one picture to the other, as far as the mask goes: what a model makes that keeps to its mask. */
function mixed(from: Raster, to: Raster, mask: Plane): Raster {
  const other = planesOfRaster(to);
  return rasterOfPlanes(
    mapPlanes(planesOfRaster(from), (plane, channel) =>
      mapPlane(plane, (value, i) => value + (other[channel].data[i]! - value) * mask.data[i]!),
    ),
  );
}

/** A picture in the middle of a larger one of one grey. */
function framed(picture: Raster, size: { width: number; height: number }, grey: number): Raster {
  const data = new Uint8Array(size.width * size.height * 3).fill(grey);
  const left = (size.width - picture.width) / 2;
  const top = (size.height - picture.height) / 2;
  for (let y = 0; y < picture.height; y++) {
    const row = picture.data.subarray(y * picture.width * 3, (y + 1) * picture.width * 3);
    data.set(row, ((top + y) * size.width + left) * 3);
  }
  return { ...size, channels: 3, data };
}

/** A large picture of one small one over and over. */
function tiled(tile: Raster, { width, height }: { width: number; height: number }): Raster {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = tile.data.subarray((y % tile.height) * tile.width * 3, ((y % tile.height) + 1) * tile.width * 3);
    for (let x = 0; x < width; x += tile.width) data.set(row, (y * width + x) * 3);
  }
  return { width, height, channels: 3, data };
}
