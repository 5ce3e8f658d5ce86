import * as nodeFs from 'node:fs/promises';
import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';

import { zJobId } from '#shared/contract/job-events';
import type { BlobName } from '#shared/contract/job-request';
import { addLayer, setLayerPixels } from '#shared/document/layer-operations';
import { createLayer } from '#shared/document/layer';
import { createDocument, type Document } from '#shared/document/document';
import { zLayerId, zNodeId } from '#shared/document/ids';
import { encodeTileIndex, tileByteLength, tileKey } from '#shared/document/tile-index';
import { buildGalleryItem, buildNode, buildRequest } from '#testing/library-builders';
import { temporaryFolder } from '#testing/temporary-folder';
import { openLibrary, type Library, type LibraryOptions } from './library.ts';

const layer = zLayerId.parse('sky');
const empty = addLayer(createDocument({ width: 256, height: 256 }), createLayer('raster', layer, 'Sky'), {
  parent: null,
  index: 0,
});

async function open(home: string, options: Partial<LibraryOptions> = {}): Promise<Library> {
  const library = await openLibrary(home, { purpose: 'a test', ...options });
  onTestFinished(() => library.close());
  return library;
}

/** A document whose one layer has one tile of this grey, and the blobs it is made of. */
async function painted(
  library: Library,
  grey: number,
): Promise<{ document: Document; tile: BlobName; index: BlobName }> {
  const tile = (await library.blobs.put(deflateSync(Buffer.alloc(tileByteLength(4), grey)))).name;
  const tiles = encodeTileIndex({ channels: 4, tiles: new Map([[tileKey(0, 0), tile]]) });
  const index = (await library.blobs.put(tiles)).name;
  const bounds = { x: 0, y: 0, width: 256, height: 256 };
  return { document: setLayerPixels(empty, layer, { kind: 'tiles', index, bounds }), tile, index };
}

const text = (content: string) => Buffer.from(content);
const later = (days: number) => () => Date.now() + days * 24 * 3600 * 1000;

/** Sweeps as often and as late as it takes to delete everything that can be. */
async function sweepThoroughly(library: Library): Promise<void> {
  await library.sweep({ now: later(3) });
  await library.sweep({ now: later(6) });
}

describe('a step', () => {
  it('is refused while something it refers to is not stored', async () => {
    const home = await temporaryFolder();
    const first = await open(home);
    const { document: work, tile } = await painted(first, 1);
    await rm(first.blobs.pathOf(tile));
    const library = await open(home);
    const document = await library.documents.open(await library.documents.create(empty, { title: 'x' }));
    const step = { node: buildNode('a', document.tree.root), document: work };
    await expect(document.commit(step)).rejects.toMatchObject({ code: 'blob-missing', data: { name: tile } });
    await painted(library, 1);
    await document.commit(step);
    expect(document.tree.current).toBe('a');
  });

  it('is kept when only what was lost before is missing, so that one can go on', async () => {
    const home = await temporaryFolder();
    const first = await open(home);
    const id = await first.documents.create(empty, { title: 'x' });
    const { document: work, tile } = await painted(first, 1);
    const before = await first.documents.open(id);
    await before.commit({ node: buildNode('a', before.tree.root), document: work });
    await first.close();
    await rm(first.blobs.pathOf(tile));
    const second = await open(home);
    const document = await second.documents.open(id);
    await document.commit({ node: buildNode('b', document.tree.current), document: { ...work, pixelsPerInch: 300 } });
    expect(document.tree.current).toBe('b');
  });
});

