import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { StoreError } from '../errors.ts';
import type {
  Change,
  ChangeSelection,
  Counters,
  ItemKey,
  ItemSelection,
  ItemStore,
  ItemUsage,
  Store,
  StoredItem,
  UniqueKeyClaim,
  UniqueKeyStore,
} from '../store.ts';
import { SqliteChangeLog, SqliteChanges } from './sqlite-changes.ts';
import { isSqliteError } from './sqlite-error.ts';
import { SqliteIndexes } from './sqlite-indexes.ts';
import { HIGHEST_EPK, prepareArrayRows, SqliteQueries } from './sqlite-queries.ts';
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

const COLUMNS =
  'number, container, epk, partition_key AS partitionKey, id, range, lsn, ts, etag, expires_at AS expiresAt, body';
/** The columns that are not part of the key. */
const STATE = 'number, range, lsn, ts, etag, expires_at AS expiresAt, body';
const BY_KEY = 'container = ? AND epk = ? AND id = ? AND partition_key = ?';
const IN_RANGE = 'container = ? AND range = ?';

export class SqliteItems implements ItemStore {
  readonly #indexes: SqliteIndexes;
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

  constructor(database: DatabaseSync, indexes: SqliteIndexes, changes: SqliteChanges) {
    this.#indexes = indexes;
    this.#changes = changes;
    const select = `SELECT ${COLUMNS} FROM items`;
    this.#get = prepareArrayRows(database, `SELECT ${STATE} FROM items WHERE ${BY_KEY}`);
    this.#getByNumber = database.prepare(`${select} WHERE number = ? AND container = ?`);
    this.#insert = database.prepare(`
      INSERT INTO items (number, container, epk, partition_key, id, range, lsn, ts, etag, expires_at, body)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#update = database.prepare(`
      UPDATE items SET lsn = ?, ts = ?, etag = ?, expires_at = ?, body = ? WHERE number = ?`);
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
    return { ...toState(row), container, epk, partitionKey, id };
  }

  getByNumber(container: number, number: number): StoredItem | undefined {
    return this.#getByNumber.get(number, container) as StoredItem | undefined; // the columns are the type's
  }

  insert(item: StoredItem): void {
    const { number, container, epk, partitionKey, id, range, lsn, ts, etag, expiresAt, body } = item;
    this.#indexes.onInsert(item);
    this.#insert.run(number, container, epk, partitionKey, id, range, lsn, ts, etag, expiresAt, body);
  }

  update(item: StoredItem): void {
    const { number, lsn, ts, etag, expiresAt, body } = item;
    this.#indexes.onUpdate(item);
    this.#update.run(lsn, ts, etag, expiresAt, body, number);
  }

  delete(key: ItemKey): boolean {
    const { container, epk, partitionKey, id } = key;
    const item = this.#indexes.isIndexed(container) ? this.get(key) : undefined;
    if (item) this.#indexes.onDelete(item);
    return this.#delete.run(container, epk, id, partitionKey).changes > 0;
  }

  scan(selection: ItemSelection, after: number, limit: number): StoredItem[] {
    const { container, range, minEpk, maxEpk } = selection;
    if (minEpk === undefined && maxEpk === undefined) return rows(this.#scanRange.all(container, range, after, limit));
    return rows(this.#scanEpks.all(range, container, minEpk ?? '', maxEpk ?? HIGHEST_EPK, after, limit));
  }

  changes(selection: ChangeSelection & { readonly now: number }, after: number, limit: number): Change[] {
    return this.#changes.read(selection, { after, limit, parameter: selection.now });
  }

  expired(now: number, limit: number): StoredItem[] {
    return rows(this.#expired.all(now, limit));
  }

  usage(container: number): ItemUsage {
    const count = Number(this.#count.get(container)?.count);
    return { count, averageBytes: Number(this.#averageBytes.get(container)?.bytes ?? 0) };
  }

  clear(container: number): void {
    this.#indexes.onClear(container);
    for (const statement of this.#clear) statement.run(container);
  }
}

type State = Omit<StoredItem, keyof ItemKey>;

function toState(row: unknown): State {
  if (!Array.isArray(row)) return row as State; // the columns of STATE are the type's
  const [number, range, lsn, ts, etag, expiresAt, body] = row;
  return { number, range, lsn, ts, etag, expiresAt, body };
}

function rows(result: unknown): StoredItem[] {
  return result as StoredItem[]; // COLUMNS are those of the type
}
