import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shrinkMask } from '#raster/mask';
import { maskOfPatch, pastePatch } from '#raster/patch';
import { type Raster } from '#raster/raster';
import { largestDifference } from '#testing/largest-difference';
import { discMask, maskWhere, pictures, withAlpha } from '#testing/pictures';
import { displaced, tinted } from '#testing/regression-engine';
import { type ModelLimits } from '#shared/contract/model-limits';
import { finishInpaint, planInpaint } from './inpaint.ts';
import { type Intent } from './recipe.ts';

const limits: ModelLimits = { multiple: 32, minSide: 128, maxArea: 256 * 256 };
const fill = { intent: 'fill', strength: 1, limits } as const;
const photo = pictures.skin({ width: 300, height: 220 });
const disc = discMask(300, 220, { x: 150, y: 110, diameter: 40 });
const full = maskWhere(300, 220, () => 1);
/** A model that paints blue over all that it can touch, and leaves the rest. */
const paintBlue = (plan: ReturnType<typeof planInpaint>): Raster => ({
  ...plan.source,
  data: plan.source.data.map((value, i) =>
    plan.masks.touched.data[Math.floor(i / 3)]! > 0 ? [20, 40, 220][i % 3]! : value,
  ),
});
/** The largest difference of two pictures' bytes at pixels whose mask is 0. */
const differenceOutside = (one: Raster, other: Raster, mask: Raster) =>
  largestDifference(one.data, other.data, (i) => mask.data[Math.floor(i / one.channels)] === 0);

describe('a mask that cannot be used', () => {
  test('because it is empty has a code and says what to do', () => {
    const plan = () => planInpaint({ image: photo, mask: maskWhere(300, 220, () => 0), ...fill });
    expect(plan).toThrow(expect.objectContaining({ code: 'mask-empty' }));
    expect(plan).toThrow('paint over what should change');
  });

  test('because it has another size names both', () => {
    const plan = () => planInpaint({ image: photo, mask: maskWhere(220, 300, () => 1), ...fill });
    expect(plan).toThrow(expect.objectContaining({ code: 'mask-size-mismatch' }));
    expect(plan).toThrow('220×300');
  });
});

describe('a plan', () => {
  test('shows the model the picture around the mask, prefilled, and keeps the picture’s own pixels beside it', () => {
    const plan = planInpaint({ image: photo, mask: disc, ...fill, intent: 'replace' });
    expect([plan.source.width, plan.source.height]).toEqual([plan.frame.modelWidth, plan.frame.modelHeight]);
    const masked = (i: number) => plan.masks.user.data[Math.floor(i / 3)] === 1;
    expect(largestDifference(plan.prefilled.data, 128, masked)).toBe(0);
    expect(largestDifference(plan.source.data, 128, masked)).toBeGreaterThan(20);
    const { frame } = plan;
    const corner = (frame.y * photo.width + frame.x) * 3;
    expect([...plan.source.data.subarray(0, 3)]).toEqual([...photo.data.subarray(corner, corner + 3)]);
  });

  test('below full strength shows the picture as it is', () => {
    const plan = planInpaint({ image: photo, mask: disc, ...fill, strength: 0.6 });
    expect(plan.prefilled).toBe(plan.source);
    expect(plan.strength).toBe(0.6);
  });

  test('shows more with a larger context, reduced where it must be', () => {
    const small = { ...fill, strength: 0.5, limits: { ...limits, maxArea: 160 * 160 } };
    const near = planInpaint({ image: photo, mask: disc, ...small });
    const wide = planInpaint({ image: photo, mask: disc, ...small, contextScale: 6 });
    expect(wide.frame.width).toBeGreaterThan(near.frame.width);
    expect(wide.frame.scale).toBeLessThan(1);
  });

  test('takes a mask from a colour picture or from alpha', () => {
    const colour: Raster = { width: 300, height: 220, channels: 3, data: new Uint8Array(300 * 220 * 3) };
    for (let i = 0; i < disc.data.length; i++) colour.data.fill(disc.data[i]!, i * 3, i * 3 + 3);
    const alpha = withAlpha(colour, (x, y) => disc.data[y * 300 + x]!);
    const [plain, fromColour, fromAlpha] = [disc, colour, alpha].map(
      (mask) => planInpaint({ image: photo, mask, ...fill }).masks.user.data,
    );
    expect(largestDifference(fromColour!, plain!)).toBe(0);
    expect(largestDifference(fromAlpha!, plain!)).toBe(0);
  });
});

