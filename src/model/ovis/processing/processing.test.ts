import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Raster } from '#raster/raster';
import { resize } from '#raster/resize';
import {
  describeGolden,
  fixtureConfigFiles,
  fixtureJson,
  loadCase,
  maxDifference,
  type GoldenTensor,
} from '#testing/goldens';
import { parseOvisConfig } from '../config.ts';
import { coverResize, editSize, fromVaePixels, generationSize, toVaePixels } from './context-image.ts';
import { blankPicture, toRgb, type RgbRaster } from './rgb.ts';
import { roundHalfToEven, smartResize } from './smart-resize.ts';
import { conditionInput, conditionSize, patchify, understandingInput, understandingSize } from './vision-input.ts';

/** A golden picture [..., height, width, 3] as a raster. */
function picture({ shape, data }: GoldenTensor<Uint8Array>): RgbRaster {
  const [height, width] = shape.slice(-3) as [number, number, number];
  return { width, height, channels: 3, data };
}

describeGolden('processing against the reference', () => {
  const { processor } = parseOvisConfig(fixtureConfigFiles());

  it('smart_resize: every row of the table', () => {
    const rows = fixtureJson('ovis-u1-dev/goldens/smart_resize.json') as Record<string, number>[];
    expect(rows.length).toBeGreaterThan(30);
    for (const row of rows) {
      const bounds = { factor: row['factor']!, minPixels: row['min_pixels']!, maxPixels: row['max_pixels']! };
      const { width, height } = smartResize({ width: row['w']!, height: row['h']! }, bounds);
      expect({ ...row, out_h: height, out_w: width }).toEqual(row);
    }
  });

  it('the two sizes of a condition, with the bounds of the released model', () => {
    const released = { ...processor, minPixels: 448 * 448, maxPixels: 1344 * 1792 };
    const rows = fixtureJson('ovis-u1-dev/goldens/resize_chain_real.json') as {
      h: number;
      w: number;
      first: number[];
      second: number[];
    }[];
    for (const { h, w, first, second } of rows) {
      const small = conditionSize({ width: w, height: h }, released);
      const seen = understandingSize(small, released);
      expect([small.height, small.width, seen.height, seen.width]).toEqual([...first, ...second]);
    }
  });

  it.each(['patchify_exact', 'patchify_resized'])('%s: patches in merge order', (id) => {
    const golden = loadCase(id);
    const { patches, grid } = understandingInput(picture(golden.u8('in.image_u8')), processor);
    expect([grid.frames, grid.rows, grid.columns]).toEqual([...golden.i32('out.grid_thw').data]);
    expect(maxDifference(patches, golden.f32('out.patches').data)).toBeLessThanOrEqual(golden.atol('out.patches'));
  });

  it.each(['no_both', 'no_txt', 'cond'])('edit: pixels of the condition %s', (branch) => {
    const golden = loadCase('e2e_edit');
    const source = picture(golden.u8('in.image_u8'));
    const size = editSize(source);
    const seen = branch === 'no_both' ? blankPicture(size.width, size.height) : resize(source, size);
    const { patches, grid } = conditionInput(seen, processor);
    expect([grid.frames, grid.rows, grid.columns]).toEqual([...golden.i32(`out.${branch}.grid_thw`).data]);
    const name = `out.${branch}.pixel_values`;
    expect(maxDifference(patches, golden.f32(name).data)).toBeLessThanOrEqual(golden.atol(name));
  });

  it('edit: pixels for the VAE', () => {
    const golden = loadCase('e2e_edit');
    const source = picture(golden.u8('in.image_u8'));
    const pixels = toVaePixels(resize(source, editSize(source)));
    const wanted = golden.f32('out.vae_pixel_values').data;
    expect(maxDifference(pixels, wanted)).toBeLessThanOrEqual(golden.atol('out.vae_pixel_values'));
  });

  it('aspect_crop: covers, cuts and scales', () => {
    const golden = loadCase('aspect_crop');
    const cut = coverResize(picture(golden.u8('in.image_u8')), { width: 64, height: 48 });
    expect(cut.data).toEqual(golden.u8('out.image_u8_out').data);
    expect(maxDifference(toVaePixels(cut), golden.f32('out.pixels').data)).toBeLessThanOrEqual(
      golden.atol('out.pixels'),
    );
  });

  it.each(['loop_t2i', 'loop_edit', 'e2e_t2i', 'e2e_edit'])('%s: the decoded picture in 8 bits', (id) => {
    const golden = loadCase(id);
    const wanted = picture(golden.u8('out.image_u8'));
    expect(fromVaePixels(golden.f32('out.image_float').data, wanted).data).toEqual(wanted.data);
  });
});

describe('smartResize', () => {
  const side = fc.integer({ min: 1, max: 70_000 });
  it('always gives multiples of the factor, of a bounded area for ordinary aspects', () => {
    fc.assert(
      fc.property(side, side, fc.constantFrom(28, 32), (width, height, factor) => {
        const bounds = { factor, minPixels: 3136, maxPixels: 1_003_520 };
        const size = smartResize({ width, height }, bounds);
        expect(size.width % factor).toBe(0);
        expect(size.height % factor).toBe(0);
        expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(factor);
        const isExtreme = Math.min(width, height) < factor || Math.max(width, height) / Math.min(width, height) > 200;
        expect(isExtreme || size.width * size.height <= bounds.maxPixels).toBe(true);
      }),
    );
  });

  it('rounds halves to even, as Python does', () => {
    expect([0.5, 1.5, 2.5, 2.4999, 2.5001, 3, -0.5, -1.5].map(roundHalfToEven)).toEqual([0, 2, 2, 2, 3, 3, 0, -2]);
  });
});

describe('pictures', () => {
  it('lays transparency over white and repeats grey', () => {
    const rgba: Raster = {
      width: 3,
      height: 1,
      channels: 4,
      data: Uint8Array.of(10, 20, 30, 255, 10, 20, 30, 0, 100, 0, 200, 128),
    };
    expect([...toRgb(rgba).data]).toEqual([10, 20, 30, 255, 255, 255, 177, 127, 227]);
    const grey: Raster = { width: 2, height: 1, channels: 1, data: Uint8Array.of(7, 250) };
    expect([...toRgb(grey).data]).toEqual([7, 7, 7, 250, 250, 250]);
  });

  it('survives the way to the VAE and back within one level', () => {
    const data = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
    const raster: RgbRaster = { width: 256, height: 1, channels: 3, data };
    expect(maxDifference(fromVaePixels(toVaePixels(raster), raster).data, data)).toBeLessThanOrEqual(1);
  });

  it('truncates and clamps what the VAE decodes', () => {
    const pixels = Float32Array.of(-3, 0.999, 7);
    expect([...fromVaePixels(pixels, { width: 1, height: 1 }).data]).toEqual([0, 254, 255]);
  });

  it('covers a strip of any aspect without making the whole of it large', () => {
    const strip = blankPicture(60_000, 1);
    expect(coverResize(strip, { width: 64, height: 256 })).toEqual(blankPicture(64, 256));
  });

  it('makes pictures in multiples of 16', () => {
    expect(generationSize({ width: 1023, height: 5 })).toEqual({ width: 1008, height: 16 });
  });

  it('refuses to cut patches from a picture that does not divide', () => {
    const processor = { patchSize: 14, mergeSize: 2, minPixels: 1, maxPixels: 1e6, rescaleFactor: 1 / 255 };
    const colours = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
    expect(() => patchify(blankPicture(28, 42), { ...processor, ...colours })).toThrow('multiples of 28');
  });
});
