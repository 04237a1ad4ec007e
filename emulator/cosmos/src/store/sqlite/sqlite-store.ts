import { closeSync, fstatSync, openSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Counters, Store, UniqueKeyClaim, UniqueKeyStore } from '../store.ts';
import type { ClosedFile } from './commit-journal.ts';
import { fileChecksum, type OpenDatabase } from './open-database.ts';
import { COMMITS } from './schema.ts';
import { SqliteChangeLog } from './sqlite-changes.ts';
import { asStoreError, isSqliteError } from './sqlite-error.ts';
import { SqliteIndexes } from './sqlite-indexes.ts';
import { SqliteItems } from './sqlite-items.ts';
import { SqliteQueries } from './sqlite-queries.ts';
import { SqliteResources } from './sqlite-resources.ts';

/** The store on a database that `openDatabase` has opened. */
export class SqliteStore implements Store {
  readonly resources;
  readonly items;
  readonly queries;
  readonly indexes;
  readonly uniqueKeys;
  readonly changeLog;
  readonly counters;
  readonly #opened: OpenDatabase;
  readonly #database: DatabaseSync;
  readonly #begin;
  readonly #commit;
  readonly #totalChanges;
  #changesBefore = 0;

  constructor(opened: OpenDatabase) {
    const { database, checksums } = opened;
    this.#opened = opened;
    this.#database = database;
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.#totalChanges = database.prepare('SELECT total_changes() AS changes');
    this.resources = new SqliteResources(database, checksums);
    this.indexes = new SqliteIndexes(database, checksums);
    this.queries = new SqliteQueries(database, checksums);
    this.items = new SqliteItems(database, { indexes: this.indexes, checksums });
    this.uniqueKeys = new SqliteUniqueKeys(database);
    this.changeLog = new SqliteChangeLog(database, checksums);
    this.counters = new SqliteCounters(database);
  }

  transaction<T>(work: () => T): T {
    const { guard } = this.#opened;
    guard.assertInPlace();
    try {
      this.#begin.run();
      const result = work();
      const changed = this.#endCommit();
      this.#commit.run();
      if (changed) this.#opened.journal.record(this.counters.current(COMMITS), changed);
      guard.assertInPlace();
      return result;
    } catch (error) {
      this.#rollback();
      throw this.#explain(error);
    }
  }

  /** Numbers the commit if it writes anything. Returns the counters that it changes. */
  #endCommit(): ReadonlyMap<string, number> | undefined {
    const changes = Number(this.#totalChanges.get()?.changes);
    if (changes === this.#changesBefore && !this.counters.hasChanged) return undefined;
    this.counters.next(COMMITS);
    const changed = this.counters.flush();
    this.#changesBefore = changes + changed.size;
    return changed;
  }

  assertInPlace(): void {
    this.#opened.guard.assertRecentlyInPlace();
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
      throw this.#explain(error);
    }
  }

  /** Leaves a note of what the file is now, so that the next start need not examine it. */
  close(): void {
    if (!this.#database.isOpen) return;
    const { guard, journal, paths } = this.#opened;
    if (!guard.isInPlace || !this.#checkpoint()) {
      journal.close();
      this.#database.close();
      return;
    }
    // Closed after the database: to close any descriptor of the file drops SQLite's locks on it.
    const file = openSync(paths.database, 'r');
    try {
      const closed: ClosedFile = { bytes: fstatSync(file).size, checksum: fileChecksum(file) };
      journal.close(closed);
      this.#database.close();
    } finally {
      closeSync(file);
    }
  }

  /** Moves all of the log into the main file; false when that fails, as on a full disk. */
  #checkpoint(): boolean {
    const closed = this.#database.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('closed', ?)");
    try {
      closed.run(String(this.#opened.journal.commit));
      return this.#database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy === 0;
    } catch (error) {
      if (isSqliteError(error)) return false;
      throw error;
    }
  }

  /** Failures of SQLite itself (disk full, I/O) carry `errcode`; errors that the caller's work throws are passed on unchanged. */
  #explain(error: unknown): unknown {
    return isSqliteError(error) ? asStoreError(error, this.#opened.paths) : error;
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

  /** Inside a transaction: the number goes on from `value`, if that is higher. */
  raise(name: string, value: number): void {
    if (value > this.current(name)) this.#changed.set(name, value);
  }

  get hasChanged(): boolean {
    return this.#changed.size > 0;
  }

  /** Called before COMMIT. If that fails, `invalidate` must follow. Returns what has changed. */
  flush(): ReadonlyMap<string, number> {
    const changed = this.#changed;
    for (const [name, value] of changed) this.#upsert.run(name, value);
    for (const [name, value] of changed) this.#values.set(name, value);
    this.#changed = new Map();
    return changed;
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
