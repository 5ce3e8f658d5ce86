import { copyFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { zGalleryId, type GalleryItem } from '#shared/library/gallery-item';
import { buildGalleryItem, buildRequest } from '#testing/library-builders';
import { temporaryFolder } from '#testing/temporary-folder';
import { Journal } from '../journal/journal.ts';
import { LibraryIndex } from '../index/library-index.ts';
import { Gallery } from './gallery.ts';

const id = (text: string) => zGalleryId.parse(text);

function item(name: string, prompt: string, more: Partial<GalleryItem> = {}): GalleryItem {
  return buildGalleryItem(name, 'ab'.repeat(32), { recipe: buildRequest(prompt), ...more });
}

async function openGallery(folder: string, indexPath = join(folder, 'index.sqlite')): Promise<Gallery> {
  const index = new LibraryIndex(indexPath);
  const gallery = new Gallery(folder, index, { purpose: 'a test' });
  onTestFinished(async () => {
    await gallery.close();
    index.close();
  });
  return gallery;
}

const found = async (gallery: Gallery, text: string) => (await gallery.page({ text })).items.map((each) => each.id);

describe('the gallery', () => {
  it('finds pictures by words of prompt, caption, tags and file name, by beginnings and stems, in English and Chinese', async () => {
    const gallery = await openGallery(await temporaryFolder());
    await gallery.put([
      item('cat', 'a photo of an orange cat in the snow', { tags: ['Winter', 'pets'] }),
      item('mao', '一只橙色的猫在雪地里奔跑'),
      item('lamp', 'BRASS lamp, warm light', { caption: 'Ein grünes Café bei Nacht', fileName: 'IMG_2041.png' }),
    ]);
    const searches = {
      cat: ['cat'],
      cats: ['cat'],
      snow: ['cat'],
      wint: ['cat'],
      'orange pets': ['cat'],
      'orange lamp': [],
    };
    for (const [text, ids] of Object.entries(searches)) expect([text, await found(gallery, text)]).toEqual([text, ids]);
    expect(await found(gallery, '猫')).toEqual(['mao']);
    expect(await found(gallery, '橙色的猫')).toEqual(['mao']);
    expect(await found(gallery, '雪地 奔跑')).toEqual(['mao']);
    expect(await found(gallery, '猫色')).toEqual([]);
    expect(await found(gallery, 'cafe nacht')).toEqual(['lamp']);
    expect(await found(gallery, 'ＬＡＭＰ')).toEqual(['lamp']);
    expect(await found(gallery, 'img 2041')).toEqual(['lamp']);
    expect(await found(gallery, '"; DROP TABLE items; -- NEAR( *')).toEqual([]);
    expect(await found(gallery, ' ,.* ')).toEqual(['lamp', 'mao', 'cat']);
  });

  it('pages newest first without gaps or repetitions, while pictures come and go', async () => {
    const gallery = await openGallery(await temporaryFolder());
    await gallery.put(Array.from({ length: 25 }, (_, index) => item(`n${index}`, 'x')));
    const seen: string[] = [];
    let before: number | null = null;
    do {
      const { items, next } = await gallery.page({}, { before, limit: 10 });
      seen.push(...items.map((each) => each.id));
      before = next;
      await gallery.put([item(`new${seen.length}`, 'x')]);
      await gallery.remove([id('n24'), id('n23')]);
    } while (before !== null);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `n${24 - index}`));
    expect(await gallery.count({})).toBe(26);
  });

  it('filters by tag, favourite, origin and trash, and counts', async () => {
    const gallery = await openGallery(await temporaryFolder());
    await gallery.put([
      item('a', 'red', { tags: ['Sky', 'sea'], favourite: true }),
      item('b', 'red', { tags: ['sky'], origin: 'imported' }),
    ]);
    const ids = async (filter: Parameters<Gallery['page']>[0]) =>
      (await gallery.page(filter)).items.map((each) => each.id);
    expect(await ids({ tags: ['SKY'] })).toEqual(['b', 'a']);
    expect(await ids({ tags: ['sky', 'sea'], text: 'red' })).toEqual(['a']);
    expect(await ids({ favourite: true })).toEqual(['a']);
    expect(await ids({ origin: 'imported' })).toEqual(['b']);
    await gallery.change([id('a'), id('unknown')], { trashedAt: 5, tags: ['night'] });
    expect(await ids({})).toEqual(['b']);
    expect(await ids({ trashed: true, text: 'night' })).toEqual(['a']);
    expect(await gallery.count({ trashed: true })).toBe(1);
    expect(await gallery.tags()).toEqual([
      { tag: 'night', count: 1 },
      { tag: 'sky', count: 1 },
    ]);
    expect(await found(gallery, 'sea')).toEqual([]);
    await gallery.change([id('a'), id('b')], ({ tags }) => ({ tags: [...tags, 'both'] }));
    expect((await gallery.get(id('a')))?.tags).toEqual(['night', 'both']);
  });

  it('is all there again when the index is lost, empty, garbage, or damaged inside', async () => {
    const use = async <T>(folder: string, work: (gallery: Gallery) => Promise<T>): Promise<T> => {
      const index = new LibraryIndex(join(folder, 'index.sqlite'));
      try {
        return await work(new Gallery(folder, index, { purpose: 'a test' }));
      } finally {
        index.close();
      }
    };
    const original = await temporaryFolder();
    const before = await use(original, async (gallery) => {
      const text = (index: number) => `picture number${index} ${'x'.repeat(200)}`;
      await gallery.put(Array.from({ length: 300 }, (_, index) => item(`n${index}`, text(index))));
      await gallery.change([id('n7')], { caption: 'lucky' });
      await gallery.remove([id('n8')]);
      return gallery.page({}, { limit: 500 });
    });
    const whole = await readFile(join(original, 'index.sqlite'));
    const damaged = {
      lost: undefined,
      empty: Buffer.alloc(0),
      garbage: Buffer.from('not a database at all'),
      'broken after its first page': Buffer.from(whole).fill(0x5a, 4096),
      'broken in its second half': Buffer.from(whole).fill(0x5a, whole.length >> 1),
      'cut short': whole.subarray(0, 8192),
    };
    for (const [damage, bytes] of Object.entries(damaged)) {
      const folder = await temporaryFolder();
      await copyFile(join(original, 'gallery'), join(folder, 'gallery'));
      if (bytes !== undefined) await writeFile(join(folder, 'index.sqlite'), bytes);
      await use(folder, async (gallery) => {
        expect({ damage, items: (await gallery.page({}, { limit: 500 })).items }).toEqual({
          damage,
          items: before.items,
        });
        expect(await found(gallery, 'lucky')).toEqual(['n7']);
        expect(await found(gallery, 'number299')).toEqual(['n299']);
      });
    }
  });

  it('is shared by two programs: each sees what the other adds, and nothing is lost when both write', async () => {
    const folder = await temporaryFolder();
    const one = await openGallery(folder);
    const two = await openGallery(folder);
    await Promise.all(
      [one, two].flatMap((gallery, who) =>
        Array.from({ length: 15 }, (_, index) => gallery.put([item(`g${who}-${index}`, 'x')])),
      ),
    );
    expect(await one.count({})).toBe(30);
    expect(await two.page({}, { limit: 50 })).toEqual(await one.page({}, { limit: 50 }));
    await one.change([id('g1-3')], { favourite: true });
    expect((await two.get(id('g1-3')))?.favourite).toBe(true);
  });

  it('does not trust an index that has seen what a power cut took back', async () => {
    const folder = await temporaryFolder();
    const journal = join(folder, 'gallery');
    const first = await openGallery(folder);
    await first.put([item('kept', 'x')]);
    const { size } = await stat(journal);
    await first.put([item('lost', 'x')]);
    expect(await first.count()).toBe(2);
    await truncate(journal, size);
    expect((await (await openGallery(folder)).page()).items.map((each) => each.id)).toEqual(['kept']);
    await first.put([item('late', 'y')]);
    const second = await openGallery(folder);
    expect((await second.page()).items.map((each) => each.id)).toEqual(['late', 'kept']);
  });

  it('keeps a picture whose recipe is not understood any more', async () => {
    const folder = await temporaryFolder();
    await (await openGallery(folder)).put([item('old', 'x', { caption: 'a lamp' })]);
    const path = join(folder, 'gallery');
    const { journal, records } = await Journal.open(path);
    const changed = records[0]!.payload.toString().replace('"kind":"generate"', '"kind":"forgotten"');
    await journal.rewrite([Buffer.from(changed)]);
    await journal.close();
    const gallery = await openGallery(folder);
    expect((await gallery.page({ text: 'lamp' })).items).toMatchObject([{ id: 'old', recipe: null }]);
    expect(await gallery.problems()).toEqual([]);
  });

  it('compacts its journal and keeps the order', async () => {
    const folder = await temporaryFolder();
    const gallery = await openGallery(folder);
    await gallery.put([item('a', 'x'), item('b', 'y'), item('c', 'z')]);
    for (let round = 0; round < 100; round += 1) await gallery.change([id('a')], { caption: `version ${round}` });
    await gallery.remove([id('b')]);
    const { size } = await stat(join(folder, 'gallery'));
    expect(await gallery.compact()).toBe(true);
    expect((await stat(join(folder, 'gallery'))).size).toBeLessThan(size / 20);
    expect((await gallery.page()).items.map((each) => [each.id, each.caption])).toEqual([
      ['c', ''],
      ['a', 'version 99'],
    ]);
    expect(await found(await openGallery(folder), '99')).toEqual(['a']);
  });

  it('tells of changes once they are kept', async () => {
    const gallery = await openGallery(await temporaryFolder());
    const heard: string[] = [];
    const stop = gallery.subscribe((events) => heard.push(events.map((event) => event.type).join()));
    await gallery.put([item('a', 'x'), item('b', 'x')]);
    await gallery.change([id('nobody')], { favourite: true });
    stop();
    await gallery.remove([id('a')]);
    expect(heard).toEqual(['put,put']);
  });
});
