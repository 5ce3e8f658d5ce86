import * as fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import type { Raster } from '#raster/raster';
import { arbitraryRaster } from '#testing/arbitrary-raster';

import { decodeImage, decodeMask } from './decode-image.ts';
import { encodeImage, type EncodeOptions } from './encode-image.ts';

describe('writing a picture', () => {
  it.each<EncodeOptions>([
    { format: 'png' },
    { format: 'png', effort: 'small' },
    { format: 'webp', lossless: true },
    { format: 'tiff' },
  ])('%j gives every sample back, also under full transparency', async (options) => {
    await fc.assert(
      fc.asyncProperty(arbitraryRaster(3, 4), async (raster) => {
        expect((await decodeImage(await encodeImage(raster, options))).raster).toEqual(raster);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    [{ format: 'jpeg', quality: 95 }, 4],
    [{ format: 'webp', quality: 95 }, 6],
    [{ format: 'avif', quality: 90 }, 4],
  ] as const)('%j stays close', async (options, meanError) => {
    const raster = gradient(64, 48);
    const { raster: back } = await decodeImage(await encodeImage(raster, options));
    expect([back.width, back.height]).toEqual([64, 48]);
    const total = raster.data.reduce((sum, value, index) => sum + Math.abs(value - back.data[index]!), 0);
    expect(total / raster.data.length).toBeLessThan(meanError);
  });

  it('keeps a mask one channel in PNG', async () => {
    const mask: Raster = { width: 3, height: 1, channels: 1, data: Uint8Array.of(0, 128, 255) };
    const bytes = await encodeImage(mask, { format: 'png' });
    expect(await sharp(bytes).metadata()).toMatchObject({ channels: 1, space: 'b-w' });
    expect(await decodeMask(bytes)).toEqual(mask);
  });

  it.each(['png', 'tiff'] as const)('keeps 16 bits in %s', async (format) => {
    const data = Uint16Array.of(0, 1, 257, 30_000, 65_534, 65_535);
    const { deep } = await decodeImage(await encodeImage({ width: 2, height: 1, channels: 3, data }, { format }));
    expect([...(deep?.data ?? [])]).toEqual([...data]);
  });

  it('lays transparent parts over white in JPEG, or over another colour', async () => {
    const clear: Raster = { width: 8, height: 8, channels: 4, data: new Uint8Array(8 * 8 * 4) };
    const white = await decodeImage(await encodeImage(clear, { format: 'jpeg' }));
    expect([...white.raster.data.subarray(0, 3)]).toEqual([255, 255, 255]);
    const grey = await decodeImage(await encodeImage(clear, { format: 'jpeg', background: '#808080' }));
    expect([...grey.raster.data.subarray(0, 3)]).toEqual([128, 128, 128]);
  });

  it('says which size a format cannot hold', async () => {
    const long: Raster = { width: 17_000, height: 1, channels: 3, data: new Uint8Array(17_000 * 3) };
    await expect(encodeImage(long, { format: 'webp' })).rejects.toMatchObject({
      code: 'image-side-too-long',
      data: { width: 17_000, maxSide: 16_383, format: 'webp' },
    });
    expect((await encodeImage(long, { format: 'jpeg' })).length).toBeGreaterThan(0);
  });

  it('stops when told to', async () => {
    const controller = new AbortController();
    const encoding = encodeImage(gradient(1500, 1500), { format: 'avif' }, { signal: controller.signal });
    setTimeout(() => controller.abort(), 5);
    await expect(encoding).rejects.toMatchObject({ code: 'cancelled' });
  });
});

function gradient(width: number, height: number): Raster {
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    data.set([(255 * x) / width, (255 * y) / height, 128], pixel * 3);
  }
  return { width, height, channels: 3, data };
}
