import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Raster } from '#raster/raster';
import { zBlobName, zJobRequest, type BlobName, type JobRequest } from '#shared/contract/job-request';
import type { DeviceReport } from '#shared/contract/device';
import { importFixture } from '#testing/fixture-package';
import { describeGolden } from '#testing/goldens';
import { pictures } from '#testing/pictures';
import type { JobResult, PipelineEvent, RunJob } from '../jobs/run-job.ts';
import { createRunJob } from './run-job.ts';

const cpu: DeviceReport = {
  device: 'cpu',
  usable: true,
  problem: null,
  fusedAttention: true,
  quantizedProducts: true,
  halfPrecision: false,
  speed: 1,
};
const blob = (digit: string) => zBlobName.parse(digit.repeat(64));
const IMAGE = blob('a');
const MASK = blob('b');
const OTHER = blob('c');
const sampling = {
  model: 'dev',
  precision: 'f32',
  prompt: 'a red apple',
  seed: 7,
  steps: 3,
  textGuidance: 4,
};

describeGolden('jobs', () => {
  let fixture: Awaited<ReturnType<typeof importFixture>>;
  let runJob: RunJob;
  beforeAll(async () => {
    fixture = await importFixture('f32');
    runJob = createRunJob();
  });
  afterAll(() => fixture.remove());

  const image = pictures.foliage({ width: 150, height: 110 });
  const run = (
    request: object,
    options: {
      onEvent?: (event: PipelineEvent) => void;
      signal?: AbortSignal;
      mask?: Raster;
      others?: ReadonlyMap<BlobName, Raster>;
    } = {},
  ): Promise<JobResult> => {
    const inputs = new Map<BlobName, Raster>([[IMAGE, image], ...(options.others ?? [])]);
    if (options.mask) inputs.set(MASK, options.mask);
    return runJob(
      { request: zJobRequest.parse(request), inputs, modelFolder: fixture.folder, device: cpu },
      { signal: options.signal ?? new AbortController().signal, onEvent: options.onEvent ?? (() => undefined) },
    );
  };
  const generate = { kind: 'generate', ...sampling, width: 64, height: 48 } as const;

  it('make the same picture of the same seed, and another of another', async () => {
    const [first, second, other] = [await run(generate), await run(generate), await run({ ...generate, seed: 8 })];
    expect(first.pictures[0]).toMatchObject({ width: 64, height: 48, channels: 3 });
    expect(second.pictures[0]!.data).toEqual(first.pictures[0]!.data);
    expect(other.pictures[0]!.data).not.toEqual(first.pictures[0]!.data);
  });

  it('show a preview of every step', async () => {
    const events: PipelineEvent[] = [];
    await run(generate, { onEvent: (event) => events.push(event) });
    const steps = events.filter((event) => event.kind === 'step');
    expect(steps.map(({ step, steps: of }) => `${step}/${of}`)).toEqual(['1/3', '2/3', '3/3']);
    expect(steps[0]!.preview).toMatchObject({ width: 8, height: 6 });
    expect(events.flatMap((event) => (event.kind === 'phase' ? event.name : []))).toEqual([
      'load',
      'encode',
      'load',
      'denoise',
      'decode',
    ]);
  });

  it('stop within a step when they are cancelled', async () => {
    const controller = new AbortController();
    let steps = 0;
    const onEvent = (event: PipelineEvent) => {
      if (event.kind === 'step' && ++steps === 1) controller.abort();
    };
    await expect(run({ ...generate, steps: 50 }, { signal: controller.signal, onEvent })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(steps).toBe(1);
  });

  it('change nothing outside the mask, not by one byte', async () => {
    const mask = discMask(image, { x: 70, y: 50, radius: 20 });
    const request = { kind: 'inpaint', ...sampling, image: IMAGE, mask: MASK } as const;
    const { pictures: made, composition } = await run(request, { mask });
    const result = made[0]!;
    const patch = composition!.patch!;
    expect(result).toMatchObject({ width: image.width, height: image.height });
    let changed = 0;
    const touched: string[] = [];
    for (let y = 0; y < image.height; y++) {
      for (let x = 0; x < image.width; x++) {
        const at = (y * image.width + x) * 3;
        const isSame = [0, 1, 2].every((c) => result.data[at + c] === image.data[at + c]);
        if (isSame) continue;
        changed++;
        if (mask.data[y * image.width + x] === 0 || alphaAt(patch, x, y) === 0) touched.push(`${x},${y}`);
      }
    }
    expect(touched).toEqual([]);
    expect(changed).toBeGreaterThan(400);
    expect(composition!.changedFraction).toBeLessThan(1);
  });

  it('show previews of a region where it is, and only of what may change', async () => {
    const mask = discMask(image, { x: 70, y: 50, radius: 8 });
    const events: PipelineEvent[] = [];
    const request = { kind: 'inpaint', ...sampling, image: IMAGE, mask: MASK } as const;
    await run(request, { mask, onEvent: (event) => events.push(event) });
    const { rect: region, changes } = events.find((event) => event.kind === 'region')!;
    expect(changes).toEqual({ x: 62, y: 42, width: 17, height: 17 });
    expect(region.x).toBeLessThan(62);
    expect(region.x + region.width).toBeGreaterThan(78);
    const preview = events.find((event) => event.kind === 'step')!.preview!;
    const alphaOf = (x: number, y: number): number => {
      const column = Math.floor(((x - region.x) / region.width) * preview.width);
      const row = Math.floor(((y - region.y) / region.height) * preview.height);
      return preview.data[(row * preview.width + column) * 4 + 3]!;
    };
    expect(preview.channels).toBe(4);
    expect(alphaOf(70, 50)).toBe(255);
    expect(alphaOf(region.x, region.y)).toBe(0);
  });

  it('extend a picture by exactly as much as asked', async () => {
    const extend = { left: 13, top: 0, right: 21, bottom: 9 };
    const { pictures: made } = await run({ kind: 'outpaint', ...sampling, image: IMAGE, extend });
    expect(made[0]).toMatchObject({ width: image.width + 34, height: image.height + 9 });
  });

  it('say how much of a picture an edit changed', async () => {
    const { pictures: made, composition } = await run({ kind: 'edit', ...sampling, image: IMAGE });
    expect(made[0]).toMatchObject({ width: image.width, height: image.height });
    expect(composition!.changedFraction).toBeGreaterThanOrEqual(0);
    expect(composition!.changedFraction).toBeLessThanOrEqual(1);
  });

  it('follow the outlines of another picture', async () => {
    const { pictures: made } = await run({ kind: 'control', ...sampling, image: IMAGE, map: 'canny' });
    expect(made[0]!.channels).toBe(3);
  });

  it('go by further pictures, whatever they start from, and leave alone what is not theirs to change', async () => {
    const others = new Map([[OTHER, pictures.foliage({ width: 40, height: 90 })]]);
    const alone = await run(generate);
    const references = [IMAGE];
    const first = await run({ ...generate, references });
    expect(first.pictures[0]).toMatchObject({ width: 64, height: 48 });
    expect(first.pictures[0]!.data).not.toEqual(alone.pictures[0]!.data);
    const both = await run({ ...generate, references: [IMAGE, OTHER] }, { others });
    expect(both.pictures[0]!.data).not.toEqual(first.pictures[0]!.data);

    const mask = discMask(image, { x: 70, y: 50, radius: 20 });
    const fill = { kind: 'inpaint', ...sampling, image: IMAGE, mask: MASK } as const;
    const filled = await run({ ...fill, references: [OTHER] }, { mask, others });
    expect(filled.pictures[0]!.data).not.toEqual((await run(fill, { mask })).pictures[0]!.data);
    expect(alphaAt(filled.composition!.patch!, 5, 5)).toBe(0);
  });

  it('answer questions word by word, and the same way twice', async () => {
    const turns = [{ role: 'user', text: 'What is it?' }];
    const request = { kind: 'describe', model: 'dev', precision: 'f32', images: [IMAGE], turns, maxTokens: 12 };
    const deltas: string[] = [];
    const { text } = await run(request, { onEvent: (event) => event.kind === 'text' && deltas.push(event.delta) });
    expect(deltas.join('')).toBe(text);
    expect((await run(request)).text).toBe(text);
    const drawn = { ...request, temperature: 1.5, topP: 0.9, topK: 50, seed: 3 };
    expect((await run(drawn)).text).toBe((await run(drawn)).text);
  });

  it('refuse a mask that is empty or of another size, in words', async () => {
    const request: JobRequest = zJobRequest.parse({ kind: 'inpaint', ...sampling, image: IMAGE, mask: MASK });
    const empty = { width: image.width, height: image.height, channels: 1 as const, data: new Uint8Array(16_500) };
    await expect(run(request, { mask: empty })).rejects.toMatchObject({ code: 'mask-empty' });
    const small = { width: 4, height: 4, channels: 1 as const, data: new Uint8Array(16).fill(255) };
    await expect(run(request, { mask: small })).rejects.toMatchObject({ code: 'mask-size-mismatch' });
  });
});

function discMask({ width, height }: Raster, disc: { x: number; y: number; radius: number }): Raster {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (Math.hypot(x - disc.x, y - disc.y) <= disc.radius) data[y * width + x] = 255;
    }
  }
  return { width, height, channels: 1, data };
}

function alphaAt({ x: left, y: top, raster }: { x: number; y: number; raster: Raster }, x: number, y: number): number {
  const [column, row] = [x - left, y - top];
  if (column < 0 || row < 0 || column >= raster.width || row >= raster.height) return 0;
  return raster.data[(row * raster.width + column) * 4 + 3]!;
}
