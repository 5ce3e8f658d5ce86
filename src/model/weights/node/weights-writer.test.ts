import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { temporaryFolder } from '#testing/temporary-folder';
import type { TensorSpec } from '../safetensors.ts';
import { readSafetensors } from './safetensors-file.ts';
import { WeightsWriter } from './weights-writer.ts';

function bytesTensor(name: string, sizeBytes: number): TensorSpec {
  return { name, dtype: 'u8', shape: [sizeBytes] };
}

test('tensors are divided among files below the limit, and one that is larger gets its own', async () => {
  const folder = await temporaryFolder();
  const specs = [bytesTensor('a', 20_000), bytesTensor('b', 20_000), bytesTensor('huge', 90_000), bytesTensor('c', 1)];
  const writer = await WeightsWriter.create(folder, specs, { maxFileBytes: 50_000 });
  const fileOf = (tensor: string) => basename(writer.places.get(tensor)!.path);
  expect(specs.map(({ name }) => fileOf(name))).toEqual([
    'model-00001-of-00003.safetensors',
    'model-00001-of-00003.safetensors',
    'model-00002-of-00003.safetensors',
    'model-00003-of-00003.safetensors',
  ]);
  for (const { name, shape } of specs) await writer.write(name, 0, new Uint8Array(shape[0]!).fill(name.length));
  const files = await writer.finish();

  for (const { name, sizeBytes, sha256 } of files) {
    const path = join(folder, name);
    expect(sizeBytes).toBe((await stat(path)).size);
    expect(sha256).toBe(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    );
  }
  const huge = await readSafetensors(join(folder, 'model-00002-of-00003.safetensors'));
  expect(huge.get('huge')!.bytes).toEqual(new Uint8Array(90_000).fill(4));
});

test('a file in which bytes are missing is never called finished', async () => {
  const writer = await WeightsWriter.create(await temporaryFolder(), [bytesTensor('a', 10)]);
  await writer.write('a', 0, new Uint8Array(9));
  await expect(writer.finish()).rejects.toThrow(/1 bytes of "a" were not written/);
  await writer.close();
});

test('an existing file is not overwritten', async () => {
  const folder = await temporaryFolder();
  const first = await WeightsWriter.create(folder, []);
  await first.finish();
  await expect(WeightsWriter.create(folder, [])).rejects.toThrow(/EEXIST/);
});
