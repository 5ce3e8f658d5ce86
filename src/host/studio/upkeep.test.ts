import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { resultInGallery } from '#shared/contract/studio/jobs';
import type { BlobName } from '#shared/contract/job-request';
import { createDocument } from '#shared/document/document';
import { zGalleryId } from '#shared/library/gallery-item';
import { bundleScripts, type BundledScripts } from '#testing/bundle-scripts';
import { buildGalleryItem } from '#testing/library-builders';
import { ended, makeTinyModel, openStudioSession, requestFor } from '#testing/studio-session';
import { temporaryFolder } from '#testing/temporary-folder';
import { encodeImage } from '../images/encode-image.ts';
import { openLibrary, type Library } from '../library/library.ts';
import { Captioner } from './captioner.ts';
import { Upkeep } from './upkeep.ts';

const dayMs = 24 * 3600 * 1000;

async function open(home?: string) {
  home ??= await temporaryFolder();
  const library = await openLibrary(home, { purpose: 'a test' });
  onTestFinished(() => library.close());
  const clock = { ms: Date.now() };
  const told = { trash: 0, described: 0, isWorking: false, activity: () => undefined as void };
  const captioner = { describeNext: () => Promise.resolve(++told.described < 3) };
  const upkeep = new Upkeep({
    library,
    home,
    captioner,
    onActivity: [(listener) => ((told.activity = listener), () => undefined)],
    isWorking: () => told.isWorking,
    isBusy: () => false,
    onTrashEmptied: () => (told.trash += 1),
    now: () => clock.ms,
  });
  onTestFinished(() => upkeep.close());
  const later = async (days: number) => {
    clock.ms += days * dayMs;
    await upkeep.look();
  };
  return { library, upkeep, clock, told, later };
}

async function blob({ blobs }: Library, grey: number) {
  const data = new Uint8Array(8 * 8 * 3).fill(grey);
  return (await blobs.put(await encodeImage({ width: 8, height: 8, channels: 3, data }, { format: 'png' }))).name;
}

describe('while nobody works', () => {
  it('the trash is emptied of what has been there for longer than a person wants', async () => {
    const { library, clock, told, later } = await open();
    await library.settings.change({ trashDays: 10 });
    const document = createDocument({ width: 8, height: 8 });
    const [old, young] = [
      await library.documents.create(document, { title: 'old' }),
      await library.documents.create(document, { title: 'young' }),
    ];
    await library.gallery.put([
      buildGalleryItem('old', await blob(library, 1), { trashedAt: clock.ms - 9 * dayMs }),
      buildGalleryItem('young', await blob(library, 2), { trashedAt: clock.ms }),
    ]);
    await library.documents.remove(old);
    await later(5);
    expect(await library.gallery.count({ trashed: true })).toBe(1);
    expect(await library.documents.ids({ trashed: true })).toEqual([old]);
    await later(6);
    expect(await library.documents.ids({ trashed: true })).toEqual([]);
    expect(await library.documents.ids()).toEqual([young]);
    expect(await library.gallery.count({ trashed: true })).toBe(0);
    expect(told.trash).toBe(1);
  });

  it('what nothing refers to is cleared away in two sweeps, a day apart, and nothing if that is not wanted', async () => {
    const home = await temporaryFolder();
    const before = await openLibrary(home, { purpose: 'a test' });
    const used = await blob(before, 1);
    const unused = await blob(before, 2);
    await before.gallery.put([buildGalleryItem('used', used)]);
    // What a process has put itself may be on its way into a document, so it is left to the next one.
    await before.close();
    const { library, later } = await open(home);
    const namesIn = async (blobs: AsyncIterable<{ name: BlobName }>) => {
      const names: BlobName[] = [];
      for await (const { name } of blobs) names.push(name);
      return names;
    };
    const stored = () => namesIn(library.blobs.list());
    const setAside = () => namesIn(library.blobs.listUnused());
    await library.settings.change({ clearUnused: false });
    await later(2);
    await later(2);
    expect(await stored()).toContain(unused);
    await library.settings.change({ clearUnused: true });
    await later(2);
    expect([await stored(), await setAside()]).toEqual([[used], [unused]]);
    await later(0.5);
    expect(await setAside()).toEqual([unused]);
    await later(2);
    expect([await stored(), await setAside()]).toEqual([[used], []]);
  });

  it('pictures are described if that is wanted, and nothing is done as soon as somebody does something', async () => {
    const { library, told, later, upkeep, clock } = await open();
    await later(1);
    expect(told.described).toBe(0);
    await library.settings.change({ captionWhenIdle: true });
    told.isWorking = true;
    await later(1);
    told.isWorking = false;
    clock.ms += dayMs;
    told.activity();
    await upkeep.look();
    expect(told.described).toBe(0);
    await later(1);
    expect(told.described).toBe(3);
  });
});

describe('captions', () => {
  let scripts: BundledScripts;
  let model = '';
  beforeAll(async () => {
    scripts = await bundleScripts({ engine: 'src/testing/fake-engine.ts' });
    model = await makeTinyModel(scripts.folder);
  });
  afterAll(() => scripts[Symbol.asyncDispose]());

  it('are written for pictures without one, and make way for a job', async () => {
    const { studio, client } = await openStudioSession({ scripts, model, faults: { stepMs: 200 } });
    const { library } = studio;
    const captioner = new Captioner({
      library,
      jobs: studio.jobs(),
      model: () => Promise.resolve({ id: 'tiny', precision: 'f32' }),
    });
    await library.gallery.put([
      buildGalleryItem('mine', await blob(library, 1), { caption: 'my own words' }),
      buildGalleryItem('theirs', await blob(library, 2)),
    ]);
    const { signal } = new AbortController();
    const describing = captioner.describeNext({ signal });
    const [job] = await client.jobs.start({ requests: [requestFor('a lamp')] });
    expect(await describing).toBe(false);
    expect((await ended(client, job!.id)).state).toBe('finished');
    await client.gallery.purge({ ids: [resultInGallery(job!.id, 0)] });

    expect(await captioner.describeNext({ signal })).toBe(true);
    expect((await library.gallery.get(zGalleryId.parse('theirs')))?.caption).toBe('A grey picture.');
    expect((await library.gallery.get(zGalleryId.parse('mine')))?.caption).toBe('my own words');
    expect(await captioner.describeNext({ signal })).toBe(false);
    expect(await client.jobs.list()).toHaveLength(1);
  });
});
