import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { Raster } from '#raster/raster';
import { createDocument } from '#shared/document/document';
import { zLayerId } from '#shared/document/ids';
import { addLayer } from '#shared/document/layer-operations';
import { createLayer } from '#shared/document/layer';
import type { Recipe } from '#shared/recipe/recipe';
import { buildRecipe } from '#testing/build-recipe';
import { buildNode, buildRequest } from '#testing/library-builders';
import { temporaryFolder } from '#testing/temporary-folder';
import { insertPngChunks } from '../../images/png-chunks.ts';
import { encodeWithRecipe, readPictureRecipe } from '../../images/recipe-metadata/picture-recipe.ts';
import { openLibrary, type Library } from '../library.ts';
import { exportDocument, exportDocumentTo } from './export-document.ts';
import { flatten } from './flatten.ts';
import { openFile, openPicture, placePicture } from './open-file.ts';
import { writeOvis } from './ovis-file.ts';

const request = buildRequest('a brass lamp', { solver: 'multistep' });
const recipe: Recipe = { ...buildRecipe(), request };

async function newLibrary(): Promise<Library> {
  const library = await openLibrary(await temporaryFolder(), { purpose: 'a test' });
  onTestFinished(() => library.close());
  return library;
}

const picture: Raster = {
  width: 12,
  height: 8,
  channels: 4,
  data: Uint8Array.from({ length: 12 * 8 * 4 }, (_, index) => (index % 4 === 3 ? 255 : (index * 7) & 255)),
};

/** A document whose last step brought in a picture that the model made. */
async function madeDocument(library: Library) {
  const empty = createDocument({ width: 12, height: 8 });
  const id = await library.documents.create(empty, { title: 'Lamp' });
  const document = await library.documents.open(id);
  const { name } = await library.blobs.put(await encodeWithRecipe(picture, { format: 'png' }, recipe));
  const pixels = { kind: 'picture', blob: name, width: 12, height: 8 } as const;
  const layer = createLayer('raster', zLayerId.parse('lamp'), 'Lamp', { pixels });
  const node = buildNode('made', document.tree.root, { kind: 'generate', recipe: request });
  await document.commit({ node, document: addLayer(empty, layer, { parent: null, index: 0 }) });
  return { id, document, result: name };
}

it('a TIFF file with several pages becomes layers, the first on top, without reduced copies', async () => {
  const library = await newLibrary();
  const page = (red: number) =>
    sharp({ create: { width: 20, height: 10, channels: 3, background: { r: red, g: 0, b: 0 } } })
      .png()
      .toBuffer();
  const pages = await Promise.all([page(10), page(20), page(30)]);
  const tiff = await sharp(pages, { join: { animated: true } })
    .tiff({ compression: 'none' })
    .toBuffer();
  const { document: id } = await openPicture(tiff, 'scan.tiff', library);
  const document = await library.documents.open(id);
  const work = await document.current();
  expect([work.width, work.height]).toEqual([20, 10]);
  expect(work.order.map((layer) => work.layers[layer]!.name)).toEqual(['scan 3', 'scan 2', 'scan 1']);
  const shown = await flatten(work, library.blobs);
  expect(shown.data[0]).toBe(10);
  await library.documents.close(id);
  expect(await library.gallery.count()).toBe(1);
});

describe('a picture that was exported', () => {
  it('leads back to its work when it is dropped on the studio, also after it was copied elsewhere', async () => {
    const library = await newLibrary();
    const { id, document } = await madeDocument(library);
    const exported = await exportDocument(document, library.blobs, { format: 'png' });
    await document.go(document.tree.root!);
    expect(await openPicture(exported, 'lamp.png', library)).toEqual({ document: id, node: 'made', notes: [] });
    const root = await exportDocument(document, library.blobs, { format: 'png' }, { node: document.tree.root! });
    expect((await openPicture(root, 'empty.png', library)).node).toBe(document.tree.root);
  });

  it('shows what the document shows, in every format, and says how it was made', async () => {
    const library = await newLibrary();
    const { document } = await madeDocument(library);
    const folder = await temporaryFolder();
    for (const format of ['png', 'jpeg', 'webp', 'avif', 'tiff'] as const) {
      const path = join(folder, `lamp.${format}`);
      await exportDocumentTo(path, document, library.blobs, { format });
      const bytes = await sharp(path).toBuffer({ resolveWithObject: true });
      expect(bytes.info).toMatchObject({ width: 12, height: 8 });
    }
    const png = await exportDocument(document, library.blobs, { format: 'png' });
    expect(await readPictureRecipe(png)).toMatchObject({ kind: 'studio', recipe: { request } });
    const pixels = await sharp(png).ensureAlpha().raw().toBuffer();
    expect(pixels).toEqual(Buffer.from((await flatten(await document.current(), library.blobs)).data));
    const half = await exportDocument(document, library.blobs, { format: 'png' }, { size: { width: 6, height: 4 } });
    expect(await sharp(half).metadata()).toMatchObject({ width: 6, height: 4 });
    // It is another picture than the one that leads back to the work.
    expect((await openPicture(half, 'half.png', library)).document).not.toBe(document.id);
    const plain = await exportDocument(document, library.blobs, { format: 'png' }, { withRecipe: false });
    expect(await readPictureRecipe(plain)).toEqual({ kind: 'none' });
    expect(Buffer.from(plain).includes('ovis-')).toBe(false);
  });

  it('opens in another library as a new document with its words and numbers', async () => {
    const first = await newLibrary();
    const { document } = await madeDocument(first);
    const exported = await exportDocument(document, first.blobs, { format: 'png' });
    const library = await newLibrary();
    const opened = await openPicture(exported, 'lamp.png', library, { now: () => 7 });
    const copy = await library.documents.open(opened.document);
    expect(copy.tree).toMatchObject({ title: 'lamp' });
    expect((await copy.current()).prompt).toMatchObject({
      task: 'generate',
      prompt: 'a brass lamp',
      parameters: {
        seed: 42,
        seedLocked: true,
        steps: 8,
        solver: 'multistep',
        textGuidance: 4,
        width: 320,
        height: 256,
      },
    });
    expect((await library.gallery.page({ text: 'brass' })).items).toMatchObject([
      { origin: 'imported', fileName: 'lamp.png', addedAt: 7, document: opened.document },
    ]);
    expect((await openPicture(exported, 'again.png', library)).document).not.toBe(opened.document);
    expect(await library.gallery.count()).toBe(1);
  });
});

