import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { decodeImage } from '../images/decode-image.ts';
import { encodeImage } from '../images/encode-image.ts';
import { readPictureRecipe } from '../images/recipe-metadata/picture-recipe.ts';
import { resultInGallery } from '#shared/contract/studio/jobs';
import { bundleScripts, type BundledScripts } from '#testing/bundle-scripts';
import { ended, makeTinyModel, openStudioSession, requestFor } from '#testing/studio-session';
import { serveBytes } from './serve-bytes.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let scripts: BundledScripts;
let model = '';
beforeAll(async () => {
  scripts = await bundleScripts({ engine: 'src/engine/entry-node.ts' });
  model = await makeTinyModel(scripts.folder);
});
afterAll(() => scripts[Symbol.asyncDispose]());

const grey = { width: 96, height: 64, channels: 3, data: new Uint8Array(96 * 64 * 3).fill(140) } as const;

describe('a studio with its model', () => {
  it('makes a picture from words, which is a blob with its recipe and in the gallery when the job is done', async () => {
    const { client, studio } = await openStudioSession({ scripts, model });
    const [job] = await client.jobs.start({ requests: [requestFor('a brass lamp')] });
    const done = await ended(client, job!.id);
    expect(done).toMatchObject({ state: 'finished', attempts: 1, error: null, report: { device: 'cpu' } });
    const [blob] = done.results;
    const png = await studio.library.blobs.read(blob!);
    expect((await decodeImage(png)).raster).toMatchObject({ width: 64, height: 64 });
    expect(await readPictureRecipe(png)).toMatchObject({
      kind: 'studio',
      recipe: { request: { prompt: 'a brass lamp' } },
    });
    const item = await client.gallery.get({ id: resultInGallery(job!.id, 0) });
    expect(item).toMatchObject({ blob, origin: 'made', recipe: { prompt: 'a brass lamp' } });
    expect((await client.gallery.page({ filter: { text: 'lamp' } })).items).toEqual([item]);

    const query = { kind: 'generate', model: 'tiny', precision: 'f32', width: 64, height: 64, steps: 4 } as const;
    const estimate = await client.estimates.of(query);
    expect(estimate).toMatchObject({ basis: 'measured' });
    expect((await client.estimates.of({ ...query, width: 256 })).timeMs).toBeGreaterThan(estimate.timeMs! * 2);
  });

  it('refuses what its memory cannot hold before it waits in the queue, and says what would help', async () => {
    const { home, studio, client } = await openStudioSession({ scripts, model });
    const [installed] = await client.models.list();
    await studio.close();
    const memoryBytes = Math.round(installed!.sizeBytes * 1.1);
    const { client: small } = await openStudioSession({ scripts, home, memoryBytes });
    const query = { kind: 'generate', model: 'tiny', precision: 'f32', width: 64, height: 64, steps: 4 } as const;
    expect(await small.estimates.of(query)).toMatchObject({ fits: 'no', availableBytes: memoryBytes });
    await expect(small.jobs.start({ requests: [requestFor('a lamp')] })).rejects.toMatchObject({
      data: { code: 'job-too-large', message: expect.stringContaining('smaller') as string },
    });
    expect(await small.jobs.list()).toEqual([]);
  });

  it('edits a picture that was uploaded, and says which layer to lay over it', async () => {
    const { client, studio } = await openStudioSession({ scripts, model });
    const png = await encodeImage(grey, { format: 'png' });
    const sent = await serveBytes(
      studio,
      new Request('http://studio/uploads?name=grey.png', { method: 'POST', body: Buffer.from(png) }),
    );
    const { upload } = (await sent!.json()) as { upload: never };
    const { picture } = await client.files.place({ source: { upload } });
    expect(picture).toMatchObject({ width: 96, height: 64 });
    const request = requestFor('make it red', { kind: 'edit', image: picture.blob });
    const [job] = await client.jobs.start({ requests: [request] });
    const done = await ended(client, job!.id);
    expect(done.error).toBeNull();
    expect(done.composition?.changedFraction).toBeGreaterThan(0);
    const { patch } = done.composition!;
    expect(await studio.library.blobs.has(patch!.blob)).toBe(true);
    expect(patch!.x + patch!.width).toBeLessThanOrEqual(96);
  });

  it('answers in words as they come', async () => {
    const { client } = await openStudioSession({ scripts, model });
    const request = requestFor('', {
      kind: 'describe',
      images: [],
      turns: [{ role: 'user', text: 'hello' }],
      maxTokens: 4,
    });
    const [job] = await client.jobs.start({ requests: [request] });
    let text = '';
    for await (const event of await client.jobs.watch({})) {
      if (event.kind === 'progress' && event.progress.kind === 'text') text += event.progress.delta;
      if (event.kind !== 'job' || event.job.id !== job!.id || event.job.endedAt === null) continue;
      expect(event.job).toMatchObject({ state: 'finished', text });
      break;
    }
  });

  it('leaves nothing lying about when it closes', async () => {
    const { client, studio, home } = await openStudioSession({ scripts, model });
    await client.settings.change({ theme: 'dark' });
    await studio.close();
    expect(JSON.parse(await readFile(join(home, 'settings.json'), 'utf8'))).toMatchObject({ theme: 'dark' });
    expect(await readdir(join(home, 'library', 'jobs'))).toHaveLength(1);
  });
});
