import { copyFile, cp, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test } from 'vitest';
import type { AppError } from '#base/app-error';
import { forkTypeScript, killHard, nextMessage } from '#testing/fork-typescript';
import { describeGolden, FIXTURES } from '#testing/goldens';
import { temporaryFolder } from '#testing/temporary-folder';
import { parseOvisConfig } from '../../ovis/config.ts';
import { ovisParameters } from '../../ovis/parameters.ts';
import { storedForms } from '../layout.ts';
import { precisions } from '../package-manifest.ts';
import { float32Of } from '../tensor-data.ts';
import { importCheckpoint, type ImportOptions, type ImportProgress } from './import-checkpoint.ts';
import { makeCheckpoint, readCheckpointSizes } from './make-checkpoint.ts';
import { openPackage, verifyPackage } from './model-package.ts';
import { readSafetensors } from './safetensors-file.ts';
import { WeightsWriter } from './weights-writer.ts';

const fixture = join(FIXTURES, 'ovis-u1-dev/model');
const importer = fileURLToPath(new URL('../../../testing/importer.ts', import.meta.url));

function code(expected: string): AppError {
  return expect.objectContaining({ code: expected }) as AppError;
}

let parent: string;
let target: string;

async function importing(checkpoint: string, options: Partial<ImportOptions> = {}) {
  return importCheckpoint(checkpoint, target, { precision: 'f32', ...options });
}

async function parametersOf(folder: string) {
  return ovisParameters(parseOvisConfig(await readCheckpointSizes(folder)));
}

