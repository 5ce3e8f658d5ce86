import { rmSync } from 'node:fs';

import Database from 'libsql';

/**
 * What can be asked of the library quickly. Everything in it is derived from journals and can be thrown away: `position`
 * says up to where it has read.
 */
const schema = `
CREATE TABLE position (
  journal TEXT PRIMARY KEY, incarnation TEXT NOT NULL, offset INTEGER NOT NULL, tail TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE items (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  blob TEXT NOT NULL,
  origin TEXT NOT NULL,
  favourite INTEGER NOT NULL,
  trashed INTEGER NOT NULL,
  document TEXT,
  item TEXT NOT NULL
);
CREATE INDEX items_by_shelf ON items (trashed, seq);
CREATE INDEX items_by_favourite ON items (seq) WHERE favourite = 1;
CREATE INDEX items_by_document ON items (document, seq) WHERE document IS NOT NULL;
CREATE INDEX items_by_blob ON items (blob);
CREATE TABLE tags (tag TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (tag, seq)) WITHOUT ROWID;
CREATE INDEX tags_by_item ON tags (seq);
CREATE VIRTUAL TABLE words USING fts5 (
  text, content='', contentless_delete=1, prefix='1 2', tokenize='porter unicode61 remove_diacritics 2'
);
CREATE TABLE documents (
  id TEXT PRIMARY KEY, changed_at REAL NOT NULL, size INTEGER NOT NULL, summary TEXT NOT NULL
) WITHOUT ROWID;
`;
/** Goes up with every change of the schema: a database of another number is made anew. */
const schemaVersion = 1;

export type IndexDatabase = Database.Database;

/**
 * Opens the index, or makes an empty one where there is none, it is damaged, or it is of another version.
 * @param path `:memory:` where nothing may be written.
 */
export function openIndexDatabase(path: string): IndexDatabase {
  try {
    return openExisting(path);
  } catch (error) {
    if (codeOf(error) === 'SQLITE_BUSY') throw error;
    removeIndexDatabase(path);
    return openExisting(path);
  }
}

export function removeIndexDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
}

/** Whether an error says that the database file itself is broken. */
export function isDatabaseDamage(error: unknown): boolean {
  const isBroken = /^SQLITE_(CORRUPT|NOTADB|FORMAT|IOERR_SHORT_READ)/.test(codeOf(error));
  return isBroken || (error instanceof Error && error.message.includes('no such table'));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function openExisting(path: string): IndexDatabase {
  const database = new Database(path);
  try {
    // Other programs may use the library at the same time. NORMAL may lose the last changes in a power cut, not the file;
    // what is lost is read from the journals again.
    database.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    const version = userVersion(database);
    if (version === schemaVersion) return database;
    if (version !== 0) throw new Error(`The index has version ${version}, not ${schemaVersion}`);
    database
      .transaction(() => {
        // Another program may have made it since.
        if (userVersion(database) === schemaVersion) return;
        database.exec(schema);
        database.exec(`PRAGMA user_version = ${schemaVersion}`);
      })
      .immediate();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function userVersion(database: IndexDatabase): number {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
  return row.user_version;
}
