import { deflateSync } from 'node:zlib';

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import type { ErrorCode } from '#base/error-codes';

import { decodeImage, decodeMask } from './decode-image.ts';
import { insertPngChunks, type PngChunk, writePng } from './png-chunks.ts';

const red = [255, 0, 0];
const blue = [0, 0, 255];

/** A PNG, by sharp, of samples that are given row by row. */
function png(width: number, channels: 1 | 2 | 3 | 4, samples: readonly number[]): Promise<Uint8Array> {
  return raw(width, channels, samples).png().toBuffer();
}

function raw(width: number, channels: 1 | 2 | 3 | 4, samples: readonly number[]) {
  const input = { width, height: samples.length / width / channels, channels };
  const picture = sharp(Uint8Array.from(samples), { raw: input });
  return channels < 3 ? picture.toColourspace('b-w') : picture;
}

function header(width: number, height: number): PngChunk {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([8, 6], 8);
  return { type: 'IHDR', data };
}

/** The sRGB value of a display-referred colour given in linear light, 0 to 255. */
function encodeSrgb(linear: number): number {
  const clipped = Math.min(Math.max(linear, 0), 1);
  return 255 * (clipped <= 0.003_130_8 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055);
}

describe('a picture of every format', () => {
  it.each(['png', 'jpeg', 'webp', 'avif', 'tiff', 'gif'] as const)('%s comes in as RGB or RGBA', async (format) => {
    const bytes = await raw(2, 3, [...red, ...red, ...red, ...red])
      .toFormat(format, { quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const { raster, format: found, conversions } = await decodeImage(bytes);
    expect(found).toBe(format);
    expect(conversions).toEqual([]);
    expect(raster).toMatchObject({ width: 2, height: 2, channels: format === 'gif' ? 4 : 3 });
    expect(Math.max(255 - raster.data[0]!, raster.data[1]!, raster.data[2]!)).toBeLessThanOrEqual(2);
  });

  it('is told by its bytes, not by a name or a type somebody gave it', async () => {
    const { format } = await decodeImage(await raw(1, 3, red).webp().toBuffer());
    expect(format).toBe('webp');
  });

  it('keeps the colour under full transparency, so alpha is straight', async () => {
    const samples = [200, 100, 50, 0, 10, 20, 30, 128];
    const { raster } = await decodeImage(await png(2, 4, samples));
    expect([...raster.data]).toEqual(samples);
  });

  it('un-multiplies a TIFF that says its alpha is premultiplied', async () => {
    const { raster } = await decodeImage(premultipliedTiff([100, 50, 0, 128]));
    expect(raster.channels).toBe(4);
    expect(raster.data[3]).toBe(128);
    expect(Math.abs(raster.data[0]! - 199)).toBeLessThanOrEqual(1);
    expect(Math.abs(raster.data[1]! - 100)).toBeLessThanOrEqual(1);
  });

  it('makes grey three equal channels, with and without alpha', async () => {
    expect([...(await decodeImage(await png(2, 1, [7, 250]))).raster.data]).toEqual([7, 7, 7, 250, 250, 250]);
    expect([...(await decodeImage(await png(1, 2, [7, 9]))).raster.data]).toEqual([7, 7, 7, 9]);
  });

  it.each([
    [1, (x: number, y: number) => [x, y]],
    [2, (x: number, y: number) => [2 - x, y]],
    [3, (x: number, y: number) => [2 - x, 1 - y]],
    [4, (x: number, y: number) => [x, 1 - y]],
    [5, (x: number, y: number) => [y, x]],
    [6, (x: number, y: number) => [y, 2 - x]],
    [7, (x: number, y: number) => [1 - y, 2 - x]],
    [8, (x: number, y: number) => [1 - y, x]],
  ] as const)('is turned upright from EXIF orientation %d', async (exif, whereStored) => {
    const upright = [10, 20, 30, 40, 50, 60];
    const width = exif < 5 ? 3 : 2;
    const stored = Array.from({ length: 6 }, () => 0);
    for (const [index, value] of upright.entries()) {
      const [x = 0, y = 0] = whereStored(index % 3, Math.floor(index / 3));
      stored[y * width + x] = value;
    }
    const bytes = await raw(width, 1, stored).withMetadata({ orientation: exif }).png().toBuffer();
    const { raster, conversions } = await decodeImage(bytes);
    expect([raster.width, raster.height]).toEqual([3, 2]);
    expect([...raster.data].filter((_, sample) => sample % 3 === 0)).toEqual(upright);
    expect(conversions).toEqual(exif === 1 ? [] : [{ kind: 'orientation', exif }]);
  });

  it('reads the first frame of an animation and says that there were more', async () => {
    const frames = await sharp([await png(1, 3, red), await png(1, 3, blue)], { join: { animated: true } })
      .gif()
      .toBuffer();
    const { raster, conversions } = await decodeImage(frames);
    expect([...raster.data]).toEqual([...red, 255]);
    expect(conversions).toEqual([{ kind: 'first-frame', frames: 2 }]);
  });
});

describe('more than 8 bits', () => {
  it('are rounded to 8, and all kept beside', async () => {
    const samples = Uint16Array.from([0, 128, 129, 32_768, 65_406, 65_535]);
    const bytes = await sharp(samples, { raw: { width: 2, height: 1, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    const { raster, deep, conversions } = await decodeImage(bytes);
    expect([...(deep?.data ?? [])]).toEqual([...samples]);
    expect([...raster.data]).toEqual([0, 0, 1, 128, 254, 255]);
    expect(conversions).toEqual([{ kind: 'depth', bits: 16 }]);
  });

  it('of grey become colour like any other grey', async () => {
    const bytes = await sharp(Uint16Array.of(0, 0x1234), { raw: { width: 2, height: 1, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    expect([...((await decodeImage(bytes)).deep?.data ?? [])]).toEqual([0, 0, 0, 0x1234, 0x1234, 0x1234]);
  });

  it('of a 10-bit AVIF fill the whole range', async () => {
    const bytes = await raw(1, 3, [255, 255, 255]).avif({ bitdepth: 10, quality: 100 }).toBuffer();
    const { raster, deep } = await decodeImage(bytes);
    expect(deep).toBeDefined();
    expect(Math.min(...raster.data)).toBeGreaterThanOrEqual(254);
  });
});

describe('colour profiles', () => {
  /** Display P3's primaries in linear sRGB (from the chromaticities of the two spaces; both have a D65 white). */
  const p3ToSrgb = [
    [1.2249, -0.2249, 0],
    [-0.042, 1.042, 0],
    [-0.0197, -0.0786, 1.0983],
  ];
  const colour = [180, 90, 60];
  const expected = p3ToSrgb.map((row) =>
    encodeSrgb(row.reduce((sum, weight, channel) => sum + weight * decodeSrgb(colour[channel]!), 0)),
  );

  it('that name another space are converted, and named', async () => {
    const bytes = await withProfileOf(await raw(1, 3, [0, 0, 0]).withIccProfile('p3').png().toBuffer(), colour);
    const { raster, conversions } = await decodeImage(bytes);
    expect(conversions).toEqual([{ kind: 'profile', from: expect.stringMatching(/p3/i) as string }]);
    for (const channel of [0, 1, 2]) expect(raster.data[channel]).toBeCloseTo(expected[channel]!, -0.4);
    expect(raster.data[0]).toBeGreaterThan(colour[0]!);
  });

  it('are converted at 16 bits as well', async () => {
    const icc = await iccOf(await raw(1, 3, [0, 0, 0]).withIccProfile('p3').png().toBuffer());
    const deepPng = await sharp(
      Uint16Array.from(colour, (value) => value * 257),
      {
        raw: { width: 1, height: 1, channels: 3 },
      },
    )
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    const { raster, deep } = await decodeImage(insertPngChunks(deepPng, [iccChunk(icc)]));
    for (const channel of [0, 1, 2]) {
      expect(raster.data[channel]).toBeCloseTo(expected[channel]!, -0.4);
      expect(deep!.data[channel]! / 257).toBeCloseTo(expected[channel]!, -0.4);
    }
  });

  it('that only say sRGB leave every sample as it is', async () => {
    const every = Array.from({ length: 256 * 3 }, (_, index) => (index * 89) % 256);
    const icc = await iccOf(await raw(1, 3, red).withIccProfile('srgb').png().toBuffer());
    const { raster, conversions } = await decodeImage(insertPngChunks(await png(256, 3, every), [iccChunk(icc)]));
    expect([...raster.data]).toEqual(every);
    expect(conversions).toEqual([]);
  });

  it('that are damaged, or for another kind of samples, are ignored, and that is said', async () => {
    const icc = await iccOf(await raw(1, 3, red).withIccProfile('p3').png().toBuffer());
    const damaged = Buffer.from(icc);
    damaged.writeUInt32BE(0xffff_ffff, 136);
    for (const [profile, samples] of [
      [damaged, colour],
      [Buffer.from('no profile at all'.repeat(20)), colour],
      [icc, [90]],
    ] as const) {
      const plain = await raw(1, samples.length === 1 ? 1 : 3, samples)
        .jpeg()
        .toBuffer();
      const { raster, conversions } = await decodeImage(withJpegProfile(plain, profile));
      expect(conversions).toEqual([{ kind: 'profile-ignored' }]);
      expect([...raster.data]).toEqual([...(await decodeImage(plain)).raster.data]);
    }
  });

  it('of print colours are used, and a general one stands in when there is none', async () => {
    const print = raw(1, 3, [150, 120, 110]).toColourspace('cmyk');
    for (const bytes of [
      await print.clone().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
      await print.clone().tiff({ compression: 'none' }).toBuffer(),
    ]) {
      const { raster, conversions } = await decodeImage(bytes);
      expect(conversions).toEqual([{ kind: 'cmyk', profile: undefined }]);
      expect(raster.channels).toBe(3);
      for (const [channel, value] of [150, 120, 110].entries())
        expect(Math.abs(raster.data[channel]! - value)).toBeLessThan(16);
    }
    const tagged = await raw(1, 3, [150, 120, 110]).withIccProfile('cmyk').toColourspace('cmyk').tiff().toBuffer();
    const { conversions } = await decodeImage(tagged);
    expect(conversions).toEqual([{ kind: 'cmyk', profile: expect.stringMatching(/./) as string }]);
  });

  async function iccOf(bytes: Uint8Array): Promise<Buffer> {
    const { icc } = await sharp(bytes).metadata();
    if (icc === undefined) throw new Error('the picture has no profile');
    return icc;
  }

  async function withProfileOf(tagged: Uint8Array, samples: readonly number[]): Promise<Uint8Array> {
    return insertPngChunks(await png(1, 3, samples), [iccChunk(await iccOf(tagged))]);
  }

  function iccChunk(icc: Uint8Array): PngChunk {
    return { type: 'iCCP', data: Buffer.concat([Buffer.from('icc\0\0', 'latin1'), deflateSync(icc)]) };
  }

  /** Puts a profile into a JPEG, in one APP2 segment after the start mark (ICC.1:2022 Annex B.4). */
  function withJpegProfile(jpeg: Uint8Array, icc: Uint8Array): Uint8Array {
    const body = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), icc]);
    const segment = Buffer.from([0xff, 0xe2, (body.length + 2) >> 8, (body.length + 2) & 0xff]);
    return Buffer.concat([jpeg.subarray(0, 2), segment, body, jpeg.subarray(2)]);
  }

  function decodeSrgb(value: number): number {
    const encoded = value / 255;
    return encoded <= 0.040_45 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
  }
});

describe('an SVG', () => {
  const drawing = (attributes: string, body = '') =>
    Buffer.from(
      `<?xml version="1.0"?>\n<!-- ours --><svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${body}</svg>`,
    );

  it('is drawn at its own size, or larger when asked', async () => {
    const bytes = drawing('width="20" height="10"', '<rect width="10" height="10" fill="#f00" fill-opacity=".5"/>');
    const small = (await decodeImage(bytes)).raster;
    expect([small.width, small.height, ...small.data.subarray(0, 4)]).toEqual([20, 10, 255, 0, 0, 128]);
    expect(small.data.at(-1)).toBe(0);
    const large = (await decodeImage(bytes, { svgLongSide: 512 })).raster;
    expect([large.width, large.height]).toEqual([512, 256]);
  });

  it('reads no other file, and no network', async () => {
    const secret = new URL('../../../package.json', import.meta.url);
    const bytes = drawing('width="8" height="8"', `<image href="${secret.href}" width="8" height="8"/>`);
    expect((await decodeImage(bytes)).raster.data.every((value) => value === 0)).toBe(true);
    const entity = Buffer.from(
      `<!DOCTYPE svg [<!ENTITY x SYSTEM "${secret.href}">]><svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><text>&x;</text></svg>`,
    );
    await expect(decodeImage(entity)).rejects.toMatchObject({ code: 'image-unreadable' });
  });

  it('that explodes when its entities are expanded is refused', async () => {
    const levels = Array.from({ length: 9 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`).join('');
    const bytes = Buffer.from(
      `<!DOCTYPE svg [<!ENTITY e0 "boom">${levels}]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&e9;</text></svg>`,
    );
    await expect(decodeImage(bytes)).rejects.toMatchObject({ code: 'image-unreadable' });
  });

  it('that draws for ever is given up', async () => {
    const levels = Array.from(
      { length: 5 },
      (_, i) => `<g id="g${i + 1}">${`<use href="#g${i}" x="1"/>`.repeat(8)}</g>`,
    ).join('');
    const bytes = drawing(
      'width="300" height="300"',
      `<defs><g id="g0"><circle r="9"/></g>${levels}</defs><use href="#g5"/>`,
    );
    await expect(decodeImage(bytes, { svgDeadlineMs: 20 })).rejects.toMatchObject({
      code: 'image-unsupported',
      data: { why: 'Its drawing is too complex' },
    });
  });
});

describe('a file that is not a good picture', () => {
  const refused = async (bytes: Uint8Array, code: ErrorCode, data = {}) =>
    expect.soft(decodeImage(bytes)).rejects.toMatchObject({ code, data });

  it('is refused before its pixels are made when they would fill the memory', async () => {
    const bomb = writePng([
      header(60_000, 60_000),
      { type: 'IDAT', data: deflateSync(Buffer.alloc(1000)) },
      { type: 'IEND', data: Buffer.alloc(0) },
    ]);
    await refused(bomb, 'image-too-large', { width: 60_000, height: 60_000 });
    await expect(decodeImage(bomb)).rejects.toThrow('60000 × 60000 (3,600 megapixels)');
    await refused(
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="60000" height="60000"/>'),
      'image-too-large',
    );
    await expect(decodeImage(await png(2, 3, [...red, ...red]), { maxPixels: 1 })).rejects.toMatchObject({
      code: 'image-too-large',
      data: { width: 2, height: 1, maxPixels: 1 },
    });
  });

  it('is named for what it is', async () => {
    await refused(new Uint8Array(0), 'image-empty');
    await refused(Buffer.from('just some text'), 'image-unknown');
    await refused(Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'), 'image-unsupported');
    await expect(decodeImage(Buffer.from('8BPS\0\x01', 'latin1'))).rejects.toThrow('It is a Photoshop (PSD) file');
    // The container that the decoder's own library reads: not a format we let in.
    await refused(Buffer.concat([Buffer.from([0x08, 0xf2, 0xa6, 0xb6]), Buffer.alloc(200)]), 'image-unknown');
  });

  it.each(['png', 'jpeg', 'webp', 'avif', 'gif'] as const)(
    'is called incomplete when half a %s is missing',
    async (format) => {
      const noise = Array.from({ length: 64 * 64 * 3 }, (_, index) => (index * 7919) % 251);
      const bytes = await raw(64, 3, noise).toFormat(format, { quality: 90 }).toBuffer();
      await refused(bytes.subarray(0, bytes.length >> 1), 'image-truncated', { format });
    },
  );

  it('is called damaged when it is all there and does not decode', async () => {
    const whole = await png(
      64,
      3,
      Array.from({ length: 64 * 64 * 3 }, (_, index) => (index * 7919) % 251),
    );
    const damaged = Buffer.from(whole);
    damaged.fill(0xaa, damaged.length / 2, damaged.length / 2 + 40);
    await refused(damaged, 'image-unreadable', { format: 'png' });
    await refused(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><g></svg>'), 'image-unreadable');
  });

  it('costs no memory for what is packed beside the pixels', async () => {
    const packed = deflateSync(Buffer.alloc(64e6));
    const bytes = insertPngChunks(await png(1, 3, red), [
      { type: 'iCCP', data: Buffer.concat([Buffer.from('x\0\0', 'latin1'), packed]) },
      { type: 'zTXt', data: Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), packed]) },
    ]);
    const before = process.memoryUsage().rss;
    expect([...(await decodeImage(bytes)).raster.data]).toEqual(red);
    expect(process.memoryUsage().rss - before).toBeLessThan(48e6);
  });
});

describe('cancelling', () => {
  it('is heard before and during decoding', async () => {
    const bytes = await sharp({
      create: {
        width: 1200,
        height: 1200,
        channels: 3,
        background: '#777',
        noise: { type: 'gaussian', mean: 99, sigma: 40 },
      },
    })
      .png()
      .toBuffer();
    await expect(decodeImage(bytes, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    const controller = new AbortController();
    const decoding = decodeImage(bytes, { signal: controller.signal });
    setTimeout(() => controller.abort(), 5);
    await expect(decoding).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a mask', () => {
  it('is the brightness of an opaque picture, grey values kept', async () => {
    const greys = [0, 1, 127, 128, 254, 255];
    const rgb = greys.flatMap((value) => [value, value, value]);
    for (const bytes of [await png(6, 1, greys), await png(6, 3, rgb)])
      expect(await decodeMask(bytes)).toEqual({ width: 6, height: 1, channels: 1, data: Uint8Array.from(greys) });
    expect([...(await decodeMask(await png(2, 3, [...red, 0, 255, 0]))).data]).toEqual([54, 182]);
  });

  it('is what was painted when the rest is transparent, in whatever colour', async () => {
    const mask = await decodeMask(await png(3, 4, [0, 0, 0, 255, 255, 255, 255, 0, 9, 9, 9, 77]));
    expect([...mask.data]).toEqual([255, 0, 77]);
    const opaque = await decodeMask(await png(2, 4, [0, 0, 0, 255, 255, 255, 255, 255]));
    expect([...opaque.data]).toEqual([0, 255]);
  });

  it('takes 16 bits, and is not bent by a colour profile', async () => {
    const deep = await sharp(Uint16Array.of(0, 32_768, 65_535), { raw: { width: 3, height: 1, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    expect([...(await decodeMask(deep)).data]).toEqual([0, 128, 255]);
    const tagged = await raw(1, 3, [128, 128, 128]).withIccProfile('p3').png().toBuffer();
    const stored = await sharp(tagged, { ignoreIcc: true }).raw().toBuffer();
    expect([...(await decodeMask(tagged)).data]).toEqual([stored[0]]);
  });
});

/** A one-pixel uncompressed RGBA TIFF whose alpha is declared "associated" (TIFF 6.0 §18). */
function premultipliedTiff(rgba: readonly number[]): Uint8Array {
  const entries: readonly (readonly [tag: number, value: number])[] = [
    [256, 1],
    [257, 1],
    [258, 8],
    [259, 1],
    [262, 2],
    [273, 200],
    [277, 4],
    [278, 1],
    [279, 4],
    [338, 1],
  ];
  const file = Buffer.alloc(204);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(entries.length, 8);
  for (const [index, [tag, value]] of entries.entries()) {
    const at = 10 + index * 12;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(tag === 273 ? 4 : 3, at + 2);
    file.writeUInt32LE(1, at + 4);
    file.writeUInt32LE(value, at + 8);
  }
  // Bits per sample has one value for each of the four channels, so it stands outside its entry.
  file.writeUInt32LE(4, 10 + 2 * 12 + 4);
  file.writeUInt32LE(160, 10 + 2 * 12 + 8);
  for (const channel of [0, 1, 2, 3]) file.writeUInt16LE(8, 160 + 2 * channel);
  file.set(rgba, 200);
  return file;
}
