import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';

import * as fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import type { Raster } from '#raster/raster';
import { arbitraryRaster } from '#testing/arbitrary-raster';
import { buildRecipe } from '#testing/build-recipe';

import { decodeImage } from '../decode-image.ts';
import { encodeImage, type EncodeOptions } from '../encode-image.ts';
import { pixelHash } from '../pixel-hash.ts';
import { insertPngChunks, readPngChunks } from '../png-chunks.ts';
import { pngText, readPngTexts } from './png-text.ts';
import { encodeWithRecipe, readPictureRecipe } from './picture-recipe.ts';

const formats: readonly EncodeOptions[] = [
  { format: 'png' },
  { format: 'jpeg' },
  { format: 'webp' },
  { format: 'avif' },
  { format: 'tiff' },
];
const raster: Raster = { width: 5, height: 4, channels: 3, data: Uint8Array.from({ length: 60 }, (_, i) => i * 4) };

describe('a picture with its recipe', () => {
  it.each(formats)('%j gives the recipe back, whatever words are in it', async (options) => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (prompt) => {
        const recipe = buildRecipe({ prompt });
        const bytes = await encodeWithRecipe(raster, options, recipe);
        expect(await readPictureRecipe(bytes)).toEqual({ kind: 'studio', recipe });
      }),
      { numRuns: options.format === 'avif' ? 10 : 20 },
    );
  });

  it('has the very pixels of one without, byte for byte in a PNG', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRaster(1, 3, 4), fc.string({ maxLength: 50 }), async (picture, prompt) => {
        const plain = await encodeImage(picture, { format: 'png' });
        const told = await encodeWithRecipe(picture, { format: 'png' }, buildRecipe({ prompt }));
        const pixelData = (png: Uint8Array) => readPngChunks(png).filter(({ type }) => type === 'IDAT');
        expect(pixelData(told)).toEqual(pixelData(plain));
        expect(pixelHash((await decodeImage(told)).raster)).toBe(pixelHash((await decodeImage(plain)).raster));
      }),
      { numRuns: 40 },
    );
  });

  it.each(formats)('%j says in XMP that a model made it, as other programs read it', async (options) => {
    const bytes = await encodeWithRecipe(raster, options, buildRecipe(), { altText: 'A lamp & a <table>' });
    const { xmpAsString = '' } = await sharp(bytes).metadata();
    expect(xmpAsString).toContain('http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia<');
    expect(xmpAsString).toContain('<xmp:CreatorTool>Ovis Studio 0.1.0</xmp:CreatorTool>');
    expect(xmpAsString).toContain('>A lamp &amp; a &lt;table&gt;<');
  });

  it('survives another program that writes the XMP anew with its own prefix, as an attribute', async () => {
    const recipe = buildRecipe({ prompt: 'a "quoted" lamp' });
    const { xmpAsString = '' } = await sharp(await encodeWithRecipe(raster, { format: 'webp' }, recipe)).metadata();
    const [, text = ''] = /<ovis:recipe>([^<]*)</.exec(xmpAsString) ?? [];
    const rewritten = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:ns1="urn:ovis-studio:recipe:1/" ns1:recipe="${text.replaceAll('&quot;', '&#34;')}"/></rdf:RDF></x:xmpmeta>`;
    const bytes = await encodeImage(raster, { format: 'jpeg' }, { xmp: rewritten });
    expect(await readPictureRecipe(bytes)).toEqual({ kind: 'studio', recipe });
  });

  it('keeps the longest prompt and a long past in every format, and in a JPEG at least how itself was made', async () => {
    const prompt = randomBytes(24_000).toString('utf16le').toWellFormed().slice(0, 8000);
    const recipe = buildRecipe({ prompt, ancestors: 8 });
    for (const options of formats) {
      const found = await readPictureRecipe(await encodeWithRecipe(raster, options, recipe));
      const ancestors =
        options.format === 'jpeg' && found.kind === 'studio' ? found.recipe.ancestors : recipe.ancestors;
      expect(found).toEqual({ kind: 'studio', recipe: { ...recipe, ancestors } });
    }
  });
});

describe('looking for a recipe', () => {
  it('finds none in ordinary pictures and in what is no picture', async () => {
    for (const bytes of [
      await encodeImage(raster, { format: 'png' }),
      await encodeImage(raster, { format: 'jpeg' }),
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'),
      Buffer.from('text'),
      new Uint8Array(0),
      (await encodeImage(raster, { format: 'jpeg' })).subarray(0, 30),
    ])
      expect(await readPictureRecipe(bytes)).toEqual({ kind: 'none' });
  });

  it('says when a recipe is from a newer studio, or damaged', async () => {
    const png = await encodeImage(raster, { format: 'png' });
    const withText = (text: string) => insertPngChunks(png, [pngText('ovis-recipe', text)]);
    expect(await readPictureRecipe(withText('{"version": 99}'))).toMatchObject({
      kind: 'unreadable',
      error: { code: 'version-too-new' },
    });
    expect(await readPictureRecipe(withText('{"version": 1, "requ'))).toMatchObject({
      kind: 'unreadable',
      error: { code: 'stored-value-invalid' },
    });
  });

  it('takes over the words and numbers of other programs', async () => {
    const png = await encodeImage(raster, { format: 'png' });
    const latin1 = (keyword: string, text: string) => ({
      type: 'tEXt',
      data: Buffer.from(`${keyword}\0${text}`, 'latin1'),
    });
    const a1111 = insertPngChunks(png, [latin1('parameters', 'a caf\xe9\nSteps: 9, Seed: 5')]);
    expect(await readPictureRecipe(a1111)).toMatchObject({
      kind: 'foreign',
      recipe: { program: 'a1111', prompt: 'a café', steps: 9, seed: 5 },
    });
    const invoke = insertPngChunks(png, [latin1('invokeai_metadata', '{"positive_prompt": "a fox", "seed": 3}')]);
    expect(await readPictureRecipe(invoke)).toMatchObject({
      recipe: { program: 'invokeai', prompt: 'a fox', seed: 3 },
    });
  });

  it('leaves out texts with a wrong checksum, bombs, and chunks that lie about their length', async () => {
    const png = await encodeImage(raster, { format: 'png' });
    const recipe = pngText('ovis-recipe', JSON.stringify(buildRecipe()), { packed: true });
    const told = insertPngChunks(png, [recipe]);
    const at = Buffer.from(told).indexOf('iTXt');

    const flipped = Buffer.from(told);
    flipped[at + 40]! ^= 1;
    expect(await readPictureRecipe(flipped)).toEqual({ kind: 'none' });

    const bomb = {
      type: 'iTXt',
      data: Buffer.concat([Buffer.from('ovis-recipe\0\x01\0\0\0', 'latin1'), deflateSync(Buffer.alloc(50e6, 0x20))]),
    };
    const before = process.memoryUsage().rss;
    expect(await readPictureRecipe(insertPngChunks(png, [bomb]))).toEqual({ kind: 'none' });
    expect(process.memoryUsage().rss - before).toBeLessThan(40e6);

    const lying = Buffer.from(told);
    lying.writeUInt32BE(0x7fff_ffff, at - 4);
    expect(await readPictureRecipe(lying)).toEqual({ kind: 'none' });
  });

  it('gets over any damage without throwing', async () => {
    const told = await encodeWithRecipe(raster, { format: 'png' }, buildRecipe());
    await fc.assert(
      fc.asyncProperty(fc.nat(told.length - 1), fc.nat(255), fc.nat(told.length), async (at, value, end) => {
        const damaged = Uint8Array.from(told);
        damaged[at] = value;
        await readPictureRecipe(damaged.subarray(0, end));
      }),
    );
  });

  it('reads packed and plain texts of every kind of chunk', async () => {
    const chunk = (type: string, head: string, text: Buffer) => ({
      type,
      data: Buffer.concat([Buffer.from(head, 'latin1'), text]),
    });
    const chunks = [
      chunk('tEXt', 'a\0', Buffer.from('pl\xe4in', 'latin1')),
      chunk('zTXt', 'b\0\0', deflateSync(Buffer.from('p\xe4cked', 'latin1'))),
      chunk('iTXt', 'c\0\0\0en\0W\xc3\xb6rt\0', Buffer.from('ünïcode')),
      chunk('iTXt', 'd\0\x01\0\0\0', deflateSync(Buffer.from('ünïcode packed'))),
      chunk('zTXt', 'e\0\x07', deflateSync(Buffer.from('unknown method'))),
      chunk('iTXt', 'f\0\0\0no end', Buffer.alloc(0)),
      chunk('tEXt', 'a\0', Buffer.from('second of its name')),
    ];
    const png = insertPngChunks(await encodeImage(raster, { format: 'png' }), chunks);
    expect(Object.fromEntries(readPngTexts(png, ['a', 'b', 'c', 'd', 'e', 'f']))).toEqual({
      a: 'pläin',
      b: 'päcked',
      c: 'ünïcode',
      d: 'ünïcode packed',
    });
  });
});

const photos = fileURLToPath(new URL('../../../../../shared/photos/', import.meta.url));
describe.skipIf(!existsSync(photos))('real pictures of other programs', () => {
  it('tell their prompt and numbers', async () => {
    const found = await readPictureRecipe(readFileSync(`${photos}png_parameter_test.png`));
    expect(found).toMatchObject({
      kind: 'foreign',
      recipe: {
        program: 'a1111',
        seed: 4_051_847_759,
        steps: 20,
        guidance: 7,
        width: 1024,
        height: 768,
        sampler: 'DPM++ 2M Karras',
      },
    });
    if (found.kind !== 'foreign') throw new Error('unreachable');
    expect(found.recipe.prompt).toMatch(/^indoors, garage, .*dramatic shadows:1\.2\)$/);
    expect(found.recipe.negativePrompt).toMatch(/^\(jacket\), .*\nsignature, .*multiple views,$/);
  });

  it('tell nothing when somebody stripped them', async () => {
    expect(await readPictureRecipe(readFileSync(`${photos}invoke-astronaut.png`))).toEqual({ kind: 'none' });
  });
});
