import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../errors.ts';
import type { Store } from '../store.ts';
import { SqliteChangeLog } from './sqlite-change-log.ts';
import { SqliteCounters } from './sqlite-counters.ts';
import { isSqliteError } from './sqlite-error.ts';
import { SqliteIndexes } from './sqlite-indexes.ts';
import { SqliteItems } from './sqlite-items.ts';
import { SqliteQueries } from './sqlite-queries.ts';
import { SqliteResources } from './sqlite-resources.ts';
import { SqliteUniqueKeys } from './sqlite-unique-keys.ts';

/** The store on a database that `openDatabase` has opened. */
export class SqliteStore implements Store {
  readonly resources;
  readonly items;
  readonly queries;
  readonly indexes;
  readonly uniqueKeys;
  readonly changeLog;
  readonly counters;
  readonly #database: DatabaseSync;
  readonly #begin;
  readonly #commit;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.resources = new SqliteResources(database);
    this.indexes = new SqliteIndexes(database);
    this.queries = new SqliteQueries(database);
    this.items = new SqliteItems(database, this.indexes);
    this.uniqueKeys = new SqliteUniqueKeys(database);
    this.changeLog = new SqliteChangeLog(database);
    this.counters = new SqliteCounters(database);
  }

  transaction<T>(work: () => T): T {
    try {
      this.#begin.run();
      const result = work();
      this.counters.flush();
      this.#commit.run();
      return result;
    } catch (error) {
      this.#rollback();
      throw asStoreError(error);
    }
  }

  savepoint<T>(work: () => T): T {
    const counters = this.counters.snapshot();
    this.#database.exec('SAVEPOINT work');
    try {
      const result = work();
      this.#database.exec('RELEASE work');
      return result;
    } catch (error) {
      // SQLite has rolled the whole transaction back by itself when the disk is full.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK TO work; RELEASE work');
      this.counters.restore(counters);
      this.indexes.forget();
      throw asStoreError(error);
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #rollback(): void {
    this.counters.forget();
    this.indexes.forget();
    if (this.#database.isOpen && this.#database.isTransaction) this.#database.exec('ROLLBACK');
  }
}

/** Failures of SQLite itself (disk full, I/O) carry `errcode`; what the caller's work has thrown passes as it is. */
function asStoreError(error: unknown): unknown {
  if (!isSqliteError(error)) return error;
  return new StoreError('StoreUnavailable', `The store cannot write: ${error.message}`, { cause: error });
}