describe('clearing away', () => {
  it('takes only what no step, branch, thumbnail, job, gallery entry or trashed document refers to', async () => {
    const home = await temporaryFolder();
    const first = await open(home);
    const put = async (content: string) => (await first.blobs.put(text(content))).name;
    const id = await first.documents.create(empty, { title: 'x' });
    const one = await painted(first, 1);
    const two = await painted(first, 2);
    const thumbnail = await put('a thumbnail');
    const document = await first.documents.open(id);
    const root = document.tree.root!;
    await document.commit({ node: buildNode('a', root, { thumbnail }), document: one.document });
    await document.go(root);
    await document.commit({ node: buildNode('b', root), document: two.document });
    const late = await put('a late thumbnail');
    await document.change(zNodeId.parse('a'), { thumbnail: late });

    const trashed = await first.documents.create((await painted(first, 3)).document, { title: 'thrown away' });
    await first.documents.remove(trashed);
    const shown = await put('in the gallery');
    await first.gallery.put([buildGalleryItem('shown', shown)]);
    const [input, output] = [await put('a source'), await put('a result')];
    const job = await first.jobs!.add(zJobId.parse(randomUUID()), buildRequest('', { kind: 'edit', image: input }));
    await first.jobs!.change(job.id, { type: 'started' });
    await first.jobs!.change(job.id, { type: 'result', blob: output });
    const nobodys = await put('nobody’s');
    await first.close();

    const library = await open(home);
    await sweepThoroughly(library);
    const kept = [one.tile, one.index, two.tile, two.index, thumbnail, late, shown, input, output];
    for (const name of kept) expect(await library.blobs.verify(name)).toBe(true);
    expect(await library.blobs.has(nobodys)).toBe(false);
    await library.documents.restore(trashed);
    const restored = await library.documents.open(trashed);
    expect(restored.tree.nodes.size).toBe(1);
    await library.documents.close(trashed);

    await library.documents.remove(trashed);
    await library.documents.purge(trashed);
    expect(await library.sweep({ now: later(3) })).toMatchObject({ setAside: 2, deleted: 0 });
    expect(await library.sweep({ now: later(6) })).toMatchObject({ setAside: 0, deleted: 2 });
  });

  it('gives back what was set aside to whoever asks for it', async () => {
    const home = await temporaryFolder();
    const { name } = await (await open(home)).blobs.put(text('asked for'));
    const library = await open(home);
    expect(await library.sweep({ now: later(3) })).toMatchObject({ setAside: 1 });
    expect((await library.blobs.read(name)).toString()).toBe('asked for');
    expect(await library.sweep()).toMatchObject({ setAside: 0, deleted: 0 });
    await library.sweep({ now: later(3) });
    await library.blobs.put(text('asked for'));
    expect(await library.sweep({ now: later(9) })).toMatchObject({ setAside: 0, deleted: 0 });
  });

  it('waits when the clock went backwards, and spares what this program has just put', async () => {
    const home = await temporaryFolder();
    const { name } = await (await open(home)).blobs.put(text('from the future'));
    const library = await open(home);
    const future = new Date(later(900)());
    await utimes(library.blobs.pathOf(name), future, future);
    expect(await library.sweep({ now: later(3) })).toMatchObject({ setAside: 0 });
    await library.blobs.put(text('about to be used'));
    expect(await library.sweep({ now: later(9) })).toMatchObject({ setAside: 0 });
  });

  it('touches nothing while some layers or documents cannot be read', async () => {
    const home = await temporaryFolder();
    const first = await open(home);
    const { document, index } = await painted(first, 1);
    await first.documents.create(document, { title: 'x' });
    await first.blobs.put(text('nobody’s'));
    await first.close();
    await writeFile(first.blobs.pathOf(index), 'damaged');
    const library = await open(home);
    await expect(library.sweep({ now: later(3) })).rejects.toMatchObject({
      code: 'sweep-unsafe',
      data: { unreadable: [index] },
    });
  });
});

