import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflateSync } from 'node:zlib';

import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';

import { AppError } from '#base/app-error';
import type { Raster } from '#raster/raster';
import { blendModeNames } from '#shared/document/blend-mode';
import { createDocument, type Document } from '#shared/document/document';
import { identity, translation } from '#shared/document/geometry';
import { zLayerId, type LayerId } from '#shared/document/ids';
import { addLayer, groupLayers } from '#shared/document/layer-operations';
import { childrenOf, layerOf } from '#shared/document/layer-tree';
import { createLayer, type Layer, type RasterLayer } from '#shared/document/layer';
import { encodeTileIndex, tileByteLength, tileKey } from '#shared/document/tile-index';
import { temporaryFolder } from '#testing/temporary-folder';
import { BlobStore } from '../blobs/blob-store.ts';
import { flatten } from './flatten.ts';
import { decodeOra } from './ora-read.ts';
import { encodeOra } from './ora-write.ts';
import { decodePsd } from './psd-read.ts';
import { encodePsd } from './psd-write.ts';
import { readColours, storePicture } from './stored-pixels.ts';
import { ZipArchive } from './zip-archive.ts';
import { zipBytes } from './zip-writer.ts';

const run = promisify(execFile);
const id = (text: string): LayerId => zLayerId.parse(text);
const onTop = { parent: null, index: Infinity };

const newBlobs = async () => BlobStore.open(join(await temporaryFolder(), 'blobs'));

/** A raster in which every pixel differs from its neighbours, some of them half transparent. */
function pattern(width: number, height: number, salt: number, channels: 1 | 4 = 4): Raster {
  const data = Uint8Array.from(
    { length: width * height * channels },
    (_, index) => (index * 37 + salt * 101 + (index >> 3)) & 255,
  );
  return { width, height, channels, data };
}

async function rasterLayer(blobs: BlobStore, name: string, salt: number, more: Partial<RasterLayer> = {}) {
  return createLayer('raster', id(name), name, { pixels: await storePicture(pattern(9, 7, salt), blobs), ...more });
}

/** Every kind of thing a layer can be, but what a format has no word for. */
async function sample(blobs: BlobStore, { withMasks }: { withMasks: boolean }): Promise<Document> {
  const mask = withMasks ? { enabled: true, pixels: await storePicture(pattern(9, 7, 9, 1), blobs) } : null;
  let document = createDocument({ width: 16, height: 12 }, { pixelsPerInch: 300 });
  const add = (layer: Layer) => (document = addLayer(document, layer, onTop));
  add(await rasterLayer(blobs, 'ground', 1, { transform: translation(-3, 2) }));
  add(
    await rasterLayer(blobs, 'light', 2, { blend: 'screen', opacity: 128 / 255, transform: translation(5, 4), mask }),
  );
  add(await rasterLayer(blobs, 'secret', 3, { visible: false, locked: true }));
  add(createLayer('raster', id('nothing'), 'Nichts & <wieder> "nichts"'));
  add(await rasterLayer(blobs, 'over', 4, { blend: 'multiply', transform: translation(8, 1) }));
  add(await rasterLayer(blobs, 'turtle', 5, { name: '海龟 🐢' }));
  document = groupLayers(document, [id('over')], createLayer('group', id('inner'), 'inner', { isolated: false }));
  return groupLayers(
    document,
    [id('light'), id('inner')],
    createLayer('group', id('outer'), 'outer', { opacity: 51 / 255, blend: 'overlay' }),
  );
}

/** What a person would compare: the layers as a tree, without ids and blobs. */
function outline(document: Document, parent: LayerId | null = null): unknown[] {
  return childrenOf(document, parent).map((child) => {
    const { name, visible, locked, opacity, blend, kind, ...rest } = layerOf(document, child);
    const isolated = 'isolated' in rest && rest.isolated;
    const children = kind === 'group' ? outline(document, child) : [];
    return { kind, name, visible, locked, opacity: Math.round(opacity * 255), blend, isolated, children };
  });
}

const layerNamed = (document: Document, name: string) =>
  Object.values(document.layers).find((layer) => layer.name === name) as RasterLayer;

const formats = [
  { format: 'PSD', encode: encodePsd, decode: decodePsd, withMasks: true, cuts: [0, 0.01, 0.3, 0.6] },
  { format: 'OpenRaster', encode: encodeOra, decode: decodeOra, withMasks: false, cuts: [0, 0.01, 0.3, 0.6, 0.99] },
] as const;

