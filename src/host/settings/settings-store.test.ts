import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { defaultSettings, zSettings } from '#shared/library/settings';
import { temporaryFolder } from '#testing/temporary-folder';
import { readSettings } from './read-settings.ts';
import { SettingsStore } from './settings-store.ts';

async function place() {
  const folder = await temporaryFolder();
  return { folder, path: join(folder, 'settings.json') };
}

describe('settings', () => {
  it('are the defaults at first, and what was set from then on', async () => {
    const { path, folder } = await place();
    const first = await SettingsStore.open(path);
    expect(first.current).toEqual(defaultSettings);
    expect(await readdir(folder)).toEqual([]);
    const heard: string[] = [];
    first.subscribe((settings) => heard.push(settings.theme));
    await first.change({ theme: 'dark', export: { quality: 80 } });
    expect(heard).toEqual(['dark']);
    const second = await SettingsStore.open(path);
    expect(second.current).toEqual({
      ...defaultSettings,
      theme: 'dark',
      export: { ...defaultSettings.export, quality: 80 },
    });
    expect(second.notices).toEqual([]);
  });

  it('changed by two programs at once keep both changes', async () => {
    const { path } = await place();
    const [one, two] = [await SettingsStore.open(path), await SettingsStore.open(path)];
    await Promise.all([one.change({ theme: 'dark' }), two.change({ language: 'zh' }), one.change({ trashDays: 7 })]);
    const { current } = await SettingsStore.open(path);
    expect(current).toMatchObject({ theme: 'dark', language: 'zh', trashDays: 7 });
  });

  it('lose a wrong field, and no other', async () => {
    const { path } = await place();
    const stored = { version: 1, theme: 'pink', language: 'zh', export: { format: 'webp', quality: 900 }, unknown: 1 };
    await writeFile(path, JSON.stringify(stored));
    const { current, notices } = await SettingsStore.open(path);
    expect(current).toMatchObject({ theme: 'system', language: 'zh', export: { format: 'webp', quality: 92 } });
    expect(notices).toEqual([{ kind: 'reset', fields: ['theme', 'export.quality', 'unknown'] }]);
  });

  it('come from the backup when the file is damaged, and the damaged file is kept', async () => {
    const { path } = await place();
    const settings = await SettingsStore.open(path);
    await settings.change({ theme: 'dark' });
    await settings.change({ language: 'zh' });
    await writeFile(path, '{"version": 1, "theme": "da');
    const again = await SettingsStore.open(path);
    expect(again.current.theme).toBe('dark');
    expect(again.notices).toEqual([{ kind: 'replaced', by: 'backup', keptAs: `${path}.damaged` }]);
    await again.change({ trashDays: 7 });
    expect((await SettingsStore.open(path)).current).toMatchObject({ theme: 'dark', trashDays: 7 });
    expect(await readFile(`${path}.damaged`, 'utf8')).toBe('{"version": 1, "theme": "da');
  });

  it('are the defaults when nothing can be read', async () => {
    const { path } = await place();
    for (const rubbish of ['', 'null', '[]', '{}', '\u0000\u0000', '{"version":"1"}']) {
      await writeFile(path, rubbish);
      const { current, notices } = await SettingsStore.open(path);
      expect(current).toEqual(defaultSettings);
      expect(notices).toMatchObject([{ kind: 'replaced', by: 'defaults' }]);
    }
  });

  it('of a newer studio are used as far as they are known, and kept whole before anything is written', async () => {
    const { path } = await place();
    const newer = JSON.stringify({ version: 7, theme: 'dark', invention: true });
    await writeFile(path, newer);
    const settings = await SettingsStore.open(path);
    expect(settings.current.theme).toBe('dark');
    expect(settings.notices).toEqual([{ kind: 'newer', version: 7 }]);
    await settings.change({ language: 'en' });
    expect(await readFile(`${path}.version-7`, 'utf8')).toBe(newer);
  });

  it('refuse a value of the wrong kind and stay as they are', async () => {
    const { path } = await place();
    const settings = await SettingsStore.open(path);
    await expect(settings.change({ trashDays: -1 })).rejects.toThrow('trashDays');
    expect(settings.current.trashDays).toBe(30);
  });

  it('are valid whatever the file says', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(zSettings.shape)), fc.jsonValue()), (stored) => {
        const read = readSettings(JSON.stringify({ ...stored, version: 1 }));
        expect(zSettings.parse(read?.settings)).toEqual(read?.settings);
      }),
    );
  });
});
