import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PixelBox } from '#raster/crop';
import { defaultLimits, type ModelLimits } from '#shared/contract/model-limits';
import { contextPadding, frameWithin, planContextFrame, planWholeFrame } from './context-frame.ts';

const nanoLimits: ModelLimits = { multiple: 32, minSide: 128, maxArea: 256 * 256 };

const side = fc.oneof(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 9000 }));
const anyPicture = fc.record({ width: side, height: side });
/** A start and an end along an axis, often its border. */
const span = (size: number) =>
  fc
    .tuple(
      fc.oneof(fc.constantFrom(0, size - 1), fc.nat(size - 1)),
      fc.oneof(fc.constantFrom(0, size - 1), fc.nat(size - 1)),
    )
    .map(([a, b]) => ({ start: Math.min(a, b), size: Math.abs(a - b) + 1 }));
const anyCase = anyPicture.chain((picture) =>
  fc.record({
    picture: fc.constant(picture),
    changed: fc
      .tuple(span(picture.width), span(picture.height))
      .map(([x, y]): PixelBox => ({ x: x.start, y: y.start, width: x.size, height: y.size })),
    reachPx: fc.double({ min: 0, max: 200, noNaN: true }),
    strength: fc.double({ min: 0, max: 1, noNaN: true }),
    contextScale: fc.double({ min: 1, max: 8, noNaN: true }),
    limits: fc.constantFrom(defaultLimits, nanoLimits),
  }),
);

function planFor({
  picture,
  changed,
  reachPx,
  strength,
  contextScale,
  limits,
}: typeof anyCase extends fc.Arbitrary<infer T> ? T : never) {
  const padPx = contextPadding(picture, changed, { strength, contextScale, limits });
  return planContextFrame({ picture, changed, reachPx, padPx, limits });
}

describe('a context frame, for any picture and mask,', () => {
  const holds = (property: (input: Parameters<typeof planFor>[0], frame: ReturnType<typeof planFor>) => void) =>
    fc.assert(
      fc.property(anyCase, (input) => property(input, planFor(input))),
      { numRuns: 400 },
    );

  test('has sides that are multiples of 32, before and after one common factor', () => {
    holds((_, { width, height, scale, modelWidth, modelHeight }) => {
      expect([width % 32, height % 32, modelWidth % 32, modelHeight % 32]).toEqual([0, 0, 0, 0]);
      expect(width * scale).toBeCloseTo(modelWidth, 6);
      expect(height * scale).toBeCloseTo(modelHeight, 6);
    });
  });

  test('is no larger than the model takes', () => {
    holds(({ limits }, { modelWidth, modelHeight }) => {
      expect(modelWidth).toBeGreaterThan(0);
      expect(modelHeight).toBeGreaterThan(0);
      expect(modelWidth * modelHeight).toBeLessThanOrEqual(limits.maxArea);
    });
  });

  test('holds what may change and as much around it as must be seen', () => {
    holds(({ changed, reachPx: reach, picture }, frame) => {
      const within = frameWithin(frame, picture);
      expect(within.x).toBeLessThanOrEqual(Math.max(0, changed.x - reach));
      expect(within.y).toBeLessThanOrEqual(Math.max(0, changed.y - reach));
      expect(within.x + within.width).toBeGreaterThanOrEqual(
        Math.min(picture.width, changed.x + changed.width + reach),
      );
      expect(within.y + within.height).toBeGreaterThanOrEqual(
        Math.min(picture.height, changed.y + changed.height + reach),
      );
    });
  });

  test('lies within the picture, unless it is larger: then it hangs over on both sides alike', () => {
    holds(({ picture }, frame) => {
      for (const [start, size, available] of [
        [frame.x, frame.width, picture.width],
        [frame.y, frame.height, picture.height],
      ] as const) {
        const end = available - (start + size);
        expect(size <= available ? start >= 0 && end >= 0 : Math.abs(start - end) <= 1).toBe(true);
      }
    });
  });
});

