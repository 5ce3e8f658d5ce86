import { isDeepStrictEqual } from 'node:util';

import { assertNever } from '#base/assert';
import type { BlobName } from '#shared/contract/job-request';
import {
  zGalleryItem,
  type GalleryFilter,
  type GalleryId,
  type GalleryItem,
  type GalleryPage,
} from '#shared/library/gallery-item';
import type { IndexDatabase } from '../index/index-database.ts';
import { indexedText, searchQuery } from '../index/search-text.ts';
import type { JournalPosition } from '../journal/journal.ts';
import type { GalleryEvent } from './gallery-event.ts';

const journalName = 'gallery';

/** The gallery's tables in the index. Synchronous: each call is one short transaction. */
export class GalleryIndex {
  readonly #database: IndexDatabase;

  constructor(database: IndexDatabase) {
    this.#database = database;
  }

  position(): JournalPosition | undefined {
    const statement = this.#database.prepare('SELECT incarnation, offset, tail FROM position WHERE journal = ?');
    const row = statement.get(journalName) as Required<JournalPosition> | undefined;
    return row && { incarnation: row.incarnation, offset: row.offset, tail: row.tail };
  }

  /**
   * Takes in what the journal says between two positions. False when someone else has moved on from `from` since: read
   * again.
   * @param from What `position` said; with `restart`, what was there before is forgotten.
   */
  apply(events: readonly GalleryEvent[], { from, to, restart }: Stretch): boolean {
    const advance = this.#database.transaction(() => {
      const at = this.position();
      if (!isDeepStrictEqual(at, from)) return false;
      if (restart) this.#clear();
      const write = prepareWrites(this.#database);
      for (const event of events) applyEvent(write, event);
      write.position.run(journalName, to.incarnation, to.offset, to.tail ?? '');
      return true;
    });
    return advance.immediate();
  }

  get(id: GalleryId): GalleryItem | undefined {
    const row = this.#database.prepare('SELECT item FROM items WHERE id = ?').get(id) as ItemRow | undefined;
    return row && parseItem(row);
  }

  /** Items of a filter, newest first, from `before` on. */
  page(filter: GalleryFilter, { before = null, limit }: { before?: number | null; limit: number }): GalleryPage {
    const { from, where, values } = this.#conditions(filter);
    if (before !== null) {
      where.push(`${from.key} < ?`);
      values.push(before);
    }
    const sql = `SELECT items.seq AS seq, items.item AS item FROM ${from.tables} WHERE ${where.join(' AND ')}
      ORDER BY ${from.key} DESC LIMIT ?`;
    const rows = this.#database.prepare(sql).all(...values, limit + 1) as ItemRow[];
    const shown = rows.slice(0, limit);
    return { items: shown.map(parseItem), next: rows.length > limit ? shown.at(-1)!.seq : null };
  }

  count(filter: GalleryFilter): number {
    const { from, where, values } = this.#conditions(filter);
    const sql = `SELECT count(*) AS count FROM ${from.tables} WHERE ${where.join(' AND ')}`;
    return (this.#database.prepare(sql).get(...values) as { count: number }).count;
  }

  /** Every tag in use, the most frequent first. */
  tags(): { readonly tag: string; readonly count: number }[] {
    const sql = 'SELECT tag, count(*) AS count FROM tags GROUP BY tag ORDER BY count DESC, tag';
    return this.#database.prepare(sql).all() as { tag: string; count: number }[];
  }

  /** Items that show this picture. */
  withBlob(blob: BlobName): GalleryItem[] {
    const rows = this.#database.prepare('SELECT seq, item FROM items WHERE blob = ? ORDER BY seq').all(blob);
    return (rows as ItemRow[]).map(parseItem);
  }

  /** Every item, oldest first. */
  *all(): Generator<GalleryItem> {
    let last = -1;
    for (;;) {
      const sql = 'SELECT seq, item FROM items WHERE seq > ? ORDER BY seq LIMIT 1000';
      const rows = this.#database.prepare(sql).all(last) as ItemRow[];
      if (rows.length === 0) return;
      for (const row of rows) yield parseItem(row);
      last = rows.at(-1)!.seq;
    }
  }

  #conditions(filter: GalleryFilter) {
    const query = searchQuery(filter.text);
    const where = [`items.trashed = ${filter.trashed ? 1 : 0}`];
    const values: (string | number)[] = [];
    if (query !== undefined) {
      where.unshift('words MATCH ?');
      values.push(query);
    }
    if (filter.favourite) where.push('items.favourite = 1');
    if (filter.origin !== undefined) {
      where.push('items.origin = ?');
      values.push(filter.origin);
    }
    if (filter.document !== undefined) {
      where.push('items.document = ?');
      values.push(filter.document);
    }
    for (const tag of filter.tags) {
      where.push('EXISTS (SELECT 1 FROM tags WHERE tags.tag = ? AND tags.seq = items.seq)');
      values.push(normalTag(tag));
    }
    // The full-text table walks its matches in order of rowid by itself, so a page stops after as many as it shows.
    const from =
      query === undefined
        ? { tables: 'items', key: 'items.seq' }
        : { tables: 'words CROSS JOIN items ON items.seq = words.rowid', key: 'words.rowid' };
    return { from, where, values };
  }

  #clear(): void {
    this.#database.exec("DELETE FROM items; DELETE FROM tags; INSERT INTO words(words) VALUES('delete-all');");
  }
}

