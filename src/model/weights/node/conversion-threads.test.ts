import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { AppError } from '#base/app-error';
import { bundleScripts, type BundledScripts } from '#testing/bundle-scripts';
import { describeGolden, FIXTURES } from '#testing/goldens';
import { temporaryFolder } from '#testing/temporary-folder';
import { importCheckpoint } from './import-checkpoint.ts';

const fixture = join(FIXTURES, 'ovis-u1-dev/model');

describeGolden('an import in threads', () => {
  let scripts: BundledScripts;
  let threadScript: string;
  let parent: string;
  let target: string;

  beforeAll(async () => {
    scripts = await bundleScripts({ thread: resolve('src/model/weights/node/conversion-thread.ts') });
    threadScript = join(scripts.folder, 'thread.js');
  });
  afterAll(async () => scripts[Symbol.asyncDispose]());
  beforeEach(async () => {
    parent = await temporaryFolder();
    target = join(parent, 'package');
  });

  test('gives the same files as in one thread', async () => {
    const alone = await importCheckpoint(fixture, join(parent, 'alone'), { precision: 'q4' });
    const progress: number[] = [];
    const threaded = await importCheckpoint(fixture, target, {
      precision: 'q4',
      threadScript,
      onProgress: ({ bytesDone, bytesTotal }) => progress.push(bytesDone / bytesTotal),
    });
    expect(threaded.manifest.files).toEqual(alone.manifest.files);
    expect(progress.at(-1)).toBe(1);
  });

  test('is cancelled in all of them', async () => {
    const controller = new AbortController();
    const importing = importCheckpoint(fixture, target, {
      precision: 'int8',
      threadScript,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(importing).rejects.toThrow(expect.objectContaining({ code: 'cancelled' }) as AppError);
    expect(await readdir(parent)).toEqual([]);
  });

  test('names what is wrong with a tensor', async () => {
    const checkpoint = join(parent, 'checkpoint');
    await cp(fixture, checkpoint, { recursive: true });
    const path = join(checkpoint, 'model.safetensors');
    const bytes = await readFile(path);
    bytes.writeFloatLE(NaN, bytes.length - 4);
    await writeFile(path, bytes);
    const failure = await importCheckpoint(checkpoint, target, { precision: 'int8', threadScript }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(AppError);
    expect(failure).toMatchObject({ code: 'weights-not-finite', data: { file: 'model.safetensors' } });
    expect(await readdir(parent)).toEqual(['checkpoint']);
  });

  test('fails when a thread cannot start', async () => {
    const importing = importCheckpoint(fixture, target, { precision: 'int8', threadScript: join(parent, 'none.js') });
    await expect(importing).rejects.toThrow(/none.js/);
    expect(await readdir(parent)).toEqual([]);
  });
});
