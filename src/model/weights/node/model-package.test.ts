import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AppError } from '#base/app-error';
import { temporaryFolder } from '#testing/temporary-folder';
import { formatManifest } from '../package-manifest.ts';
import { float32Of } from '../tensor-data.ts';
import { openPackage, verifyPackage } from './model-package.ts';
import { WeightsWriter } from './weights-writer.ts';

/** A package with the tensors `a` (f32 [2]) and `b` (u8 [8192]) in two files. */
async function makePackage(): Promise<string> {
  const folder = await temporaryFolder();
  const writer = await WeightsWriter.create(
    folder,
    [
      { name: 'a', dtype: 'f32', shape: [2] },
      { name: 'b', dtype: 'u8', shape: [8192] },
    ],
    { maxFileBytes: 8192 },
  );
  await writer.write('a', 0, new Uint8Array(Float32Array.of(1, 2).buffer));
  await writer.write('b', 0, new Uint8Array(8192).fill(3));
  const manifest = formatManifest({
    name: 'Tiny',
    kind: 'ovis-u1',
    precision: 'f32',
    licence: 'Apache-2.0',
    origin: { kind: 'test' },
    config: { hidden_size: 64 },
    files: await writer.finish(),
  });
  await writeFile(join(folder, 'model.json'), manifest);
  return folder;
}

async function changeManifest(folder: string, change: (text: string) => string): Promise<void> {
  const path = join(folder, 'model.json');
  await writeFile(path, change(await readFile(path, 'utf8')));
}

function code(expected: string): AppError {
  return expect.objectContaining({ code: expected }) as AppError;
}

test('a package says what it is and where in its files each tensor lies', async () => {
  const folder = await makePackage();
  const model = await openPackage(folder);
  expect(model).toMatchObject({ name: 'Tiny', precision: 'f32', config: { hidden_size: 64 }, directory: folder });
  const b = model.tensors.get('b')!;
  expect(b).toMatchObject({ file: 'model-00002-of-00002.safetensors', dtype: 'u8', shape: [8192], offsetBytes: 4096 });
  expect((await readFile(join(folder, b.file)))[b.offsetBytes]).toBe(3);
  expect([...float32Of(await model.readTensor('a'))]).toEqual([1, 2]);
});

test('an untouched package verifies, with progress to the last byte', async () => {
  const model = await openPackage(await makePackage());
  const progress: { bytesDone: number; bytesTotal: number }[] = [];
  await verifyPackage(model, { onProgress: (step) => progress.push(step) });
  const bytesTotal = model.manifest.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  expect(progress.at(-1)).toEqual({ bytesDone: bytesTotal, bytesTotal });
});

test('one flipped bit in the weights is found and the file is named', async () => {
  const folder = await makePackage();
  const file = join(folder, 'model-00002-of-00002.safetensors');
  const bytes = await readFile(file);
  bytes[5000]! ^= 1;
  await writeFile(file, bytes);
  await expect(verifyPackage(await openPackage(folder))).rejects.toThrow(/^model-00002.* is damaged: its content/);
});

test('a stopped verification is cancelled', async () => {
  const model = await openPackage(await makePackage());
  await expect(verifyPackage(model, { signal: AbortSignal.abort() })).rejects.toThrow(code('cancelled'));
});

test.each([
  ['file-missing', 'a folder that is no package', (folder: string) => rm(join(folder, 'model.json'))],
  ['package-damaged', 'a missing file', (folder: string) => rm(join(folder, 'model-00001-of-00002.safetensors'))],
  [
    'package-damaged',
    'a file of another size',
    (folder: string) => writeFile(join(folder, 'model-00001-of-00002.safetensors'), ''),
  ],
  [
    'package-invalid',
    'a manifest that is cut off',
    (folder: string) => changeManifest(folder, (text) => text.slice(0, -5)),
  ],
  [
    'package-invalid',
    'an unknown precision',
    (folder: string) => changeManifest(folder, (text) => text.replace('"f32"', '"f33"')),
  ],
  [
    'package-invalid',
    'another kind of model',
    (folder: string) => changeManifest(folder, (text) => text.replace('ovis-u1', 'x')),
  ],
  [
    'package-invalid',
    'a file outside the folder',
    (folder: string) => changeManifest(folder, (text) => text.replace('model-00001', '../model-00001')),
  ],
  [
    'package-invalid',
    'a hash that is none',
    (folder: string) => changeManifest(folder, (text) => text.replace(/"sha256": "../, '"sha256": "ZZ')),
  ],
  [
    'package-version-unsupported',
    'a later format',
    (folder: string) => changeManifest(folder, (text) => text.replace('"version": 1', '"version": 2')),
  ],
])('%s: %s', async (expected, _, damage) => {
  const folder = await makePackage();
  await damage(folder);
  await expect(openPackage(folder)).rejects.toThrow(code(expected));
});

test('a graph finds its tensors by their elements, however it divides them', async () => {
  const model = await openPackage(await makePackage());
  expect(model.locate('b', { dtype: 'u8', shape: [64, 128] })).toBe(model.tensors.get('b'));
  expect(() => model.locate('b', { dtype: 'u8', shape: [64] })).toThrow(/"b" as u8\[8192\], and u8\[64\] is needed/);
  expect(() => model.locate('b', { dtype: 'i8', shape: [8192] })).toThrow(code('package-invalid'));
  expect(() => model.locate('c', { dtype: 'u8', shape: [1] })).toThrow(code('package-invalid'));
});

test('a tensor that the package does not hold is named', async () => {
  const model = await openPackage(await makePackage());
  await expect(model.readTensor('c')).rejects.toThrow(/no tensor "c"/);
});
