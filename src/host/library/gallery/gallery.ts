import * as nodeFs from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { delay } from '#base/abort';
import { AppError } from '#base/app-error';
import type { Dispose } from '#base/disposable';
import type { BlobName } from '#shared/contract/job-request';
import {
  zGalleryFilter,
  type GalleryChanges,
  type GalleryFilter,
  type GalleryId,
  type GalleryItem,
  type GalleryPage,
} from '#shared/library/gallery-item';
import { tryFileLock, type FileLock } from '#files/file-lock';
import { systemCode } from '#files/file-error';
import { isDatabaseDamage } from '../index/index-database.ts';
import type { LibraryIndex } from '../index/library-index.ts';
import { Journal, tailOf, type JournalReading } from '../journal/journal.ts';
import type { LibraryFs } from '../library-fs.ts';
import { decodeGalleryEvent, encodeGalleryEvent, type GalleryEvent } from './gallery-event.ts';
import { GalleryIndex } from './gallery-index.ts';

interface GalleryOptions {
  readonly fs?: LibraryFs;
  readonly purpose: string;
  readonly readOnly?: boolean;
}

export type GalleryListener = (events: readonly GalleryEvent[]) => void;

/**
 * Every picture that was made, saved or brought in. Its journal is the truth; the index answers questions and catches up
 * with the journal before each. Several programs may write: each takes the journal's lock for the moment of an append.
 */
export class Gallery {
  readonly #journalPath: string;
  readonly #lockPath: string;
  readonly #index: LibraryIndex;
  readonly #fs: LibraryFs;
  readonly #options: GalleryOptions;
  readonly #listeners = new Set<GalleryListener>();
  #work: Promise<unknown> = Promise.resolve();
  #catchingUp: Promise<void> | undefined;
  /** The journal's file as it was when the index had read all of it. */
  #seen = '';

  constructor(folder: string, index: LibraryIndex, options: GalleryOptions) {
    this.#journalPath = join(folder, 'gallery');
    this.#lockPath = join(folder, 'gallery.lock');
    this.#index = index;
    this.#options = options;
    this.#fs = options.fs ?? nodeFs;
  }

  /** Adds items, or replaces those with the same id. Resolves when they are on the disk. */
  async put(items: readonly GalleryItem[]): Promise<void> {
    await this.#write(() => items.map((item) => ({ type: 'put', item })));
  }

