import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeGolden, loadCase } from '#testing/goldens';
import { crop } from './crop.ts';
import { type Raster } from './raster.ts';
import { resize } from './resize.ts';

/** A raster of reproducible noise. */
function noise(width: number, height: number, channels: 1 | 3 | 4): Raster {
  let state = 1;
  const data = new Uint8Array(width * height * channels).map(() => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  return { width, height, channels, data };
}

describeGolden('resize against Pillow', () => {
  it.each([
    ['patchify_resized', 'in.image_u8', 'out.resized_u8'],
    ['e2e_edit', 'in.image_u8', 'out.resize_step_2_u8'],
    ['e2e_edit', 'out.resize_step_3_u8', 'out.resize_step_4_u8'],
  ])('%s: %s gives %s, every byte', (id, from, to) => {
    const golden = loadCase(id);
    const source = golden.u8(from);
    const wanted = golden.u8(to);
    const [height, width] = source.shape as [number, number];
    const [toHeight, toWidth] = wanted.shape as [number, number];
    const resized = resize({ width, height, channels: 3, data: source.data }, { width: toWidth, height: toHeight });
    expect(resized.data).toEqual(wanted.data);
  });
});

describe('resize', () => {
  const side = fc.integer({ min: 1, max: 40 });
  const channels = fc.constantFrom<1 | 3 | 4>(1, 3, 4);

  it('keeps one colour one colour', () => {
    fc.assert(
      fc.property(side, side, side, side, fc.integer({ min: 0, max: 255 }), (w, h, toW, toH, value) => {
        const raster: Raster = { width: w, height: h, channels: 3, data: new Uint8Array(w * h * 3).fill(value) };
        const { data } = resize(raster, { width: toW, height: toH });
        expect(data).toEqual(new Uint8Array(toW * toH * 3).fill(value));
      }),
    );
  });

  it('treats every channel of an opaque picture alike', () => {
    fc.assert(
      fc.property(side, side, side, side, (w, h, toW, toH) => {
        const grey = noise(w, h, 1);
        const spread = (count: 3 | 4): Raster => ({
          width: w,
          height: h,
          channels: count,
          data: Uint8Array.from({ length: w * h * count }, (_, i) =>
            i % 4 === 3 && count === 4 ? 255 : grey.data[Math.floor(i / count)]!,
          ),
        });
        const size = { width: toW, height: toH };
        const wanted = resize(grey, size).data;
        for (const count of [3, 4] as const) {
          const { data } = resize(spread(count), size);
          expect(wanted.every((value, i) => data[i * count] === value && data[i * count + 2] === value)).toBe(true);
        }
      }),
    );
  });

  it('computes a window of the result exactly as the whole', () => {
    fc.assert(
      fc.property(side, side, side, side, channels, fc.nat(), fc.nat(), (w, h, toW, toH, count, a, b) => {
        const raster = noise(w, h, count);
        const size = { width: toW, height: toH };
        const x = a % toW;
        const y = b % toH;
        const window = { x, y, width: toW - x, height: Math.max(1, Math.ceil((toH - y) / 2)) };
        expect(resize(raster, size, { window })).toEqual(crop(resize(raster, size), window));
      }),
    );
  });

  it('lends no colour from transparent pixels', () => {
    const data = new Uint8Array(8 * 4);
    for (let x = 0; x < 8; x++) data.set(x < 4 ? [200, 10, 10, 255] : [0, 255, 0, 0], x * 4);
    const small = resize({ width: 8, height: 1, channels: 4, data }, { width: 3, height: 1 });
    expect([...small.data.subarray(4, 7)]).toEqual([200, 10, 10]);
    expect(small.data[7]).toBeGreaterThan(100);
    expect(small.data[7]).toBeLessThan(155);
  });

  it('returns the same raster for the same size', () => {
    const raster = noise(7, 5, 3);
    expect(resize(raster, { width: 7, height: 5 })).toBe(raster);
  });
});

describe('crop', () => {
  it('copies the box', () => {
    const raster: Raster = { width: 3, height: 2, channels: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    expect(crop(raster, { x: 1, y: 0, width: 2, height: 2 })).toEqual({
      width: 2,
      height: 2,
      channels: 1,
      data: Uint8Array.of(2, 3, 5, 6),
    });
  });

  it('refuses a box that sticks out', () => {
    const raster = noise(3, 2, 1);
    expect(() => crop(raster, { x: 2, y: 0, width: 2, height: 1 })).toThrow('lies within');
    expect(() => crop(raster, { x: -1, y: 0, width: 2, height: 1 })).toThrow('lies within');
  });
});