describeGolden('an import', () => {
  beforeEach(async () => {
    parent = await temporaryFolder();
    target = join(parent, 'package');
  });

  test.each(precisions)('as %s holds every tensor of the layout table, and verifies', async (precision) => {
    const { manifest } = await importing(fixture, { precision, name: 'Fixture', origin: { repository: 'a/b' } });
    const model = await openPackage(target);
    await verifyPackage(model);
    expect(model.manifest).toEqual(manifest);
    expect(model).toMatchObject({ name: 'Fixture', precision, config: { model_type: 'ovis_u1' } });
    expect(manifest.origin).toEqual({ kind: 'import', folder: 'model', repository: 'a/b' });
    const layout = (await parametersOf(fixture)).flatMap((spec) => storedForms(spec, precision));
    expect([...model.tensors.keys()].sort()).toEqual(layout.map(({ name }) => name).sort());
    for (const tensor of layout) expect(model.tensors.get(tensor.name)).toMatchObject(tensor);
    expect(await readdir(target)).toEqual([
      'model.json',
      'model.safetensors',
      'preprocessor_config.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect(await readdir(parent)).toEqual(['package']);
  });

  test('as f32 keeps every number, with the matrices of linear layers turned', async () => {
    await importing(fixture);
    const [model, source] = [await openPackage(target), await readSafetensors(join(fixture, 'model.safetensors'))];
    for (const { name, kind, shape } of await parametersOf(fixture)) {
      const expected = float32Of(source.get(name)!);
      const actual = float32Of(await model.readTensor(name));
      const [out, depth] = [shape[0]!, expected.length / shape[0]!];
      const at = (i: number) => (kind === 'linear' ? (i % depth) * out + Math.floor(i / depth) : i);
      expect(expected.every((value, i) => actual[at(i)] === value)).toBe(true);
    }
  });

  test('of bf16 shards into several files gives the same weights as of one file', async () => {
    const sizes = await readCheckpointSizes(fixture);
    const [single, sharded] = [join(parent, 'single'), join(parent, 'sharded')];
    await makeCheckpoint(single, sizes, { seed: 5 });
    await makeCheckpoint(sharded, sizes, { seed: 5, maxShardBytes: 700_000 });
    await importCheckpoint(single, join(parent, 'a'), { precision: 'int8' });
    await importCheckpoint(sharded, join(parent, 'b'), { precision: 'int8', maxFileBytes: 500_000 });
    const [a, b] = [await openPackage(join(parent, 'a')), await openPackage(join(parent, 'b'))];
    expect(new Set([...b.tensors.values()].map(({ file }) => file)).size).toBeGreaterThan(2);
    for (const name of a.tensors.keys()) {
      const [ours, theirs] = [await a.readTensor(name), await b.readTensor(name)];
      expect(Buffer.compare(ours.bytes, theirs.bytes)).toBe(0);
    }
  });

  test.each([
    ['bf16', 2 ** -8],
    ['f16', 2 ** -11],
  ] as const)('of a checkpoint in %s keeps what that type can say', async (dtype, precision) => {
    const sizes = await readCheckpointSizes(fixture);
    const name = 'visual_generator.backbone.double_blocks.0.img_mlp.0.weight';
    const [values, exact] = await Promise.all(
      ([dtype, 'f32'] as const).map(async (type) => {
        await makeCheckpoint(join(parent, type), sizes, { dtype: type });
        await importCheckpoint(join(parent, type), join(parent, `${type}-package`), { precision: 'f32' });
        return float32Of(await (await openPackage(join(parent, `${type}-package`))).readTensor(name));
      }),
    );
    // Relative, down to where f16 begins to lose digits.
    const error = (value: number, i: number) => Math.abs(value - exact![i]!) / Math.max(Math.abs(exact![i]!), 2 ** -14);
    const farthest = Math.max(...values!.map(error));
    expect(farthest).toBeGreaterThan(0);
    expect(farthest).toBeLessThanOrEqual(precision);
  });

  test('takes over the licence that a model card states, and the card', async () => {
    const checkpoint = join(parent, 'checkpoint');
    await cp(fixture, checkpoint, { recursive: true });
    await writeFile(join(checkpoint, 'README.md'), '---\nlanguage:\n- en\nlicense: apache-2.0\n---\n# A model\n');
    const { manifest } = await importing(checkpoint);
    expect(manifest.licence).toBe('apache-2.0');
    expect(manifest.files.map(({ name }) => name)).toContain('README.md');
  });

  test('ignores a tied output head that is stored all the same', async () => {
    const checkpoint = await changedCheckpoint((tensors) => {
      tensors.set('llm.lm_head.weight', tensors.get('llm.model.embed_tokens.weight')!);
    });
    await importing(checkpoint);
    expect((await openPackage(target)).tensors.has('llm.lm_head.weight')).toBe(false);
  });

  test('reports progress that rises to the total', async () => {
    const progress: ImportProgress[] = [];
    await importing(fixture, { onProgress: (step) => progress.push(step) });
    const bytes = progress.map(({ bytesDone }) => bytesDone);
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
    expect(progress.at(-1)?.bytesDone).toBe(progress.at(-1)?.bytesTotal);
    expect(new Set(progress.map(({ item }) => item))).toContain('llm.model.norm.weight');
  });
});

/** A copy of the fixture with other tensors. */
async function changedCheckpoint(
  change: (
    tensors: Map<string, Awaited<ReturnType<typeof readSafetensors>> extends ReadonlyMap<string, infer T> ? T : never>,
  ) => void,
): Promise<string> {
  const folder = join(parent, 'checkpoint');
  await cp(fixture, folder, { recursive: true });
  await rm(join(folder, 'model.safetensors'));
  const tensors = new Map(await readSafetensors(join(fixture, 'model.safetensors')));
  change(tensors);
  const writer = await WeightsWriter.create(
    folder,
    [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
  );
  for (const [name, { bytes }] of tensors) await writer.write(name, 0, bytes);
  await writer.sync();
  await writer.close();
  return folder;
}

describeGolden('a bad checkpoint is refused, and nothing is left behind', () => {
  beforeEach(async () => {
    parent = await temporaryFolder();
    target = join(parent, 'models', 'package');
  });

  const weights = 'model.safetensors';
  const cases: readonly [
    expected: string,
    message: RegExp,
    what: string,
    damage: (folder: string) => Promise<unknown>,
  ][] = [
    ['file-missing', /does not exist/, 'no such folder', (folder) => rm(folder, { recursive: true })],
    ['checkpoint-incomplete', /no config.json/, 'no configuration', (folder) => rm(join(folder, 'config.json'))],
    ['checkpoint-incomplete', /no safetensors file/, 'no weights', (folder) => rm(join(folder, weights))],
    [
      'checkpoint-pickle',
      /pytorch_model.bin is a pickle file/,
      'weights as a pickle only',
      (folder) => rename(join(folder, weights), join(folder, 'pytorch_model.bin')),
    ],
    [
      'checkpoint-incomplete',
      /2 safetensors files and no/,
      'two files without an index',
      (folder) => copyFile(join(folder, weights), join(folder, 'other.safetensors')),
    ],
    [
      'checkpoint-incomplete',
      /model-00002-of-00002.safetensors of its index is missing/,
      'a missing shard',
      (folder) => writeIndex(folder, { a: weights, b: 'model-00002-of-00002.safetensors' }),
    ],
    [
      'checkpoint-incomplete',
      /which is no file of the folder/,
      'an index that points elsewhere',
      (folder) => writeIndex(folder, { a: '../../secret.safetensors' }),
    ],
    ['checkpoint-incomplete', /not valid JSON/, 'a broken index', (folder) => writeIndex(folder, '{"weight')],
    [
      'checkpoint-unknown',
      /type "llama"/,
      'another architecture',
      (folder) => changeJson(folder, 'config.json', (config) => ({ ...config, model_type: 'llama' })),
    ],
    [
      'model-config-invalid',
      /multimodal_max_length/,
      'an impossible configuration',
      (folder) => changeJson(folder, 'config.json', (config) => ({ ...config, multimodal_max_length: -1 })),
    ],
    [
      'model-config-invalid',
      /preprocessor_config.json/,
      'no preprocessor configuration',
      (folder) => rm(join(folder, 'preprocessor_config.json')),
    ],
    ['tokenizer-invalid', /tokenizer/, 'no tokenizer', (folder) => rm(join(folder, 'tokenizer.json'))],
    [
      'tokenizer-invalid',
      /ids up to 5000 and the model knows 512/,
      'a tokenizer of another model',
      (folder) =>
        changeJson(folder, 'tokenizer.json', (tokenizer) => ({
          ...tokenizer,
          added_tokens: [...(tokenizer['added_tokens'] as object[]), { id: 5000, content: '<x>', special: true }],
        })),
    ],
    ['safetensors-invalid', /cut off/, 'truncated weights', (folder) => truncateBy(join(folder, weights), 1)],
    [
      'safetensors-invalid',
      /claims/,
      'an absurd header',
      (folder) => overwrite(join(folder, weights), 0, [255, 255, 255, 255, 255]),
    ],
    [
      'checkpoint-mismatch',
      /1 tensor is different: .*\(expected \[10000, 64\], found \[512, 64\]\)/,
      'a configuration of another size',
      (folder) =>
        changeJson(folder, 'config.json', (config) => ({
          ...config,
          llm_config: { ...(config['llm_config'] as object), vocab_size: 10_000 },
        })),
    ],
    [
      'weights-not-finite',
      /holds values that are not numbers/,
      'weights that are NaN',
      (folder) => overwrite(join(folder, weights), -64, [0, 0, 192, 127]),
    ],
  ];

  test.each(cases)('%s %s: %s', async (expected, message, _, damage) => {
    const checkpoint = join(parent, 'checkpoint');
    await cp(fixture, checkpoint, { recursive: true });
    await damage(checkpoint);
    const failure = await importing(checkpoint).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: expected, message: expect.stringMatching(message) as string });
    expect(await readdir(join(parent, 'models')).catch(() => [])).toEqual([]);
  });

  test('a single file instead of a folder', async () => {
    await expect(importing(join(fixture, weights))).rejects.toThrow(/is a file; name the folder/);
    const checkpoint = join(parent, 'model.ckpt');
    await writeFile(checkpoint, '');
    await expect(importing(checkpoint)).rejects.toThrow(code('checkpoint-pickle'));
  });

  test('missing, unexpected and misshapen tensors are all named', async () => {
    const checkpoint = await changedCheckpoint((tensors) => {
      tensors.delete('vte.weight');
      tensors.set('llm.surprise', tensors.get('llm.model.norm.weight')!);
      tensors.set('llm.model.norm.weight', { dtype: 'f32', shape: [1], bytes: new Uint8Array(4) });
    });
    const failure = await importing(checkpoint).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'checkpoint-mismatch',
      data: {
        missing: ['vte.weight [128, 64]'],
        different: ['llm.model.norm.weight (expected [64], found [1])'],
        unexpected: ['llm.surprise'],
      },
    });
  });

  test('one tensor in two shards', async () => {
    const checkpoint = join(parent, 'checkpoint');
    await cp(fixture, checkpoint, { recursive: true });
    await copyFile(join(checkpoint, weights), join(checkpoint, 'twin.safetensors'));
    await writeIndex(checkpoint, { a: weights, b: 'twin.safetensors' });
    await expect(importing(checkpoint)).rejects.toThrow(/is both in model.safetensors and in twin.safetensors/);
  });
});

