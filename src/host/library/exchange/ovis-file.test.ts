import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

import { describe, expect, it, onTestFinished } from 'vitest';

import type { BlobName } from '#shared/contract/job-request';
import { addLayer, setLayerPixels } from '#shared/document/layer-operations';
import { createLayer } from '#shared/document/layer';
import { createDocument } from '#shared/document/document';
import { zLayerId, zNodeId } from '#shared/document/ids';
import { defaultPromptState } from '#shared/document/prompt-state';
import { encodeTileIndex, tileByteLength, tileKey } from '#shared/document/tile-index';
import { buildNode, buildRequest } from '#testing/library-builders';
import { temporaryFolder } from '#testing/temporary-folder';
import { openLibrary, type Library } from '../library.ts';
import { readOvis, writeOvis } from './ovis-file.ts';
import { ZipArchive } from './zip-archive.ts';
import { zipBytes, type ZipContent } from './zip-writer.ts';

const sky = zLayerId.parse('sky');

async function newLibrary(): Promise<Library> {
  const library = await openLibrary(await temporaryFolder(), { purpose: 'a test' });
  onTestFinished(() => library.close());
  return library;
}

/** A library with a document of two branches, tiles, a thumbnail, a recipe with its source, a draft and a name. */
async function workedIn() {
  const library = await newLibrary();
  const { blobs, documents } = library;
  const put = async (content: Uint8Array | string) => (await blobs.put(Buffer.from(content))).name;
  const base = addLayer(createDocument({ width: 256, height: 256 }), createLayer('raster', sky, 'Sky'), {
    parent: null,
    index: 0,
  });
  const painted = async (grey: number) => {
    const tile = await put(deflateSync(Buffer.alloc(tileByteLength(4), grey)));
    const index = await put(encodeTileIndex({ channels: 4, tiles: new Map([[tileKey(-1, 2), tile]]) }));
    return setLayerPixels(base, sky, { kind: 'tiles', index, bounds: { x: -256, y: 512, width: 256, height: 256 } });
  };
  const id = await documents.create(base, { title: 'Poster' });
  const document = await documents.open(id);
  const root = document.tree.root!;
  await document.commit({
    node: buildNode('a', root, { thumbnail: await put('thumbnail a') }),
    document: await painted(1),
  });
  await document.commit({ node: buildNode('b', 'a'), document: await painted(2) });
  await document.go(zNodeId.parse('a'));
  const recipe = buildRequest('warmer', { kind: 'edit', image: await put('the source') });
  await document.commit({ node: buildNode('c', 'a', { recipe, kind: 'edit' }), document: await painted(3) });
  await document.change(zNodeId.parse('b'), { name: 'the other one', pinned: true });
  await document.saveDraft({ ...defaultPromptState, prompt: 'half a sen' });
  return { library, id, document };
}

async function exported(history?: 'whole' | 'path' | 'current') {
  const { library, id, document } = await workedIn();
  const path = join(await temporaryFolder(), 'poster.ovis');
  await writeOvis(library, id, path, history ? { history } : {});
  return { library, id, document, path };
}

async function imported(path: string, into?: Library) {
  const library = into ?? (await newLibrary());
  const id = await readOvis(library, path, { folder: library.folder });
  return { library, id, document: await library.documents.open(id) };
}

async function contentsOf(path: string): Promise<Map<string, Buffer>> {
  const archive = await ZipArchive.open(path, { maxEntries: 100, maxTotalBytes: 1e9 });
  const contents = new Map<string, Buffer>();
  for (const name of archive.names()) contents.set(name, await archive.read(name, { maxBytes: 1e9 }));
  archive.close();
  return contents;
}

async function rewritten(path: string, change: (contents: Map<string, Buffer>) => void): Promise<string> {
  const contents = await contentsOf(path);
  change(contents);
  const files: ZipContent[] = Array.from(contents, ([name, content]) => ({ name, content }));
  const changed = join(await temporaryFolder(), 'changed.ovis');
  await writeFile(changed, await zipBytes(files));
  return changed;
}

