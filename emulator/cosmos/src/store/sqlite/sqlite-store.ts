import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { StoreError } from '../errors.ts';
import type { Counters, Store, UniqueKeyClaim, UniqueKeyStore } from '../store.ts';
import { SqliteChangeLog, SqliteChanges } from './sqlite-changes.ts';
import { isSqliteError } from './sqlite-error.ts';
import { SqliteIndexes } from './sqlite-indexes.ts';
import { SqliteItems } from './sqlite-items.ts';
import { SqliteQueries } from './sqlite-queries.ts';
import { SqliteResources } from './sqlite-resources.ts';

/** The items of the change feed of latest versions; the parameter of the condition is the time in seconds. */
const CHANGED_ITEMS = {
  table: 'items',
  index: 'items_by_lsn',
  condition: '(expires_at IS NULL OR expires_at > ?9)',
};
const LOGGED_CHANGES = { table: 'change_log', index: 'change_log_by_lsn' };

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
    this.items = new SqliteItems(database, this.indexes, new SqliteChanges(database, CHANGED_ITEMS));
    this.uniqueKeys = new SqliteUniqueKeys(database);
    this.changeLog = new SqliteChangeLog(database, new SqliteChanges(database, LOGGED_CHANGES));
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
      this.indexes.invalidate();
      throw asStoreError(error);
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #rollback(): void {
    this.counters.invalidate();
    this.indexes.invalidate();
    if (this.#database.isOpen && this.#database.isTransaction) this.#database.exec('ROLLBACK');
  }
}

class SqliteUniqueKeys implements UniqueKeyStore {
  readonly #holder: StatementSync;
  readonly #claim: StatementSync;
  readonly #release: StatementSync;

  constructor(database: DatabaseSync) {
    this.#holder = database.prepare(
      'SELECT item FROM unique_keys WHERE container = ? AND partition_key = ? AND value = ?',
    );
    this.#claim = database.prepare(
      'INSERT INTO unique_keys (container, partition_key, value, item) VALUES (?, ?, ?, ?)',
    );
    this.#release = database.prepare('DELETE FROM unique_keys WHERE container = ? AND item = ?');
  }

  holder(container: number, partitionKey: string, value: string): number | undefined {
    const row = this.#holder.get(container, partitionKey, value);
    return row && Number(row.item);
  }

  claim({ container, partitionKey, value, item }: UniqueKeyClaim): void {
    this.#claim.run(container, partitionKey, value, item);
  }

  release(container: number, item: number): void {
    this.#release.run(container, item);
  }
}

/** Failures of SQLite itself (disk full, I/O) carry `errcode`; errors that the caller's work throws are passed on unchanged. */
function asStoreError(error: unknown): unknown {
  if (!isSqliteError(error)) return error;
  return new StoreError('StoreUnavailable', `The store cannot write: ${error.message}`, { cause: error });
}

/** Counts in memory and writes each changed counter once per transaction. */
class SqliteCounters implements Counters {
  readonly #values = new Map<string, number>();
  #changed = new Map<string, number>();
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;

  constructor(database: DatabaseSync) {
    this.#select = database.prepare('SELECT value FROM counters WHERE name = ?');
    this.#upsert = database.prepare(
      'INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
  }

  current(name: string): number {
    return this.#changed.get(name) ?? this.#committed(name);
  }

  next(name: string): number {
    const value = this.current(name) + 1;
    this.#changed.set(name, value);
    return value;
  }

  /** Called before COMMIT. If that fails, `invalidate` must follow. */
  flush(): void {
    for (const [name, value] of this.#changed) this.#upsert.run(name, value);
    for (const [name, value] of this.#changed) this.#values.set(name, value);
    this.#changed.clear();
  }

  /** Called after ROLLBACK: drops the cached numbers, and the table is read again. */
  invalidate(): void {
    this.#values.clear();
    this.#changed.clear();
  }

  snapshot(): ReadonlyMap<string, number> {
    return new Map(this.#changed);
  }

  restore(snapshot: ReadonlyMap<string, number>): void {
    this.#changed = new Map(snapshot);
  }

  #committed(name: string): number {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const value = Number(this.#select.get(name)?.value ?? 0);
    this.#values.set(name, value);
    return value;
  }
}