describe('a finished inpainting', () => {
  const plan = planInpaint({ image: photo, mask: disc, ...fill });
  const done = finishInpaint(plan, paintBlue(plan));
  const touched = maskOfPatch(done.patch!, photo);

  test('has new pixels in the mask and the old bytes outside of it', () => {
    const middle = (110 * 300 + 150) * 3;
    expect(done.image.data[middle + 2]! - done.image.data[middle]!).toBeGreaterThan(120);
    expect(differenceOutside(done.image, photo, disc)).toBe(0);
    // All but the fade along the inside.
    const within = shrinkMask(disc, 5);
    expect(largestDifference(touched.data, 255, (i) => within.data[i] === 255)).toBe(0);
    expect(done.report.changedFraction).toBeCloseTo(
      touched.data.filter((alpha) => alpha > 0).length / disc.data.length,
      9,
    );
  });

  test('is its patch laid over the picture', () => {
    expect(largestDifference(pastePatch(photo, done.patch!).data, done.image.data)).toBe(0);
  });

  test('does not touch the picture it began with', () => {
    expect(largestDifference(photo.data, pictures.skin({ width: 300, height: 220 }).data)).toBe(0);
  });

  test('reports a displacement and a cast, and undoes them', () => {
    const moved = tinted(displaced(paintBlue(plan), { scale: 1, dx: 5, dy: -2 }), { l: 5, a: 0, b: 0 });
    const { report, image } = finishInpaint(plan, moved);
    expect(report.alignment.outcome).toBe('corrected');
    expect(report.alignment.shiftPx.x).toBeCloseTo(5, 0);
    expect(report.alignment.shiftPx.y).toBeCloseTo(-2, 0);
    expect(report.colours!.shift.l).toBeCloseTo(5, 0);
    expect(report.colours!.differenceAfter).toBeLessThan(report.colours!.differenceBefore / 2);
    expect(report.warnings).toEqual(['shifted-far']);
    expect(differenceOutside(image, photo, disc)).toBe(0);
  });

  test('with a full mask is the result itself, and says that there was nothing to match colours with', () => {
    const everything = planInpaint({ image: photo, mask: full, ...fill });
    const { image, report } = finishInpaint(everything, paintBlue(everything));
    expect(report.warnings).toEqual(['colours-unmatched']);
    expect(report.changedFraction).toBe(1);
    expect(
      largestDifference(
        image.data.filter((_, i) => i % 3 === 2),
        220,
      ),
    ).toBeLessThanOrEqual(1);
  });

  test('keeps transparency outside the mask and is opaque within', () => {
    const sticker = withAlpha(photo, (x) => (x < 150 ? 255 : 40));
    const ofSticker = planInpaint({ image: sticker, mask: disc, ...fill });
    const { image } = finishInpaint(ofSticker, paintBlue(ofSticker));
    expect(image.channels).toBe(4);
    expect(image.data[(110 * 300 + 160) * 4 + 3]).toBe(255);
    expect(differenceOutside(image, sticker, disc)).toBe(0);
  });
});

/** The largest value of a mask along the frame's sides that lie within the picture. */
function largestAtInnerSides({ frame, masks, image }: ReturnType<typeof planInpaint>): number {
  const { width, height, data } = masks.blend;
  const inner = {
    left: frame.x > 0,
    top: frame.y > 0,
    right: frame.x + frame.width < image.width,
    bottom: frame.y + frame.height < image.height,
  };
  return largestDifference(data, 0, (i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return (
      (x === 0 && inner.left) ||
      (y === 0 && inner.top) ||
      (x === width - 1 && inner.right) ||
      (y === height - 1 && inner.bottom)
    );
  });
}

test('the frame never cuts the fade off, whatever the strength', () => {
  const wide = pictures.gradient({ width: 700, height: 520 });
  for (const [size, strength] of [
    [130, 1],
    [130, 0.02],
    [240, 0.3],
    [400, 0.1],
    [400, 1],
  ] as const) {
    for (const place of [260, 351]) {
      const mask = maskWhere(700, 520, (x, y) =>
        Math.abs(x - place) < size / 2 && Math.abs(y - 260) < size / 2 ? 1 : 0,
      );
      const plan = planInpaint({ image: wide, mask, ...fill, strength });
      expect(largestAtInnerSides(plan)).toBe(0);
    }
  }
});

