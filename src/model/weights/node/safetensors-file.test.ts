import { readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AppError } from '#base/app-error';
import { describeGolden, FIXTURES } from '#testing/goldens';
import { temporaryFolder } from '#testing/temporary-folder';
import { float32Of } from '../tensor-data.ts';
import { readSafetensors, SafetensorsFile } from './safetensors-file.ts';
import { WeightsWriter } from './weights-writer.ts';

function code(expected: string): AppError {
  return expect.objectContaining({ code: expected }) as AppError;
}

async function writeTwoTensors(folder: string): Promise<string> {
  const writer = await WeightsWriter.create(folder, [
    { name: 'odd', dtype: 'u8', shape: [3] },
    { name: 'even', dtype: 'f32', shape: [4, 4] },
  ]);
  await writer.write('even', 32, new Uint8Array(Float32Array.of(8, 9, 10, 11, 12, 13, 14, 15).buffer));
  await writer.write('odd', 0, Uint8Array.of(7, 8, 9));
  await writer.write('even', 0, new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7).buffer));
  await writer.finish();
  return join(folder, 'model.safetensors');
}

test('what is written in pieces and out of order is read back whole and by ranges', async () => {
  const path = await writeTwoTensors(await temporaryFolder());
  const tensors = await readSafetensors(path);
  expect(float32Of(tensors.get('even')!)).toEqual(Float32Array.from({ length: 16 }, (_, i) => i));
  expect([...tensors.get('odd')!.bytes]).toEqual([7, 8, 9]);

  const file = await SafetensorsFile.open(path);
  const middle = new Uint8Array(8);
  await file.readRange(file.tensors.get('even')!, 20, middle);
  await file.close();
  expect([...new Float32Array(middle.buffer)]).toEqual([5, 6]);
});

test('a file that is cut off, before or while it is open, is refused', async () => {
  const path = await writeTwoTensors(await temporaryFolder());
  const file = await SafetensorsFile.open(path);
  await truncate(path, 4100);
  await expect(file.read(file.tensors.get('even')!)).rejects.toThrow(/became shorter/);
  await file.close();
  await expect(SafetensorsFile.open(path)).rejects.toThrow(code('safetensors-invalid'));
});

test('an empty file, a folder and nothing at all are refused with what to do', async () => {
  const folder = await temporaryFolder();
  const empty = join(folder, 'empty.safetensors');
  await writeFile(empty, '');
  await expect(SafetensorsFile.open(empty)).rejects.toThrow(code('safetensors-invalid'));
  await expect(SafetensorsFile.open(folder)).rejects.toThrow(code('file-is-folder'));
  await expect(SafetensorsFile.open(join(folder, 'none'))).rejects.toThrow(code('file-missing'));
});

describeGolden('the fixtures', () => {
  test('every file of the reference is readable', async () => {
    const folders = ['model', 'goldens', 'gradients'].map((name) => join(FIXTURES, 'ovis-u1-dev', name));
    const files = await Promise.all(
      folders.map(async (folder) => (await readdir(folder)).map((name) => join(folder, name))),
    );
    for (const path of files.flat().filter((name) => name.endsWith('.safetensors'))) {
      const tensors = await readSafetensors(path);
      expect(tensors.size).toBeGreaterThan(0);
    }
  });
});