describeGolden('an import that does not end well leaves nothing behind', () => {
  beforeEach(async () => {
    parent = await temporaryFolder();
    target = join(parent, 'package');
  });

  test.each([10_000, 1_000_000, 4_000_000])('when the disk is full after %i bytes', async (capacity) => {
    await expect(importing(fixture, { fs: diskOf(capacity) })).rejects.toThrow(code('disk-full'));
    expect(await readdir(parent)).toEqual([]);
  });

  test.each([0.01, 0.5, 0.99])('when it is cancelled at %d of the way', async (fraction) => {
    const controller = new AbortController();
    const onProgress = ({ bytesDone, bytesTotal }: ImportProgress) => {
      if (bytesDone >= fraction * bytesTotal) controller.abort();
    };
    await expect(importing(fixture, { signal: controller.signal, onProgress })).rejects.toThrow(code('cancelled'));
    expect(await readdir(parent)).toEqual([]);
  });

  test('when another import into the same place is under way, and that one goes on', async () => {
    const both = await Promise.allSettled([importing(fixture), importing(fixture)]);
    const refused = both.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toMatchObject({ code: 'folder-busy' });
    await verifyPackage(await openPackage(target));
    expect(await readdir(parent)).toEqual(['package']);
  });

  test('when the place is taken', async () => {
    await mkdir(target);
    await expect(importing(fixture)).rejects.toThrow(code('folder-exists'));
    expect(await readdir(target)).toEqual([]);
  });

  test('once the next import has swept what a killed one left', async () => {
    const child = await forkTypeScript(importer, [fixture, target]);
    await nextMessage(child);
    await killHard(child);
    const left = await readdir(parent);
    expect(left).not.toContain('package');
    expect(left).toContain('.unfinished-package');

    await importing(fixture);
    expect(await readdir(parent)).toEqual(['package']);
    await verifyPackage(await openPackage(target));
  });
});