describe.each(formats)('$format', ({ encode, decode, withMasks, cuts }) => {
  it('keeps pixels, places, order, names, opacity, visibility, locks, groups and blend modes', async () => {
    const blobs = await newBlobs();
    const document = await sample(blobs, { withMasks });
    const copy = await decode(await encode(document, blobs), blobs);
    expect(copy.notes).toEqual([]);
    expect(outline(copy.document)).toEqual(outline(document));
    expect(copy.document).toMatchObject({ width: 16, height: 12, pixelsPerInch: 300 });
    for (const name of ['ground', 'light', 'secret', 'over', '海龟 🐢']) {
      const [before, after] = [layerNamed(document, name), layerNamed(copy.document, name)];
      expect(after.transform).toEqual(before.transform);
      expect((await readColours(after.pixels, blobs))?.raster).toEqual(
        (await readColours(before.pixels, blobs))?.raster,
      );
    }
    const [shown, again] = [await flatten(document, blobs), await flatten(copy.document, blobs)];
    expect(largestDifference(shown, again)).toBeLessThanOrEqual(1);
  });

  it('keeps every blend mode', async () => {
    const blobs = await newBlobs();
    let modes = createDocument({ width: 8, height: 8 });
    for (const blend of blendModeNames) modes = addLayer(modes, await rasterLayer(blobs, blend, 1, { blend }), onTop);
    const back = await decode(await encode(modes, blobs), blobs);
    expect(back.document.order.map((layer) => layerOf(back.document, layer).blend)).toEqual([...blendModeNames]);
  });

  it('draws a turned, painted and masked layer where it is', async () => {
    const blobs = await newBlobs();
    const tile = (await blobs.put(deflateSync(Buffer.alloc(tileByteLength(4), 200)))).name;
    const index = encodeTileIndex({ channels: 4, tiles: new Map([[tileKey(0, 0), tile]]) });
    const pixels = {
      kind: 'tiles',
      index: (await blobs.put(index)).name,
      bounds: { x: 0, y: 0, width: 256, height: 256 },
    } as const;
    const mask = { enabled: true, pixels: await storePicture(pattern(20, 20, 4, 1), blobs) };
    const turned = createLayer('raster', id('turned'), 'turned', {
      pixels,
      mask,
      transform: { ...identity, a: 0.5, b: 0.2, c: -0.2, d: 0.5, e: 9, f: 3 },
    });
    const original = addLayer(createDocument({ width: 30, height: 24 }), turned, onTop);
    const back = await decode(await encode(original, blobs), blobs);
    expect(largestDifference(await flatten(original, blobs), await flatten(back.document, blobs))).toBeLessThanOrEqual(
      1,
    );
  });

  it('refuses what is cut short or is something else, and nothing but an AppError comes out', async () => {
    const blobs = await newBlobs();
    const whole = await encode(await sample(blobs, { withMasks }), blobs);
    for (const part of cuts) {
      const outcome = await decode(whole.subarray(0, whole.length * part), blobs).catch((error: unknown) => error);
      expect(outcome).toBeInstanceOf(AppError);
    }
    await expect(decode(Buffer.from('no such thing at all, really'), blobs)).rejects.toBeInstanceOf(AppError);
  });
});

describe('OpenRaster from elsewhere', () => {
  const png = async (width: number, height: number) =>
    sharp({ create: { width, height, channels: 4, background: '#3060c0' } })
      .png()
      .toBuffer();

  it('is read with what it leaves out, and a layer that cannot be read comes empty with a note', async () => {
    const blobs = await newBlobs();
    const xml = `<?xml version='1.0'?>
      <!-- by hand --><image w="10" h="8"><stack>
        <layer name="A &amp; B" src="data/a.png" x="-2" opacity="7"/>
        <text x="1"><layer src="data/a.png"/></text>
        <layer src="data/missing.png" composite-op="svg:dst-in"/>
        <stack isolation="isolate"><layer src="data/a.png" visibility="hidden"/></stack>
      </stack></image>`;
    const bytes = await zipBytes([
      { name: 'mimetype', content: Buffer.from('image/openraster') },
      { name: 'stack.xml', content: Buffer.from(xml) },
      { name: 'data/a.png', content: await png(4, 4) },
    ]);
    const { document, notes } = await decodeOra(bytes, blobs);
    expect(outline(document)).toMatchObject([
      { kind: 'group', isolated: true, children: [{ visible: false }] },
      { name: '', blend: 'normal' },
      { name: 'A & B', opacity: 255 },
    ]);
    expect(notes.map(({ kind }) => kind).sort()).toEqual(['blend-mode', 'unreadable']);
  });

  it.each([
    ['entities', '<!DOCTYPE image [<!ENTITY a "aaaa">]><image w="1" h="1"><stack>&a;</stack></image>'],
    ['a file of the system', '<!DOCTYPE image SYSTEM "file:///etc/passwd"><image w="1" h="1"><stack/></image>'],
    ['too many layers', `<image w="1" h="1"><stack>${'<layer/>'.repeat(10_001)}</stack></image>`],
    ['too deep groups', `<image w="1" h="1">${'<stack>'.repeat(200)}${'</stack>'.repeat(200)}</image>`],
    ['no size', '<image><stack/></image>'],
    ['another root', '<svg/>'],
    ['broken markup', '<image w="1" h="1"><stack></image>'],
  ])('is refused with %s', async (_, xml) => {
    const bytes = await zipBytes([{ name: 'stack.xml', content: Buffer.from(xml) }]);
    await expect(decodeOra(bytes, await newBlobs())).rejects.toMatchObject({ code: 'image-unreadable' });
  });

  it('begins with its media type, unpacked, and holds a merged picture and a thumbnail', async () => {
    const blobs = await newBlobs();
    const document = await sample(blobs, { withMasks: true });
    const bytes = Buffer.from(await encodeOra(document, blobs));
    expect(bytes.toString('latin1', 30, 54)).toBe('mimetypeimage/openraster');
    const archive = await ZipArchive.open(bytes, { maxEntries: 100, maxTotalBytes: 1e8 });
    const merged = await sharp(await archive.read('mergedimage.png', { maxBytes: 1e7 }))
      .raw()
      .toBuffer();
    expect(merged).toEqual(Buffer.from((await flatten(document, blobs)).data));
    expect(archive.has('Thumbnails/thumbnail.png')).toBe(true);
    archive.close();
  });
});

