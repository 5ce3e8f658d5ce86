import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { AppError } from '#base/app-error';
import { describeGolden, fixtureJson, FIXTURES } from '#testing/goldens';
import { temporaryFolder } from '#testing/temporary-folder';
import { parseOvisConfig } from '../../ovis/config.ts';
import { ovisParameters } from '../../ovis/parameters.ts';
import { loadTokenizer } from '../../ovis/text/tokenizer.ts';
import { float32Of } from '../tensor-data.ts';
import { openCheckpoint } from './checkpoint.ts';
import { makeCheckpoint, readCheckpointSizes } from './make-checkpoint.ts';
import { readSafetensors } from './safetensors-file.ts';

const sizesOf3b = fileURLToPath(new URL('../../../../resources/configs/ovis-u1-3b', import.meta.url));

describeGolden('the sizes of the released model', () => {
  test('give exactly the tensors of its checkpoint', async () => {
    const config = parseOvisConfig(await readCheckpointSizes(sizesOf3b));
    const released = fixtureJson('full3b-tensors.json') as { tensors: Record<string, number[]> };
    const parameters = new Map(ovisParameters(config).map(({ name, shape }) => [name, shape]));
    const unused = 'visual_tokenizer.backbone.trunk.post_trunk_norm.weight';
    parameters.set(unused, released.tensors[unused]!);
    expect(Object.fromEntries(parameters)).toEqual(released.tensors);
  });
});

describeGolden('a random checkpoint', () => {
  const like = join(FIXTURES, 'ovis-u1-dev/model/config.json');

  test('in shards is a complete checkpoint with an index', async () => {
    const folder = join(await temporaryFolder(), 'random');
    const sizes = await readCheckpointSizes(like);
    let last = { bytesDone: 0, bytesTotal: 1 };
    await makeCheckpoint(folder, sizes, { maxShardBytes: 1_000_000, onProgress: (progress) => (last = progress) });
    expect(last.bytesDone).toBe(last.bytesTotal);
    const { tensors, config, texts } = await openCheckpoint(folder);
    expect([...tensors.keys()].sort()).toEqual(
      ovisParameters(parseOvisConfig(sizes))
        .map(({ name }) => name)
        .sort(),
    );
    expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(['bf16']));
    expect(new Set([...tensors.values()].map(({ path }) => path)).size).toBeGreaterThan(2);
    expect(config['torch_dtype']).toBe('bfloat16');
    const tokenizer = loadTokenizer(Object.fromEntries(texts));
    expect(tokenizer.decode(tokenizer.encode('Grüße, 世界'))).toBe('Grüße, 世界');
  });

  test('has the same bytes for a seed, and others for another', async () => {
    const parent = await temporaryFolder();
    const sizes = await readCheckpointSizes(like);
    const make = async (name: string, seed: number) => {
      await makeCheckpoint(join(parent, name), sizes, { seed, dtype: 'f16' });
      return readFile(join(parent, name, 'model.safetensors'));
    };
    const [first, again, other] = [await make('a', 1), await make('b', 1), await make('c', 2)];
    expect(first.equals(again)).toBe(true);
    expect(first.equals(other)).toBe(false);
  });

  test('has weights of the size that keeps activations in range', async () => {
    const folder = join(await temporaryFolder(), 'random');
    await makeCheckpoint(folder, await readCheckpointSizes(like), { dtype: 'f32' });
    const tensors = await readSafetensors(join(folder, 'model.safetensors'));
    const rms = (name: string) => {
      const values = float32Of(tensors.get(name)!);
      return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    };
    expect(rms('llm.model.layers.0.self_attn.q_proj.weight')).toBeCloseTo(1 / 8, 1);
    expect(rms('llm.model.norm.weight')).toBeCloseTo(1, 1);
    expect(rms('visual_generator.backbone.img_in.bias')).toBeLessThan(0.05);
  });

  test('that is cancelled leaves nothing', async () => {
    const parent = await temporaryFolder();
    const controller = new AbortController();
    const making = makeCheckpoint(join(parent, 'random'), await readCheckpointSizes(like), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(making).rejects.toThrow(expect.objectContaining({ code: 'cancelled' }) as AppError);
    expect(await readdir(parent)).toEqual([]);
  });
});