/** The real file functions on a disk that takes so many bytes and no more. */
function diskOf(capacityBytes: number): NonNullable<ImportOptions['fs']> {
  let free = capacityBytes;
  return {
    async open(...args) {
      const handle = await open(...args);
      const write = handle.write.bind(handle) as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
      Object.assign(handle, {
        write: async (buffer: Uint8Array, offset: number, length: number, position: number) => {
          if (free === 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
          const { bytesWritten } = await write(buffer, offset, Math.min(length, free), position);
          free -= bytesWritten;
          return { bytesWritten, buffer };
        },
      });
      return handle;
    },
  };
}

async function writeIndex(folder: string, map: Record<string, string> | string): Promise<void> {
  const text = typeof map === 'string' ? map : JSON.stringify({ weight_map: map });
  await writeFile(join(folder, 'model.safetensors.index.json'), text);
}

async function changeJson(
  folder: string,
  name: string,
  change: (value: Record<string, unknown>) => Record<string, unknown>,
): Promise<void> {
  const path = join(folder, name);
  const value = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  await writeFile(path, JSON.stringify(change(value)));
}

async function truncateBy(path: string, count: number): Promise<void> {
  const bytes = await readFile(path);
  await writeFile(path, bytes.subarray(0, bytes.length - count));
}

/** Replaces bytes, counted from the end when `position` is negative. */
async function overwrite(path: string, position: number, replacement: readonly number[]): Promise<void> {
  const bytes = await readFile(path);
  bytes.set(replacement, position < 0 ? bytes.length + position : position);
  await writeFile(path, bytes);
}