describe('a context frame', () => {
  const disc = { x: 900, y: 500, width: 256, height: 256 };
  const photo = { width: 4000, height: 3000 };
  const plan = (
    picture: { width: number; height: number },
    changed: PixelBox,
    options: { contextScale?: number; strength?: number } = {},
  ) => planFor({ picture, changed, reachPx: 16, strength: 1, contextScale: 1, limits: defaultLimits, ...options });

  test('of a small region is 1:1, at least the model’s shortest side, centred on it', () => {
    expect(plan(photo, { x: 2000, y: 1500, width: 10, height: 10 }, { strength: 0.5 })).toEqual({
      x: 2005 - 256,
      y: 1505 - 256,
      width: 512,
      height: 512,
      scale: 1,
      modelWidth: 512,
      modelHeight: 512,
    });
  });

  test('is wider at full strength, and the wider the more context is asked for', () => {
    const widths = [
      plan(photo, disc, { strength: 0.5 }),
      plan(photo, disc),
      plan(photo, disc, { contextScale: 1.3 }),
    ].map((frame) => frame.width);
    expect(widths).toEqual(widths.toSorted((a, b) => a - b));
    expect(new Set(widths).size).toBe(3);
  });

  test('on a large photo gives up context rather than sharpness, unless asked for it', () => {
    const large = { width: 8192, height: 5464 };
    const changed = { x: 4000, y: 2500, width: 300, height: 300 };
    expect(plan(large, changed)).toMatchObject({ width: 1024, height: 1024, scale: 1 });
    expect(plan(large, changed, { contextScale: 3 }).scale).toBeLessThan(1);
  });

  test.each([
    ['left', { ...disc, x: 0 }],
    ['top', { ...disc, y: 0 }],
    ['right', { ...disc, x: 4000 - 256 }],
    ['bottom', { ...disc, y: 3000 - 256 }],
    ['a corner', { ...disc, x: 4000 - 256, y: 3000 - 256 }],
  ])('at the border (%s) is shifted, not shrunk', (_, changed) => {
    const { width, height } = plan(photo, disc);
    expect(plan(photo, changed)).toMatchObject({ width, height, scale: 1 });
  });

  test('that is too large for the model is reduced by one factor, on the grid before and after', () => {
    const frame = plan(photo, { x: 300, y: 300, width: 1500, height: 1950 });
    expect(frame.scale).toBeLessThan(1);
    expect(frame.width / frame.modelWidth).toBe(frame.height / frame.modelHeight);
    // Little of what the model could take is wasted.
    expect(frame.modelWidth * frame.modelHeight).toBeGreaterThan(0.85 * defaultLimits.maxArea);
  });

  test('of an odd picture drops a few columns of context before it hangs over', () => {
    const picture = { width: 641, height: 479 };
    const inside = plan(picture, { x: 250, y: 150, width: 100, height: 100 });
    expect([inside.x >= 0, inside.y >= 0, inside.width, inside.height]).toEqual([true, true, 512, 448]);
    expect(planWholeFrame(picture, defaultLimits)).toMatchObject({ x: -16, y: -1, width: 672, height: 480, scale: 1 });
  });

  test('of a small picture is enlarged by a whole factor', () => {
    expect(planWholeFrame({ width: 128, height: 96 }, defaultLimits)).toMatchObject({
      width: 128,
      height: 96,
      scale: 5,
    });
    expect(planWholeFrame({ width: 1, height: 1 }, defaultLimits)).toMatchObject({
      width: 32,
      height: 32,
      modelWidth: 512,
    });
    expect(planWholeFrame({ width: 128, height: 128 }, nanoLimits)).toMatchObject({ scale: 1 });
  });

  test('of a panorama or of an 8k photo keeps its shape', () => {
    expect(planWholeFrame({ width: 8192, height: 512 }, defaultLimits)).toMatchObject({
      width: 8192,
      height: 512,
      scale: 0.5,
    });
    const frame = planWholeFrame({ width: 8192, height: 5464 }, defaultLimits);
    expect(frame.modelWidth * frame.modelHeight).toBeGreaterThan(0.9 * defaultLimits.maxArea);
    expect(frame.width / 8192).toBeLessThan(1.05);
    expect(frame.height / 5464).toBeLessThan(1.05);
  });
});
