import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { ModelTask, ModelTaskId } from '#shared/contract/studio/models';
import { bundleScripts, type BundledScripts } from '#testing/bundle-scripts';
import { temporaryFolder } from '#testing/temporary-folder';
import { makeTinyCheckpoint } from '#testing/tiny-checkpoint';
import { hubFromEnvironment } from './hub.ts';
import { preferredModel } from './installed-models.ts';
import { ModelManager } from './model-manager.ts';

let scripts: BundledScripts;
let checkpoint = '';
beforeAll(async () => {
  scripts = await bundleScripts({ 'conversion-thread': 'src/model/weights/node/conversion-thread.ts' });
  checkpoint = join(scripts.folder, 'Tiny');
  await makeTinyCheckpoint(checkpoint);
});
afterAll(() => scripts[Symbol.asyncDispose]());

async function open({ memoryBytes }: { memoryBytes?: number } = {}) {
  const home = await temporaryFolder();
  const modelsFolder = join(home, 'models');
  const manager = new ModelManager({
    modelsFolder,
    bundledModelsFolder: join(home, 'bundled'),
    downloadsFolder: join(home, 'downloads'),
    ...(memoryBytes !== undefined && { memoryBytes }),
    conversionScript: join(scripts.folder, 'conversion-thread.js'),
    // A port at which nobody listens.
    hub: () => hubFromEnvironment({ HF_ENDPOINT: 'http://127.0.0.1:65535' }),
  });
  const end = (id: ModelTaskId) =>
    vi.waitFor(
      () => {
        const task = manager.tasks.find((each) => each.id === id);
        if (!task || task.state === 'running') throw new Error('still running');
        return task;
      },
      { timeout: 50_000, interval: 10 },
    );
  return { manager, end, modelsFolder };
}

describe('models', () => {
  it('are imported, checked and removed, and each says how far it is', async () => {
    const { manager, end, modelsFolder } = await open();
    const told: ModelTask[] = [];
    manager.subscribe(() => told.push(...manager.tasks));
    const done = await end(manager.import(checkpoint, { precision: 'q4', name: null }));
    expect(done).toMatchObject({ kind: 'import', state: 'finished', subject: 'Tiny', model: 'Tiny-q4', phase: null });
    expect(
      told.some(({ phase, doneBytes, totalBytes }) => phase === 'import' && doneBytes > 0 && doneBytes <= totalBytes),
    ).toBe(true);
    const [model] = await manager.list();
    expect(model).toMatchObject({ id: 'Tiny-q4', title: 'Tiny', precision: 'q4', isBundled: false, problem: null });
    expect(model!.limits).toMatchObject({ multiple: 32 });

    expect(await end(await manager.verify('Tiny-q4'))).toMatchObject({ state: 'finished', model: 'Tiny-q4' });
    const again = await end(manager.import(checkpoint, { precision: 'q4', name: null }));
    expect(again).toMatchObject({ state: 'failed', error: { code: 'folder-exists' } });
    manager.dismiss(again.id);
    expect(manager.tasks).toHaveLength(2);
    await manager.remove('Tiny-q4');
    expect(await readdir(modelsFolder)).toEqual([]);
    await expect(manager.folderOf('Tiny-q4')).rejects.toMatchObject({ code: 'model-missing' });
  });

  it('that do not fit into this computer are listed with what is wrong, and are not run', async () => {
    const { manager, end } = await open({ memoryBytes: 1000 });
    await end(manager.import(checkpoint, { precision: 'q4', name: 'big' }));
    const [model] = await manager.list();
    expect(model).toMatchObject({ precision: 'q4', problem: { code: 'model-too-large', data: { memoryBytes: 1000 } } });
    expect(preferredModel([model!])).toBeNull();
    await expect(manager.runnableFolderOf('big')).rejects.toMatchObject({ code: 'model-too-large' });
  });

  it('that are damaged are listed with what is wrong, and are not the ones to begin with', async () => {
    const { manager, end, modelsFolder } = await open();
    await end(manager.import(checkpoint, { precision: 'f32', name: 'a' }));
    await end(manager.import(checkpoint, { precision: 'f32', name: 'b' }));
    await writeFile(join(modelsFolder, 'a', 'model.json'), '{');
    const models = await manager.list();
    expect(models.map(({ id, problem }) => [id, problem?.code])).toEqual([
      ['a', 'package-invalid'],
      ['b', undefined],
    ]);
    expect(preferredModel(models)).toBe('b');
    expect(preferredModel(models.slice(0, 1))).toBeNull();
    expect(preferredModel([...models, { ...models[1]!, id: 'c', isBundled: true }])).toBe('c');
  });

  it('leave nothing when their import is cancelled, or there is no network to fetch them', async () => {
    const { manager, end, modelsFolder } = await open();
    const id = manager.import(checkpoint, { precision: 'int8', name: null });
    manager.cancel(id);
    expect((await end(id)).state).toBe('cancelled');
    expect(await readdir(modelsFolder).catch(() => [])).toEqual([]);
    const pull = manager.pull('a/b', { revision: null, precision: 'int8', keepDownload: false });
    manager.dismiss(pull);
    expect(manager.tasks).toHaveLength(2);
    manager.cancel(pull);
    expect((await end(pull)).state).toBe('cancelled');
  });
});
