import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { blendOver, type BlendOptions, type PixelWindow } from './blend.ts';

type Pixel = readonly [number, number, number, number];

const one = { width: 1, height: 1 };
const windowOn = (...bytes: number[]): PixelWindow => ({ data: Uint8Array.from(bytes), offset: 0, stride: 1 });

/** `source` over `target`, one pixel. */
function blend(target: Pixel, source: Pixel, options?: BlendOptions): number[] {
  const painted = windowOn(...target);
  blendOver(painted, windowOn(...source), one, options);
  return [...painted.data];
}

const byte = fc.integer({ min: 0, max: 255 });
const pixel = fc.tuple(byte, byte, byte, byte);
const opaque = fc.tuple(byte, byte, byte, fc.constant(255));
const mode = fc.constantFrom('multiply', 'screen', 'soft-light', 'add', 'hue', 'luminosity', 'normal' as const);

describe('blendOver', () => {
  it('paints an opaque pixel as it is', () => {
    fc.assert(
      fc.property(pixel, opaque, (target, source) => {
        expect(blend(target, source)).toEqual([...source]);
      }),
    );
  });

  it('leaves the target where the source is transparent, hidden by its mask or without opacity', () => {
    fc.assert(
      fc.property(pixel, pixel, mode, (target, source, mode) => {
        expect(blend(target, [source[0], source[1], source[2], 0], { mode })).toEqual([...target]);
        expect(blend(target, source, { mode, opacity: 0 })).toEqual([...target]);
        expect(blend(target, source, { mode, mask: windowOn(0) })).toEqual([...target]);
      }),
    );
  });

  it('keeps colour and alpha over nothing, in every mode', () => {
    fc.assert(
      fc.property(pixel, mode, (source, mode) => {
        fc.pre(source[3] > 0);
        expect(blend([9, 8, 7, 0], source, { mode })).toEqual([...source]);
      }),
    );
  });

  it('knows the corner cases of its formulas', () => {
    expect(blend([100, 0, 255, 255], [0, 255, 255, 255], { mode: 'color-dodge' })).toEqual([100, 0, 255, 255]);
    expect(blend([100, 255, 0, 255], [0, 0, 255, 255], { mode: 'color-burn' })).toEqual([0, 255, 0, 255]);
    expect(blend([200, 100, 0, 255], [100, 100, 0, 255], { mode: 'add' })).toEqual([255, 200, 0, 255]);
    // The hue of grey has no saturation to give.
    expect(blend([10, 200, 60, 255], [80, 80, 80, 255], { mode: 'hue' })).toEqual([128, 128, 128, 255]);
  });

  it('multiplies opacity, mask and alpha', () => {
    expect(blend([0, 0, 0, 255], [255, 255, 255, 255], { opacity: 0.5 })).toEqual([128, 128, 128, 255]);
    expect(blend([0, 0, 0, 255], [255, 255, 255, 128], { opacity: 0.5, mask: windowOn(128) })[0]).toBe(32);
    expect(blend([255, 0, 0, 128], [0, 0, 255, 128])).toEqual([85, 0, 170, 192]);
  });

  it('stays inside its window', () => {
    const target = new Uint8Array(4 * 4 * 4);
    const source = new Uint8Array(4 * 4 * 4).fill(255);
    const inner: PixelWindow = { data: target, offset: 5, stride: 4 };
    blendOver(inner, { data: source, offset: 0, stride: 4 }, { width: 2, height: 2 });
    const painted = Array.from({ length: 16 }, (_, i) => i).filter((i) => target[i * 4 + 3] === 255);
    expect(painted).toEqual([5, 6, 9, 10]);
  });
});