describe('a file from elsewhere', () => {
  it('of every kind opens as a document that shows it', async () => {
    const library = await newLibrary();
    const { document, id } = await madeDocument(library);
    const folder = await temporaryFolder();
    const shown = await flatten(await document.current(), library.blobs);
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="12" height="8"><rect width="12" height="8" fill="#0a0"/></svg>';
    await writeOvis(library, id, join(folder, 'a.ovis'));
    for (const format of ['psd', 'ora'] as const) {
      await exportDocumentTo(join(folder, `a.${format}`), document, library.blobs, { format });
    }
    await writeFile(join(folder, 'a.tiff'), await exportDocument(document, library.blobs, { format: 'tiff' }));
    await writeFile(join(folder, 'a.svg'), svg);
    const elsewhere = await newLibrary();
    for (const name of ['a.ovis', 'a.psd', 'a.ora', 'a.tiff']) {
      const opened = await openFile(join(folder, name), elsewhere);
      const copy = await elsewhere.documents.open(opened.document);
      expect([name, await flatten(await copy.current(), elsewhere.blobs)]).toEqual([name, shown]);
    }
    const drawn = await elsewhere.documents.open((await openFile(join(folder, 'a.svg'), elsewhere)).document);
    expect([...(await flatten(await drawn.current(), elsewhere.blobs)).data.subarray(0, 4)]).toEqual([0, 170, 0, 255]);
  });

  it('keeps its 16 bits, and is turned and converted once', async () => {
    const library = await newLibrary();
    const deep = sharp({ create: { width: 6, height: 4, channels: 3, background: '#8040c0' } }).toColourspace('rgb16');
    const bytes = await deep.withMetadata({ orientation: 6 }).png().toBuffer();
    const { document: id } = await openPicture(bytes, 'deep.png', library);
    const work = await (await library.documents.open(id)).current();
    const [layer] = Object.values(work.layers);
    const blob = layer?.kind === 'raster' && layer.pixels.kind === 'picture' ? layer.pixels.blob : undefined;
    expect(await sharp(await library.blobs.read(blob!)).metadata()).toMatchObject({
      width: 4,
      height: 6,
      depth: 'ushort',
    });
    expect(work).toMatchObject({ width: 4, height: 6 });
    const [original] = (await library.gallery.page()).items;
    expect(await library.blobs.read(original!.blob)).toEqual(bytes);
  });

  it('with another program’s recipe fills the prompt bar', async () => {
    const library = await newLibrary();
    const plain = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#123456' } })
      .png()
      .toBuffer();
    const text =
      'a fox in snow\nNegative prompt: blur\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 99, Size: 512x640';
    const bytes = insertPngChunks(plain, [{ type: 'tEXt', data: Buffer.from(`parameters\0${text}`, 'latin1') }]);
    const { document } = await openPicture(bytes, 'fox.png', library);
    const work = await (await library.documents.open(document)).current();
    expect(work.prompt).toMatchObject({
      task: 'auto',
      prompt: 'a fox in snow',
      parameters: { seed: 99, seedLocked: true, steps: 20, textGuidance: 7, width: 512, height: 640 },
    });
  });

  it('can be placed without a document, and is in the gallery once', async () => {
    const library = await newLibrary();
    const bytes = await encodeWithRecipe(picture, { format: 'png' }, recipe);
    for (let time = 0; time < 2; time += 1) {
      const placed = await placePicture(bytes, 'lamp.png', library);
      expect(placed).toMatchObject({
        pixels: { width: 12, height: 8 },
        recipe: request,
        prompt: { prompt: 'a brass lamp' },
      });
      expect(await library.blobs.read(placed.pixels.blob)).toEqual(Buffer.from(bytes));
    }
    expect((await library.gallery.page()).items).toMatchObject([{ fileName: 'lamp.png', document: null }]);
    expect(await library.documents.ids()).toEqual([]);
  });

  it('that is nothing we read is refused, and leaves nothing', async () => {
    const library = await newLibrary();
    const path = join(await temporaryFolder(), 'notes.txt');
    await writeFile(path, 'just some text');
    await expect(openFile(path, library)).rejects.toMatchObject({ code: 'image-unknown' });
    await expect(openFile(join(library.folder, 'nowhere.png'), library)).rejects.toMatchObject({
      code: 'file-missing',
    });
    expect(await library.documents.ids()).toEqual([]);
    expect(await library.gallery.count()).toBe(0);
  });
});