interface Stretch {
  readonly from: JournalPosition | undefined;
  readonly to: JournalPosition;
  readonly restart: boolean;
}

type Writes = ReturnType<typeof prepareWrites>;

function prepareWrites(database: IndexDatabase) {
  return {
    position: database.prepare(
      'INSERT OR REPLACE INTO position (journal, incarnation, offset, tail) VALUES (?, ?, ?, ?)',
    ),
    item: database.prepare(
      `INSERT INTO items (id, blob, origin, favourite, trashed, document, item) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET blob = excluded.blob, origin = excluded.origin, favourite = excluded.favourite,
        trashed = excluded.trashed, document = excluded.document, item = excluded.item`,
    ),
    seq: database.prepare('SELECT seq FROM items WHERE id = ?'),
    removeItem: database.prepare('DELETE FROM items WHERE seq = ?'),
    tag: database.prepare('INSERT INTO tags (tag, seq) VALUES (?, ?)'),
    removeTags: database.prepare('DELETE FROM tags WHERE seq = ?'),
    words: database.prepare('INSERT OR REPLACE INTO words (rowid, text) VALUES (?, ?)'),
    removeWords: database.prepare('DELETE FROM words WHERE rowid = ?'),
  };
}

function applyEvent(write: Writes, event: GalleryEvent): void {
  switch (event.type) {
    case 'put':
      return putItem(write, event.item);
    case 'remove':
      return removeItem(write, event.id);
    default:
      return assertNever(event);
  }
}

function putItem(write: Writes, item: GalleryItem): void {
  const isTrashed = item.trashedAt !== null;
  const columns = [item.id, item.blob, item.origin, Number(item.favourite), Number(isTrashed), item.document];
  write.item.run(...columns, JSON.stringify(item));
  const { seq } = write.seq.get(item.id) as { seq: number };
  write.removeTags.run(seq);
  for (const tag of new Set(item.tags.map(normalTag))) write.tag.run(tag, seq);
  write.words.run(seq, searchedText(item));
}

function removeItem(write: Writes, id: GalleryId): void {
  const row = write.seq.get(id) as { seq: number } | undefined;
  if (row === undefined) return;
  write.removeItem.run(row.seq);
  write.removeTags.run(row.seq);
  write.removeWords.run(row.seq);
}

interface ItemRow {
  readonly seq: number;
  readonly item: string;
}

/** What is in the index was parsed before it came there: if it does not parse now, the file is damaged. */
function parseItem(row: ItemRow): GalleryItem {
  try {
    return zGalleryItem.parse(JSON.parse(row.item));
  } catch (cause) {
    throw Object.assign(new Error('The index holds something else', { cause }), { code: 'SQLITE_CORRUPT' });
  }
}

const normalTag = (tag: string): string => tag.trim().normalize('NFKC').toLowerCase();

function searchedText({ recipe, caption, tags, fileName }: GalleryItem): string {
  const prompt =
    recipe === null ? [] : recipe.kind === 'describe' ? recipe.turns.map((turn) => turn.text) : [recipe.prompt];
  return indexedText([...prompt, caption, ...tags, fileName ?? ''].join('\n'));
}