describe('ImageMagick', () => {
  let convert: string | undefined;
  beforeAll(async () => {
    convert = await run('/usr/bin/convert', ['-version']).then(
      ({ stdout }) => (stdout.includes('ImageMagick') ? '/usr/bin/convert' : undefined),
      () => undefined,
    );
  });

  it('sees our PSD as we do: the picture, and each layer', async (context) => {
    if (convert === undefined) return context.skip('ImageMagick is not installed');
    const blobs = await newBlobs();
    const document = addLayer(
      createDocument({ width: 16, height: 12 }),
      await rasterLayer(blobs, 'one', 6, { transform: translation(4, 3) }),
      onTop,
    );
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.psd'), await encodePsd(document, blobs));
    await run(convert, [join(folder, 'a.psd[1]'), '-depth', '8', `PNG32:${join(folder, 'layer.png')}`]);
    const seen = await sharp(join(folder, 'layer.png')).raw().toBuffer();
    const [expected] = [await readColours(layerNamed(document, 'one').pixels, blobs)];
    expect(seen).toEqual(Buffer.from(expected!.raster.data));
    return undefined;
  });

  it('draws a PSD that we open: layers in order, at their places, with 8 and with 16 bits', async (context) => {
    if (convert === undefined) return context.skip('ImageMagick is not installed');
    const blobs = await newBlobs();
    const folder = await temporaryFolder();
    for (const depth of ['8', '16']) {
      const file = join(folder, `drawn-${depth}.psd`);
      const layer = (colour: string, size: string, place: string) => [
        '(',
        '-size',
        size,
        `xc:${colour}`,
        '-repage',
        place,
        ')',
      ];
      const layers = [...layer('#3060c0', '20x10', '20x10+0+0'), ...layer('#ff8000', '5x4', '20x10+7+2')];
      await run(convert, [...layers, ...layers, '-depth', depth, file]);
      const { document, notes } = await decodePsd(await readFile(file), blobs);
      expect(document).toMatchObject({ width: 20, height: 10 });
      expect(notes.map(({ kind }) => kind)).toEqual(depth === '16' ? ['depth'] : []);
      const picture = await flatten(document, blobs);
      const pixel = (x: number, y: number) => [...picture.data.subarray((y * 20 + x) * 4, (y * 20 + x) * 4 + 4)];
      expect(pixel(7, 2)).toEqual([255, 128, 0, 255]);
      expect(pixel(11, 5)).toEqual([255, 128, 0, 255]);
      expect(pixel(12, 5)).toEqual([0x30, 0x60, 0xc0, 255]);
    }
    return undefined;
  });
});

/** Of colours as they are seen: weighted by alpha, for what is transparent has none. */
function largestDifference(one: Raster, other: Raster): number {
  expect([one.width, one.height]).toEqual([other.width, other.height]);
  const seen = ({ data }: Raster, index: number) =>
    index % 4 === 3 ? data[index]! : (data[index]! * data[index - (index % 4) + 3]!) / 255;
  return Math.max(...Array.from(one.data, (_, index) => Math.abs(seen(one, index) - seen(other, index))));
}
