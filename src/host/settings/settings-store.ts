import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { delay } from '#base/abort';
import type { Dispose } from '#base/disposable';
import { defaultSettings, zSettings, type Settings, type SettingsChanges } from '#shared/library/settings';
import { writeFileDurably } from '#files/durable-write';
import { fileError, systemCode } from '#files/file-error';
import { tryFileLock } from '#files/file-lock';
import { readSettings } from './read-settings.ts';

export type SettingsListener = (settings: Settings) => void;

/** What reading the settings ran into, for a person to be told once. */
export type SettingsNotice =
  /** The file was unusable; its backup, or else the defaults, took its place. It is kept as `keptAs`. */
  | { readonly kind: 'replaced'; readonly by: 'backup' | 'defaults'; readonly keptAs: string }
  /** Some fields were unusable and have their defaults. */
  | { readonly kind: 'reset'; readonly fields: readonly string[] }
  /** A newer studio wrote the file; a copy of it is kept before this one writes. */
  | { readonly kind: 'newer'; readonly version: number };

/**
 * What a person has set, in one JSON file with a backup of the version before. It can always be read: damage costs a
 * setting, not the start of the studio. Several programs may change settings at once.
 */
export class SettingsStore {
  readonly notices: readonly SettingsNotice[];
  readonly #path: string;
  #settings: Settings;
  readonly #listeners = new Set<SettingsListener>();
  #work: Promise<unknown> = Promise.resolve();

  private constructor(path: string, settings: Settings, notices: readonly SettingsNotice[]) {
    this.#path = path;
    this.#settings = settings;
    this.notices = notices;
  }

  /** @param path Of the JSON file; it need not exist. */
  static async open(path: string): Promise<SettingsStore> {
    const { settings, notices } = await load(path);
    return new SettingsStore(path, settings, notices);
  }

  get current(): Settings {
    return this.#settings;
  }

  /**
   * Changes some settings, on top of what others may have changed since. Resolves when they are on the disk.
   * @throws AppError `disk-full`, `permission-denied`, `folder-read-only`; ZodError for a value of the wrong kind
   */
  async change(changes: SettingsChanges): Promise<Settings> {
    const done = this.#work.then(() => this.#change(changes));
    this.#work = done.catch(() => undefined);
    return done;
  }

  subscribe(listener: SettingsListener): Dispose {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #change(changes: SettingsChanges): Promise<Settings> {
    await makeFolder(dirname(this.#path));
    const lock = await lockSettings(this.#path);
    try {
      const { settings, notices } = await load(this.#path);
      const next = zSettings.parse({
        ...settings,
        ...changes,
        export: { ...settings.export, ...changes.export },
        brush: { ...settings.brush, ...changes.brush },
      });
      for (const notice of notices) {
        if (notice.kind === 'newer') await copyFile(this.#path, `${this.#path}.version-${notice.version}`);
      }
      // The backup is what was last read well: a damaged file never becomes it.
      await writeFileDurably(backupOf(this.#path), serialized(settings));
      await writeFileDurably(this.#path, serialized(next));
      this.#settings = next;
    } finally {
      await lock.release();
    }
    for (const listener of this.#listeners) listener(this.#settings);
    return this.#settings;
  }
}

const backupOf = (path: string): string => `${path}.backup`;

const serialized = (settings: Settings): string => `${JSON.stringify(settings, null, 2)}\n`;

async function load(path: string): Promise<{ settings: Settings; notices: SettingsNotice[] }> {
  const text = await readText(path);
  if (text === undefined) return { settings: defaultSettings, notices: [] };
  const read = readSettings(text);
  if (read === undefined) {
    const keptAs = `${path}.damaged`;
    // On a disk that cannot be written to, the damaged file stays where it is.
    await copyFile(path, keptAs).catch(() => undefined);
    const backup = readSettings((await readText(backupOf(path))) ?? '');
    const notice = { kind: 'replaced', by: backup ? 'backup' : 'defaults', keptAs } as const;
    return { settings: backup?.settings ?? defaultSettings, notices: [notice] };
  }
  const notices: SettingsNotice[] = [];
  if (read.version > defaultSettings.version) notices.push({ kind: 'newer', version: read.version });
  else if (read.reset.length > 0) notices.push({ kind: 'reset', fields: read.reset });
  return { settings: read.settings, notices };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileError(error, path, 'read the settings');
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw fileError(error, folder, 'save the settings');
  }
}

async function lockSettings(path: string) {
  for (;;) {
    const attempt = await tryFileLock(`${path}.lock`, { purpose: 'changing a setting' });
    if (attempt.acquired) return attempt.lock;
    await delay(10);
  }
}