  /**
   * Changes what may be changed of items; ids that are not there are passed over.
   * @param changes The same for all, or what each as it is now comes to.
   */
  async change(
    ids: readonly GalleryId[],
    changes: GalleryChanges | ((item: GalleryItem) => GalleryChanges),
  ): Promise<void> {
    await this.#write((index) =>
      ids.flatMap((id) => {
        const item = index.get(id);
        return item === undefined
          ? []
          : [{ type: 'put', item: { ...item, ...(typeof changes === 'function' ? changes(item) : changes) } }];
      }),
    );
  }

  /** Forgets items for good. Their pictures stay until nothing else refers to them. */
  async remove(ids: readonly GalleryId[]): Promise<void> {
    await this.#write(() => ids.map((id) => ({ type: 'remove', id })));
  }

  async get(id: GalleryId): Promise<GalleryItem | undefined> {
    return this.#ask((index) => index.get(id));
  }

  /** A page of what a filter lets through, newest first. */
  async page(
    filter: Partial<GalleryFilter> = {},
    { before = null, limit = 100 }: { before?: number | null; limit?: number } = {},
  ): Promise<GalleryPage> {
    return this.#ask((index) => index.page(zGalleryFilter.parse(filter), { before, limit }));
  }

  async count(filter: Partial<GalleryFilter> = {}): Promise<number> {
    return this.#ask((index) => index.count(zGalleryFilter.parse(filter)));
  }

  async tags(): Promise<{ readonly tag: string; readonly count: number }[]> {
    return this.#ask((index) => index.tags());
  }

  async withBlob(blob: BlobName): Promise<GalleryItem[]> {
    return this.#ask((index) => index.withBlob(blob));
  }

  /** What is wrong with the journal, in words. Changes nothing. */
  async problems(): Promise<string[]> {
    const reading = await this.#readJournal(undefined);
    const { unreadable } = decodeAll(reading);
    return [
      ...(reading.damagedBytes > 0 ? [`${reading.damagedBytes} bytes are damaged`] : []),
      ...(unreadable > 0 ? [`${unreadable} entries cannot be read`] : []),
    ];
  }

  /** Writes the journal anew without what is damaged, keeping a copy, and the index from it. */
  async mend(): Promise<void> {
    await this.#run(() =>
      this.#withLock(async () => {
        const { journal, records } = await Journal.open(this.#journalPath, { fs: this.#fs });
        try {
          const { events, unreadable } = decodeAll({ records });
          if (unreadable > 0) await journal.rewrite(events.map(encodeGalleryEvent));
        } finally {
          await journal.close();
        }
      }),
    );
    await this.rebuild();
  }

  /** Every item as the journal has it, oldest first, without asking the index. @throws AppError when some cannot be read */
  async all(): Promise<GalleryItem[]> {
    const reading = await this.#readJournal(undefined);
    const { events, unreadable } = decodeAll(reading);
    if (unreadable + reading.damagedBytes > 0) {
      throw new AppError('journal-damaged', 'The gallery’s journal is damaged: run "studio doctor --repair".', {
        data: { path: this.#journalPath },
      });
    }
    return [...liveItems(events).values()];
  }

  /** Told of changes made here, once they are on the disk. */
  subscribe(listener: GalleryListener): Dispose {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Throws the index away and reads the journal again. */
  async rebuild(): Promise<void> {
    await this.#run(async () => {
      // One who is reading reads into the index that goes away.
      await this.#catchingUp?.catch(() => undefined);
      this.#index.discard();
      this.#seen = '';
      await this.#catchUp();
    });
  }

  /** Writes the journal anew without what was superseded; false when there is too little of that to be worth it. */
  async compact(): Promise<boolean> {
    return this.#run(() =>
      this.#withLock(async () => {
        const { journal, records } = await Journal.open(this.#journalPath, { fs: this.#fs });
        try {
          const { events, unreadable } = decodeAll({ records });
          const live = liveItems(events);
          // What cannot be read now may be read by another studio: only mending drops it.
          if (unreadable > 0 || live.size * 2 > records.length || records.length < 100) return false;
          await journal.rewrite(Array.from(live.values(), (item) => encodeGalleryEvent({ type: 'put', item })));
          return true;
        } finally {
          await journal.close();
        }
      }),
    );
  }

  /** Finishes what is under way. */
  async close(): Promise<void> {
    await this.#run(() => Promise.resolve());
    this.#listeners.clear();
  }

  async #write(events: (index: GalleryIndex) => GalleryEvent[]): Promise<void> {
    const written = await this.#run(() =>
      this.#withLock(async () => {
        await this.#catchUp();
        const added = events(this.#galleryIndex());
        if (added.length === 0) return added;
        const known = this.#galleryIndex().position();
        const { journal } = await Journal.open(this.#journalPath, { fs: this.#fs, known });
        try {
          await Promise.all(added.map((event) => journal.append(encodeGalleryEvent(event))));
        } finally {
          await journal.close();
        }
        return added;
      }),
    );
    if (written.length > 0) for (const listener of this.#listeners) listener(written);
  }

  async #ask<T>(question: (index: GalleryIndex) => T): Promise<T> {
    await this.#catchUp();
    try {
      return question(this.#galleryIndex());
    } catch (error) {
      if (!isDatabaseDamage(error)) throw error;
      await this.rebuild();
      return question(this.#galleryIndex());
    }
  }

  /** Brings the index up to what the journal says; those who ask at the same time share one pass. */
  #catchUp(): Promise<void> {
    this.#catchingUp ??= this.#readOn().finally(() => {
      this.#catchingUp = undefined;
    });
    return this.#catchingUp;
  }

  async #readOn(): Promise<void> {
    let discarded = false;
    for (;;) {
      const state = await this.#journalState();
      if (state === this.#seen) return;
      const isDone = await this.#readStretch().catch((error: unknown) => {
        // A new index that is damaged at once is on a broken disk, and another one would be no better.
        if (!isDatabaseDamage(error) || discarded) throw error;
        discarded = true;
        this.#index.discard();
        return false;
      });
      if (isDone) this.#seen = state;
    }
  }

  /** Reads the journal from where the index is to its end; false when another program did so meanwhile. */
  async #readStretch(): Promise<boolean> {
    const index = this.#galleryIndex();
    let from = index.position();
    const reading = await this.#readJournal(from);
    const incarnation = reading.incarnation ?? 'none';
    let restart = from !== undefined && !reading.isContinued;
    let tail = reading.isContinued ? (from?.tail ?? '') : '';
    for (let start = 0; start === 0 || start < reading.records.length; start += batchSize) {
      const batch = reading.records.slice(start, start + batchSize);
      const offset = reading.records[start + batchSize]?.offset ?? reading.end;
      const last = batch.at(-1);
      if (last) tail = tailOf(last);
      const to = { incarnation, offset, tail };
      if (!index.apply(decodeAll({ records: batch }).events, { from, to, restart })) return false;
      from = to;
      restart = false;
      await nextTurn();
    }
    return true;
  }

  async #readJournal(known: ReturnType<GalleryIndex['position']>): Promise<JournalReading> {
    try {
      return await Journal.read(this.#journalPath, { fs: this.#fs, known });
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
      return { isContinued: false, bytes: 0, incarnation: undefined, records: [], end: 0, damagedBytes: 0 };
    }
  }

  /** Differs whenever the journal may have changed. */
  async #journalState(): Promise<string> {
    try {
      const { ino, size, mtimeMs } = await this.#fs.lstat(this.#journalPath);
      return `${ino} ${size} ${mtimeMs}`;
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
      return 'none';
    }
  }

  #galleryIndex(): GalleryIndex {
    return new GalleryIndex(this.#index.database);
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }

  async #withLock<T>(work: () => Promise<T>): Promise<T> {
    if (this.#options.readOnly) {
      throw new AppError('library-read-only', 'The library’s folder cannot be written to: choose another one.');
    }
    const lock = await this.#lock();
    try {
      return await work();
    } finally {
      await lock.release();
    }
  }

  async #lock(): Promise<FileLock> {
    const deadlineMs = performance.now() + longestWaitMs;
    for (;;) {
      const attempt = await tryFileLock(this.#lockPath, { purpose: this.#options.purpose });
      if (attempt.acquired) return attempt.lock;
      if (performance.now() > deadlineMs) {
        const { purpose, pid } = attempt.owner;
        const message = `The gallery is held by ${purpose} (process ${pid}): close it and try again.`;
        throw new AppError('document-busy', message, { data: { purpose, pid } });
      }
      await delay(10);
    }
  }
}

/** Items in one transaction while a journal is read: others get a turn between two. */
const batchSize = 2000;
const longestWaitMs = 30_000;

function decodeAll({ records }: Pick<JournalReading, 'records'>): { events: GalleryEvent[]; unreadable: number } {
  const events: GalleryEvent[] = [];
  let unreadable = 0;
  for (const { payload } of records) {
    try {
      events.push(decodeGalleryEvent(payload));
    } catch (error) {
      if (error instanceof AppError && error.code === 'version-too-new') throw error;
      unreadable += 1;
    }
  }
  return { events, unreadable };
}

function liveItems(events: readonly GalleryEvent[]): Map<GalleryId, GalleryItem> {
  const items = new Map<GalleryId, GalleryItem>();
  for (const event of events) {
    if (event.type === 'put') items.set(event.item.id, event.item);
    else items.delete(event.id);
  }
  return items;
}
