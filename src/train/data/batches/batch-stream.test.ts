import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type BundledScripts, bundleScripts } from '#testing/bundle-scripts';
import { crop } from '#raster/crop';
import type { Raster } from '#raster/raster';
import { curricula } from '../scene/curriculum.ts';
import { openSprites } from '../sprites/sprite-cache.ts';
import type { SpriteSheet } from '../sprites/sprite-sheet.ts';
import { type Batch, type BatchSpec, type PictureStack, makeBatch, planarFloats } from './batch.ts';
import { type BatchStream, type BatchStreamOptions, createBatchStream } from './batch-stream.ts';

let sheet: SpriteSheet;
let scripts: BundledScripts;
let workerScript: string;
beforeAll(async () => {
  sheet = await openSprites(resolve('.cache/train'));
  scripts = await bundleScripts({ worker: resolve('src/train/data/batches/batch-worker.ts') });
  workerScript = join(scripts.folder, 'worker.js');
}, 120_000);
afterAll(() => scripts[Symbol.asyncDispose]());

const spec: BatchSpec = {
  seed: 5,
  mix: { generate: 3, recolor: 1, inpaint: 1, caption: 1, conversation: 1, reading: 1 },
  curriculum: curricula.placed,
  batchSize: 3,
  sizes: [
    { width: 32, height: 32, weight: 3 },
    { width: 48, height: 32 },
  ],
};

function openStream(wanted: BatchSpec, options: Partial<BatchStreamOptions> = {}): BatchStream {
  const stream = createBatchStream(wanted, { sheet, ...options });
  onTestFinished(() => stream[Symbol.asyncDispose]());
  return stream;
}

async function take(stream: AsyncIterableIterator<Batch>, count: number): Promise<Batch[]> {
  const batches: Batch[] = [];
  while (batches.length < count) batches.push((await stream.next()).value);
  return batches;
}

function picture({ width, height, channels, data }: PictureStack, index: number): Raster {
  const size = width * height * channels;
  return { width, height, channels, data: data.subarray(index * size, (index + 1) * size) };
}

/** Where the smaller picture could have been cut out of the larger one. */
function windows(large: Raster, small: Raster): string[] {
  const found: string[] = [];
  for (let y = 0; y <= large.height - small.height; y++) {
    for (let x = 0; x <= large.width - small.width; x++) {
      const cut = crop(large, { x, y, width: small.width, height: small.height });
      if (Buffer.compare(cut.data, small.data) === 0) found.push(`${x},${y}`);
    }
  }
  return found;
}

describe('a stream of batches', () => {
  it('is the same from any number of threads, from any start', { timeout: 60_000 }, async () => {
    const inPlace = openStream(spec);
    const expected = await take(inPlace, 12);
    for (const workers of [1, 3]) {
      const threaded = openStream(spec, { workers, workerScript });
      expect(await take(threaded, 12)).toEqual(expected);
    }
    const resumed = openStream(spec, { workers: 2, workerScript, startIndex: 7 });
    expect(await take(resumed, 5)).toEqual(expected.slice(7));
    expect(expected.map(({ index }) => index)).toEqual(Array.from({ length: 12 }, (_, index) => index));
  });

  it('mixes kinds as asked, one family and one size a batch', () => {
    const batches = Array.from({ length: 400 }, (_, index) => makeBatch(spec, sheet, index));
    const kinds = batches.flatMap((batch) => batch.kinds);
    const share = (kind: string) => kinds.filter((other) => other === kind).length / kinds.length;
    expect(share('generate')).toBeGreaterThan(0.3);
    expect(share('generate')).toBeLessThan(0.46);
    const others = ['recolor', 'inpaint', 'caption', 'conversation', 'reading'];
    expect(others.filter((kind) => share(kind) < 0.07 || share(kind) > 0.19)).toEqual([]);
    const wide = batches.filter((batch) => batch.family === 'generation' && batch.targets.width === 48).length;
    const square = batches.filter((batch) => batch.family === 'generation' && batch.targets.width === 32).length;
    expect(wide / (wide + square)).toBeGreaterThan(0.15);
    expect(wide / (wide + square)).toBeLessThan(0.35);
  });

  it('gives an edit its words, both pictures and where they may differ', () => {
    const edits: BatchSpec = { ...spec, mix: { recolor: 1, remove: 1 } };
    const batch = makeBatch(edits, sheet, 0);
    if (batch.family !== 'edit') throw new Error('expected edits');
    const { sources, targets, masks, instructions } = batch;
    expect(instructions).toHaveLength(3);
    expect(masks.channels).toBe(1);
    let changed = 0;
    for (let at = 0; at < masks.data.length; at++) {
      const same = [0, 1, 2].every((channel) => sources.data[at * 3 + channel] === targets.data[at * 3 + channel]);
      expect(masks.data[at]).toBe(same ? 0 : 255);
      if (!same) changed++;
    }
    expect(changed).toBeGreaterThan(50);
    expect(changed).toBeLessThan(masks.data.length * 0.6);
  });

  it('cuts the same window out of all pictures of a sample', () => {
    const whole = makeBatch({ ...spec, mix: { recolor: 1 }, sizes: [{ width: 32, height: 32 }] }, sheet, 0);
    const cut = makeBatch({ ...spec, mix: { recolor: 1 }, sizes: [{ width: 32, height: 32 }], cropSide: 16 }, sheet, 0);
    if (whole.family !== 'edit' || cut.family !== 'edit') throw new Error('expected edits');
    expect(cut.targets).toMatchObject({ count: 3, width: 16, height: 16, channels: 3 });
    const windowsOf = (stack: PictureStack, small: PictureStack, index: number) =>
      windows(picture(stack, index), picture(small, index));
    for (let index = 0; index < 3; index++) {
      const [sources, targets, masks] = (['sources', 'targets', 'masks'] as const).map((part) =>
        windowsOf(whole[part], cut[part], index),
      );
      expect(sources!.filter((at) => targets!.includes(at) && masks!.includes(at)).length).toBeGreaterThan(0);
    }
  });

  it('becomes channel planes of floats', () => {
    const data = Uint8Array.from([0, 51, 255, 255, 102, 0]);
    const floats = planarFloats({ count: 1, width: 2, height: 1, channels: 3, data });
    expect([...floats].map((value) => Math.round(value * 10) / 10)).toEqual([-1, 1, -0.6, -0.2, 1, -1]);
  });

  it('stops when it is cancelled, and rejects what was asked for', async () => {
    const controller = new AbortController();
    const stream = openStream(spec, {
      workers: 1,
      workerScript,
      signal: controller.signal,
    });
    await stream.next();
    controller.abort();
    await expect(take(stream, 50)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('passes on what goes wrong in a thread', async () => {
    const impossible = { ...spec, mix: { generate: 1 }, curriculum: { ...curricula.placed, layouts: {} } };
    const stream = openStream(impossible, { workers: 1, workerScript });
    await expect(stream.next()).rejects.toThrow('weights must have a positive sum');
  });

  it('is over once it is disposed', async () => {
    const stream = openStream(spec, { workers: 1, workerScript });
    await stream.next();
    await stream[Symbol.asyncDispose]();
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });
});