describe('a studio file', () => {
  it('opens in another library the same: every branch, document, pixel, name, and half a sentence', async () => {
    const original = await exported();
    const copy = await imported(original.path);
    expect(copy.document.tree).toEqual(original.document.tree);
    expect(copy.id).not.toBe(original.id);
    for (const step of original.document.tree.nodes.keys()) {
      expect(await copy.document.document(step)).toEqual(await original.document.document(step));
    }
    const references = await original.library.references();
    const arrived = await copy.library.references();
    expect([...arrived.names].sort()).toEqual([...references.names].sort());
    for (const name of references.names) {
      expect(await copy.library.blobs.read(name)).toEqual(await original.library.blobs.read(name));
    }
    const again = join(await temporaryFolder(), 'again.ovis');
    await writeOvis(copy.library, copy.id, again);
    expect(await contentsOf(again)).toEqual(await contentsOf(original.path));
  });

  it('can hold only what led here, or only what is here, and then no pixels of the rest', async () => {
    const path = await imported((await exported('path')).path);
    expect([...path.document.tree.nodes.keys()].slice(1)).toEqual(['a', 'c']);
    expect(path.document.tree.current).toBe('c');
    const here = await exported('current');
    const current = await imported(here.path);
    expect([...current.document.tree.nodes.keys()]).toEqual(['c']);
    expect(await current.document.current()).toEqual(await here.document.current());
    expect((await contentsOf(here.path)).size).toBe(2 + 3);
  });

  it('is refused with a changed pixel, a missing one, a cut history or a stranger’s bytes, and leaves no document', async () => {
    const { path } = await exported();
    const isBlob = (name: string) => name.startsWith('blobs/');
    const damages: ((contents: Map<string, Buffer>) => void)[] = [
      (contents) => contents.set([...contents.keys()].find(isBlob)!, Buffer.from('other bytes')),
      (contents) => contents.delete([...contents.keys()].findLast(isBlob)!),
      (contents) => contents.set('history', contents.get('history')!.subarray(0, -5)),
      (contents) => contents.set('history', Buffer.alloc(0)),
      (contents) => contents.set('history', contents.get('history')!.fill(0, 40, 50)),
      (contents) => contents.delete('history'),
      (contents) => contents.delete('manifest.json'),
      (contents) => contents.set('manifest.json', Buffer.from('{"version":1}')),
      (contents) => contents.set('blobs/not-a-hash', Buffer.from('x')),
    ];
    const library = await newLibrary();
    for (const damage of damages) {
      const attempt = imported(await rewritten(path, damage), library);
      await expect(attempt).rejects.toMatchObject({
        code: expect.stringMatching(/^(archive-invalid|blob-mismatch|stored-value-invalid)$/),
      });
    }
    const newer = await rewritten(path, (contents) => contents.set('manifest.json', Buffer.from('{"version":9}')));
    await expect(imported(newer, library)).rejects.toMatchObject({ code: 'version-too-new' });
    expect(await library.documents.ids()).toEqual([]);
    expect((await readdir(join(library.folder, 'documents'))).length).toBe(0);
  });

  it('takes along what is left of a document that has lost pixels', async () => {
    const { library, id, document } = await workedIn();
    const current = await document.current();
    const pixels = current.layers[sky];
    const index = (pixels?.kind === 'raster' && pixels.pixels.kind === 'tiles' ? pixels.pixels.index : '') as BlobName;
    await library.blobs.setDamagedAside(index);
    const path = join(await temporaryFolder(), 'wounded.ovis');
    await writeOvis(library, id, path);
    const copy = await imported(path);
    expect(copy.document.tree).toEqual(document.tree);
    expect(await copy.library.blobs.has(index)).toBe(false);
  });

  it('leaves the old file alone when it is stopped', async () => {
    const { library, id } = await workedIn();
    const folder = await temporaryFolder();
    const path = join(folder, 'poster.ovis');
    await writeFile(path, 'the old one');
    const stop = new AbortController();
    stop.abort();
    await expect(writeOvis(library, id, path, { signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(folder)).toEqual(['poster.ovis']);
    expect(await readFile(path, 'utf8')).toBe('the old one');
  });
});