describe('the library', () => {
  it('lists its documents, last changed first, from the index where nothing changed', async () => {
    const home = await temporaryFolder();
    const library = await open(home);
    const one = await library.documents.create(empty, { title: 'one' });
    const two = await library.documents.create(empty, { title: 'two' });
    expect((await library.listDocuments()).map(({ title }) => title)).toEqual(['two', 'one']);
    const document = await library.documents.open(one);
    await document.rename('first');
    expect((await library.listDocuments()).map(({ title }) => title)).toEqual(['first', 'two']);
    await library.documents.close(one);
    const copy = await library.documents.duplicate(one);
    await library.documents.remove(copy);
    expect((await library.listDocuments({ trashed: true })).map(({ id, title }) => [id, title])).toEqual([
      [copy, 'first'],
    ]);
    await library.close();
    await writeFile(join(library.folder, 'documents', two, 'journal'), 'gone');
    const again = await open(home);
    expect((await again.listDocuments()).map(({ title }) => title)).toEqual(['first']);
  });

  it('opens for reading where nothing may be written, and says why it changes nothing', async () => {
    const home = await temporaryFolder();
    const first = await open(home);
    const { document } = await painted(first, 1);
    const id = await first.documents.create(document, { title: 'x' });
    await first.gallery.put([buildGalleryItem('shown', (await first.blobs.put(text('y'))).name)]);
    await first.close();
    const before = await readdir(first.folder, { recursive: true });
    const refuse = () => Promise.reject(Object.assign(new Error('EROFS: told to refuse'), { code: 'EROFS' }));
    const fs = {
      ...nodeFs,
      mkdir: refuse,
      rename: refuse,
      utimes: refuse,
      open: (path: string, flags: string) => (/^[wa]|\+/.test(flags) ? refuse() : nodeFs.open(path, flags)),
    };
    const library = await open(home, { fs: fs as unknown as NonNullable<LibraryOptions['fs']> });
    expect(library.readOnlyBecause).toMatchObject({ code: 'folder-read-only' });
    expect((await library.listDocuments()).map(({ title }) => title)).toEqual(['x']);
    expect(await (await library.documents.open(id)).current()).toEqual(document);
    expect(await library.gallery.count()).toBe(1);
    await expect(library.gallery.remove([])).rejects.toMatchObject({ code: 'library-read-only' });
    expect(await readdir(library.folder, { recursive: true })).toEqual(before);
  });

  it('mends its marker, and refuses to touch what a newer studio made', async () => {
    const home = await temporaryFolder();
    const first = await open(home);
    await first.close();
    const marker = join(first.folder, 'library.json');
    for (const damage of ['', '{"version":3,"format":"ovis-library 1"}', '{"version":1,"format":"ovis-librarx 1"}']) {
      await writeFile(marker, damage);
      await (await open(home)).close();
    }
    await writeFile(marker, '{"version":2,"format":"ovis-library 2"}');
    await expect(openLibrary(home, { purpose: 'a test' })).rejects.toMatchObject({ code: 'version-too-new' });
  });
});

describe('thumbnails', () => {
  it('are small upright WebP pictures, made once, and made again when they are damaged', async () => {
    const library = await open(await temporaryFolder());
    const wide = sharp({ create: { width: 600, height: 300, channels: 3, background: '#c04020' } });
    const { name } = await library.blobs.put(await wide.withMetadata({ orientation: 6 }).jpeg().toBuffer());
    const [one, two] = await Promise.all([library.thumbnails.get(name, 128), library.thumbnails.get(name, 128)]);
    expect(two).toEqual(one);
    expect(await sharp(one).metadata()).toMatchObject({ format: 'webp', width: 64, height: 128 });
    const path = join(library.folder, 'thumbnails', '128', name.slice(0, 2), `${name}.webp`);
    await writeFile(path, one.subarray(0, 40));
    expect(await library.thumbnails.get(name, 128)).toEqual(one);
    expect((await sharp(await library.thumbnails.get(name, 512)).metadata()).height).toBe(512);
  });

  it('say what is no picture', async () => {
    const library = await open(await temporaryFolder());
    const { name } = await library.blobs.put(text('no picture'));
    await expect(library.thumbnails.get(name, 128)).rejects.toMatchObject({ code: 'image-unreadable' });
  });
});
