import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Change, ChangeSelection, ItemKey, ItemSelection, ItemStore, ItemUsage, StoredItem } from '../store.ts';
import type { Checksums } from './checksums.ts';
import { changesOfItems, type SqliteChanges } from './sqlite-changes.ts';
import type { SqliteIndexes } from './sqlite-indexes.ts';
import { HIGHEST_EPK, prepareArrayRows } from './sqlite-queries.ts';

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

  /** Node.js before 22.16 gives objects, later ones arrays. */
  #toState(row: unknown): State {
    const [number, range, lsn, ts, etag, expiresAt, body, checksum] = Array.isArray(row)
      ? row
      : Object.values(row as object);
    const state = { number, range, lsn, ts, etag, expiresAt, body };
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
