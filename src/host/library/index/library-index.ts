import { openIndexDatabase, removeIndexDatabase, type IndexDatabase } from './index-database.ts';

/** The index while the library is open: one connection, replaced when its file turns out to be damaged. */
export class LibraryIndex {
  readonly #path: string;
  #database: IndexDatabase | undefined;

  /** @param path `:memory:` where nothing may be written. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Opened at first use. */
  get database(): IndexDatabase {
    this.#database ??= openIndexDatabase(this.#path);
    return this.#database;
  }

  /** Throws the database away; the next use begins an empty one. */
  discard(): void {
    this.close();
    if (this.#path !== ':memory:') removeIndexDatabase(this.#path);
  }

  /** Leaves one whole file behind: libsql lets go of it only when its statements are garbage-collected. */
  close(): void {
    try {
      this.#database?.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Damaged, or in use elsewhere: whoever opens it next sorts that out.
    }
    this.#database?.close();
    this.#database = undefined;
  }
}