const intents: Intent[] = ['fill', 'add', 'remove', 'replace', 'background', 'expand'];
const places: readonly [string, (x: number, y: number) => number][] = [
  ['the left border', (x, y) => (x < 20 && Math.abs(y - 110) < 20 ? 1 : 0)],
  ['the top border', (x, y) => (y < 20 && Math.abs(x - 150) < 20 ? 1 : 0)],
  ['the right border', (x, y) => (x > 280 && Math.abs(y - 110) < 20 ? 1 : 0)],
  ['the bottom border', (x, y) => (y > 200 && Math.abs(x - 150) < 20 ? 1 : 0)],
  ['the first corner', (x, y) => (x < 20 && y < 20 ? 1 : 0)],
  ['the last corner', (x, y) => (x > 280 && y > 200 ? 1 : 0)],
  ['two opposite corners', (x, y) => ((x < 3 && y < 3) || (x > 297 && y > 217) ? 1 : 0)],
  ['a single pixel', (x, y) => (x === 77.5 && y === 33.5 ? 1 : 0)],
  ['all but one pixel', (x, y) => (x === 77.5 && y === 33.5 ? 0 : 1)],
  ['a soft ramp', (x) => x / 300],
];
test.each(places)('a mask on %s keeps its promises', (_, value) => {
  const mask = maskWhere(300, 220, value);
  for (const intent of ['fill', 'remove'] as const) {
    const plan = planInpaint({ image: photo, mask, ...fill, intent });
    const { image, patch } = finishInpaint(plan, paintBlue(plan));
    const touched = maskOfPatch(patch!, photo);
    expect([image.width, image.height, image.channels]).toEqual([300, 220, 3]);
    expect(differenceOutside(image, photo, mask)).toBe(0);
    const within = shrinkMask(mask, 5);
    expect(largestDifference(touched.data, 255, (i) => within.data[i] === 255)).toBe(0);
  }
});

test('any picture with any mask keeps, in its own size, every byte where the mask is 0', () => {
  const size = fc.integer({ min: 1, max: 110 });
  /** Boxes and single greys: edges that lie across the model's pixels wherever they can. */
  const anyMask = (width: number, height: number) =>
    fc
      .array(
        fc.record({
          x: fc.nat(width - 1),
          y: fc.nat(height - 1),
          width: fc.integer({ min: 1, max: width }),
          height: fc.integer({ min: 1, max: height }),
          value: fc.integer({ min: 1, max: 255 }),
        }),
        { minLength: 1, maxLength: 4 },
      )
      .map((boxes) => {
        const mask: Raster = { width, height, channels: 1, data: new Uint8Array(width * height) };
        for (const box of boxes) {
          for (let y = box.y; y < Math.min(height, box.y + box.height); y++) {
            mask.data.fill(box.value, y * width + box.x, y * width + Math.min(width, box.x + box.width));
          }
        }
        return mask;
      });
  const anyInput = fc
    .tuple(size, size, fc.constantFrom(1 as const, 3 as const, 4 as const))
    .chain(([width, height, channels]) =>
      fc.record({
        image: fc
          .nat()
          .map((seed): Raster => ({ width, height, channels, data: noise(width * height * channels, seed) })),
        mask: anyMask(width, height),
        intent: fc.constantFrom(...intents),
        strength: fc.constantFrom(0.05, 0.4, 1),
        contextScale: fc.constantFrom(1, 3),
      }),
    );
  // Small enough for frames that are reduced, and for some that are enlarged.
  const small: ModelLimits = { multiple: 32, minSide: 64, maxArea: 96 * 96 };
  fc.assert(
    fc.property(anyInput, (input) => {
      const { image, mask } = input;
      const plan = planInpaint({ ...input, limits: small });
      const { image: result } = finishInpaint(plan, allBlue(plan));
      expect([result.width, result.height]).toEqual([image.width, image.height]);
      expect(differenceOutside(colour(result), colour(image), mask)).toBe(0);
    }),
    { numRuns: 60 },
  );
});

const noise = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Math.imul(i + 1, 2_654_435_761 ^ seed) >>> 24);
/** A model that keeps to nothing: what the mask leaves out must not depend on it. */
const allBlue = ({ source }: ReturnType<typeof planInpaint>): Raster => ({
  ...source,
  data: source.data.map((_, i) => [20, 40, 220][i % 3]!),
});
/** A result in grey becomes one in colour. */
const colour = (picture: Raster): Raster =>
  picture.channels === 1 ? pastePatch(picture, { x: 0, y: 0, raster: emptyPatch }) : picture;
const emptyPatch: Raster = { width: 1, height: 1, channels: 4, data: new Uint8Array(4) };
