import { closeSync, fstatSync, openSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  type Change,
  type ChangeSelection,
  COMMITS,
  type Counters,
  type ItemKey,
  type ItemSelection,
  type ItemStore,
  type ItemUsage,
  type Store,
  type StoredItem,
  type StoreSize,
  type StoreSpace,
  type UniqueKeyClaim,
  type UniqueKeyStore,
} from '../store.ts';
import type { ClosedFile } from './commit-journal.ts';
import { readPragma } from './examine-store.ts';
import type { Checksums } from './integrity.ts';
import { fileChecksum, type OpenDatabase } from './open-database.ts';
import { changesOfItems, SqliteChangeLog, type SqliteChanges } from './sqlite-changes.ts';
import { asStoreError, isSqliteError } from './sqlite-error.ts';
import { SqliteIndexes } from './sqlite-indexes.ts';
import { columnsOf, HIGHEST_EPK, prepareArrayRows, SqliteQueries } from './sqlite-queries.ts';
import { SqliteResources } from './sqlite-resources.ts';
import { sizeOf } from './store-files.ts';

/** The store on a database that `openDatabase` has opened. */
export class SqliteStore implements Store {
  readonly resources;
  readonly items;
  readonly queries;
  readonly indexes;
  readonly uniqueKeys;
  readonly changeLog;
  readonly counters;
  readonly space: StoreSpace;
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
    this.#totalChanges = prepareArrayRows(database, 'SELECT total_changes()');
    this.resources = new SqliteResources(database, checksums);
    this.indexes = new SqliteIndexes(database, checksums);
    this.queries = new SqliteQueries(database, checksums);
    this.items = new SqliteItems(database, { indexes: this.indexes, checksums });
    this.uniqueKeys = new SqliteUniqueKeys(database);
    this.changeLog = new SqliteChangeLog(database, checksums);
    this.counters = new SqliteCounters(database);
    this.space = new SqliteSpace(opened);
  }

  transaction<T>(work: () => T): T {
    const { guard } = this.#opened;
    guard.assertJustInPlace();
    try {
      this.#begin.run();
      const result = work();
      const changed = this.#endCommit();
      this.#commit.run();
      guard.assertInPlace(); // first: a journal that is full is written anew, which must not be in a directory of another store
      if (changed) this.#record(changed);
      return result;
    } catch (error) {
      this.#rollback();
      throw this.#explain(error);
    }
  }

  /** What the journal lacks is there nevertheless, so a failure of the journal is none of the commit. */
  #record(changed: ReadonlyMap<string, number>): void {
    const { journal, log } = this.#opened;
    try {
      journal.record(this.counters.current(COMMITS), changed);
    } catch (error) {
      log.warn({ err: error }, 'A commit could not be recorded in cosmos.commits');
    }
  }

  /** Numbers the commit if it writes anything. Returns the counters that it changes. */
  #endCommit(): ReadonlyMap<string, number> | undefined {
    const changes = Number(columnsOf(this.#totalChanges.get())[0]);
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

class SqliteSpace implements StoreSpace {
  readonly #database: DatabaseSync;
  readonly #log: string;
  readonly #pageSize: number;
  readonly #pages: StatementSync;
  readonly #unusedPages: StatementSync;

  constructor({ database, paths }: OpenDatabase) {
    this.#database = database;
    this.#log = paths.log;
    this.#pageSize = readPragma(database, 'page_size');
    this.#pages = database.prepare('PRAGMA page_count');
    this.#unusedPages = database.prepare('PRAGMA freelist_count');
  }

  size(): StoreSize {
    return {
      bytes: Number(this.#pages.get()?.page_count) * this.#pageSize,
      unusedBytes: Number(this.#unusedPages.get()?.freelist_count) * this.#pageSize,
      logBytes: sizeOf(this.#log),
    };
  }

  release(maxBytes: number): void {
    this.#database.exec(`PRAGMA incremental_vacuum(${Math.ceil(maxBytes / this.#pageSize)})`);
  }

  flush(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
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

const COLUMNS =
  'number, container, epk, partition_key AS partitionKey, id, range, lsn, ts, etag, expires_at AS expiresAt, body, checksum';
/** The columns that are not part of the key. */
const STATE = 'number, range, lsn, ts, etag, expires_at AS expiresAt, body, checksum';
const BY_KEY = 'container = ? AND epk = ? AND id = ? AND partition_key = ?';
const IN_RANGE = 'container = ? AND range = ?';

export class SqliteItems implements ItemStore {
  readonly #indexes: SqliteIndexes;
  readonly #checksums: Checksums;
  readonly #get: StatementSync;
  readonly #getByNumber: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #scanRange: StatementSync;
  readonly #scanEpks: StatementSync;
  readonly #changes: SqliteChanges;
  readonly #expired: StatementSync;
  readonly #count: StatementSync;
  readonly #averageBytes: StatementSync;
  readonly #clear: readonly StatementSync[];

  constructor(database: DatabaseSync, { indexes, checksums }: { indexes: SqliteIndexes; checksums: Checksums }) {
    this.#indexes = indexes;
    this.#checksums = checksums;
    this.#changes = changesOfItems(database, checksums);
    const select = `SELECT ${COLUMNS} FROM items`;
    this.#get = prepareArrayRows(database, `SELECT ${STATE} FROM items WHERE ${BY_KEY}`);
    this.#getByNumber = database.prepare(`${select} WHERE number = ? AND container = ?`);
    this.#insert = database.prepare(`
      INSERT INTO items (number, container, epk, partition_key, id, range, lsn, ts, etag, expires_at, body, checksum)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#update = database.prepare(`
      UPDATE items SET lsn = ?, ts = ?, etag = ?, expires_at = ?, body = ?, checksum = ? WHERE number = ?`);
    this.#delete = database.prepare(`DELETE FROM items WHERE ${BY_KEY}`);
    this.#scanRange = database.prepare(`${select} INDEXED BY items_by_range
      WHERE ${IN_RANGE} AND number > ? ORDER BY number LIMIT ?`);
    // The inner query sorts numbers alone, which the index holds; only the page's rows are then read.
    this.#scanEpks = database.prepare(`${select} WHERE range = ? AND number IN (
        SELECT number FROM items INDEXED BY items_by_key
        WHERE container = ? AND epk >= ? AND epk < ? AND number > ? ORDER BY number LIMIT ?)
      ORDER BY number`);
    this.#expired = database.prepare(`${select} WHERE expires_at <= ? ORDER BY expires_at LIMIT ?`);
    const ofContainer = 'FROM items INDEXED BY items_by_range WHERE container = ?';
    this.#count = database.prepare(`SELECT count(*) AS count ${ofContainer}`);
    this.#averageBytes = database.prepare(`
      SELECT avg(octet_length(body)) AS bytes FROM (SELECT body ${ofContainer} LIMIT 1000)`);
    this.#clear = ['items', 'unique_keys', 'change_log'].map((table) =>
      database.prepare(`DELETE FROM ${table} WHERE container = ?`),
    );
  }

  get({ container, epk, partitionKey, id }: ItemKey): StoredItem | undefined {
    const row: unknown = this.#get.get(container, epk, id, partitionKey);
    if (row === undefined) return undefined;
    return { ...this.#toState(row), container, epk, partitionKey, id };
  }

  getByNumber(container: number, number: number): StoredItem | undefined {
    return this.#rows(this.#getByNumber.all(number, container))[0];
  }

  insert(item: StoredItem): void {
    const { number, container, epk, partitionKey, id, range, lsn, ts, etag, expiresAt, body } = item;
    const checksum = this.#checksums.ofItem(item);
    this.#indexes.onInsert(item);
    this.#insert.run(number, container, epk, partitionKey, id, range, lsn, ts, etag, expiresAt, body, checksum);
  }

  update(item: StoredItem): void {
    const { number, lsn, ts, etag, expiresAt, body } = item;
    this.#indexes.onUpdate(item);
    this.#update.run(lsn, ts, etag, expiresAt, body, this.#checksums.ofItem(item), number);
  }

  delete(key: ItemKey): boolean {
    const { container, epk, partitionKey, id } = key;
    const item = this.#indexes.isIndexed(container) ? this.get(key) : undefined;
    if (item) this.#indexes.onDelete(item);
    return this.#delete.run(container, epk, id, partitionKey).changes > 0;
  }

  scan(selection: ItemSelection, after: number, limit: number): StoredItem[] {
    const { container, range, minEpk, maxEpk } = selection;
    if (minEpk === undefined && maxEpk === undefined)
      return this.#rows(this.#scanRange.all(container, range, after, limit));
    return this.#rows(this.#scanEpks.all(range, container, minEpk ?? '', maxEpk ?? HIGHEST_EPK, after, limit));
  }

  changes(selection: ChangeSelection & { readonly now: number }, after: number, limit: number): Change[] {
    return this.#changes.read(selection, { after, limit, parameter: selection.now });
  }

  expired(now: number, limit: number): StoredItem[] {
    return this.#rows(this.#expired.all(now, limit));
  }

  usage(container: number): ItemUsage {
    const count = Number(this.#count.get(container)?.count);
    return { count, averageBytes: Number(this.#averageBytes.get(container)?.bytes ?? 0) };
  }

  clear(container: number): void {
    this.#indexes.onClear(container);
    for (const statement of this.#clear) statement.run(container);
  }

  #toState(row: unknown): State {
    const [number, range, lsn, ts, etag, expiresAt, body, checksum] = columnsOf(row);
    const state = { number, range, lsn, ts, etag, expiresAt, body } as State; // the columns are the type's
    this.#checksums.assertItem(state, checksum);
    return state;
  }

  #rows(result: unknown): StoredItem[] {
    const rows = result as (StoredItem & { readonly checksum: number })[]; // COLUMNS are those of the type, and the checksum
    return rows.map(({ checksum, ...item }) => {
      this.#checksums.assertItem(item, checksum);
      return item;
    });
  }
}

type State = Omit<StoredItem, keyof ItemKey>;
