import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { JsonValue } from '../../model/json.ts';
import { valueAt } from '../../model/property-path.ts';
import { indexKey } from '../index-key.ts';
import type { IndexEntry, IndexSelection, ItemIndex, ItemIndexes, ScanOptions } from '../item-queries.ts';
import type { StoredItem } from '../store.ts';
import { collectNumbers } from './sqlite-queries.ts';

/** Derived from the items, so a database without these tables is whole. */
export const INDEX_SCHEMA = `
  CREATE TABLE IF NOT EXISTS item_indexes (
    id INTEGER PRIMARY KEY,
    container INTEGER NOT NULL,
    path TEXT NOT NULL,
    through INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    UNIQUE (container, path)
  ) STRICT;

  CREATE TABLE IF NOT EXISTS index_entries (
    item_index INTEGER NOT NULL,
    range INTEGER NOT NULL,
    key BLOB NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (item_index, range, key, number)
  ) STRICT, WITHOUT ROWID;
`;

interface KnownIndex extends ItemIndex {
  /** The highest number of an item that it holds. */
  readonly through: number;
}

/** How many numbers one step of building looks at, most of them perhaps of other containers. */
const NUMBERS_PER_ITEM = 20;

const SELECTED = 'item_index = ? AND range = ? AND key >= ? AND key < ?';

export class SqliteIndexes implements ItemIndexes {
  readonly #ofContainer = new Map<number, readonly KnownIndex[]>();
  readonly #list: StatementSync;
  readonly #get: StatementSync;
  readonly #create: StatementSync;
  readonly #advance: StatementSync;
  readonly #drop: readonly StatementSync[];
  readonly #add: StatementSync;
  readonly #remove: StatementSync;
  readonly #items: StatementSync;
  readonly #body: StatementSync;
  readonly #lastNumber: StatementSync;
  readonly #entries: Readonly<Record<'up' | 'down' | 'upAfter' | 'downAfter', StatementSync>>;
  readonly #numbers: StatementSync;
  readonly #count: StatementSync;

  constructor(database: DatabaseSync) {
    database.exec(INDEX_SCHEMA);
    this.#list = database.prepare('SELECT * FROM item_indexes WHERE container = ? ORDER BY id');
    this.#get = database.prepare('SELECT * FROM item_indexes WHERE id = ?');
    this.#create = database.prepare(
      'INSERT INTO item_indexes (container, path, through, complete) VALUES (?, ?, 0, 0)',
    );
    this.#advance = database.prepare('UPDATE item_indexes SET through = ?, complete = ? WHERE id = ?');
    this.#drop = ['index_entries WHERE item_index = ?', 'item_indexes WHERE id = ?'].map((rows) =>
      database.prepare(`DELETE FROM ${rows}`),
    );
    this.#add = database.prepare('INSERT INTO index_entries (item_index, range, key, number) VALUES (?, ?, ?, ?)');
    this.#remove = database.prepare(
      'DELETE FROM index_entries WHERE item_index = ? AND range = ? AND key = ? AND number = ?',
    );
    this.#items = database.prepare(`SELECT number, range, body FROM items NOT INDEXED
      WHERE number > ? AND number <= ? AND container = ? ORDER BY number LIMIT ?`);
    this.#body = database.prepare('SELECT body FROM items WHERE number = ?');
    this.#lastNumber = database.prepare('SELECT max(number) AS number FROM items');
    const entries = (after: string, order: string) =>
      database.prepare(`SELECT key, number FROM index_entries WHERE ${SELECTED}${after} ORDER BY ${order} LIMIT ?`);
    this.#entries = {
      up: entries('', 'key, number'),
      down: entries('', 'key DESC, number DESC'),
      upAfter: entries(' AND (key, number) > (?, ?)', 'key, number'),
      downAfter: entries(' AND (key, number) < (?, ?)', 'key DESC, number DESC'),
    };
    this.#numbers = database.prepare(`SELECT number FROM index_entries WHERE ${SELECTED} LIMIT ?`);
    this.#count = database.prepare(`SELECT count(*) AS count FROM index_entries WHERE ${SELECTED}`);
  }

  list(container: number): readonly KnownIndex[] {
    const known = this.#ofContainer.get(container);
    if (known) return known;
    const listed = this.#list.all(container).map(toIndex);
    this.#ofContainer.set(container, listed);
    return listed;
  }

  create(container: number, path: readonly string[]): ItemIndex {
    const { lastInsertRowid } = this.#create.run(container, JSON.stringify(path));
    this.forget();
    return { id: Number(lastInsertRowid), container, path, isComplete: false };
  }

  extend(id: number, limit: number): boolean {
    const row = this.#get.get(id);
    const index = row && toIndex(row);
    if (!index || index.isComplete) return true;
    const last = Number(this.#lastNumber.get()?.number ?? 0);
    const windowEnd = index.through + limit * NUMBERS_PER_ITEM;
    const items = this.#items.all(index.through, windowEnd, index.container, limit) as unknown as StoredItem[]; // the columns it reads
    for (const { number, range, body } of items)
      this.#add.run(id, range, keyAt(JSON.parse(body) as JsonValue, index), number);
    const through = items.length < limit ? Math.min(windowEnd, last) : (items.at(-1)?.number ?? last);
    this.#advance.run(through, through >= last ? 1 : 0, id);
    this.forget();
    return through >= last;
  }

  drop(id: number): void {
    for (const statement of this.#drop) statement.run(id);
    this.forget();
  }

  entries(
    { index, range, keys }: IndexSelection,
    options: ScanOptions & { readonly after?: IndexEntry },
  ): IndexEntry[] {
    const { after, descending, limit } = options;
    const bounds = [index, range, keys.lower, keys.upper] as const;
    const rows = after
      ? this.#entries[descending ? 'downAfter' : 'upAfter'].all(...bounds, after.key, after.number, limit)
      : this.#entries[descending ? 'down' : 'up'].all(...bounds, limit);
    return rows as unknown as IndexEntry[]; // the columns are the type's
  }

  numbers({ index, range, keys }: IndexSelection, limit: number): number[] | undefined {
    return collectNumbers(this.#numbers.iterate(index, range, keys.lower, keys.upper, limit + 1), limit);
  }

  count({ index, range, keys }: IndexSelection): number {
    return Number(this.#count.get(index, range, keys.lower, keys.upper)?.count);
  }

  /** An item that is about to be written. */
  inserting({ container, number, range, body }: StoredItem): void {
    const indexes = this.#holding(container, number);
    if (indexes.length === 0) return;
    const value = JSON.parse(body) as JsonValue; // our own text
    for (const index of indexes) this.#add.run(index.id, range, keyAt(value, index), number);
  }

  /** An item that is about to be replaced by this one. */
  updating({ container, number, range, body }: StoredItem): void {
    const indexes = this.#holding(container, number);
    if (indexes.length === 0) return;
    const before = this.#storedValue(number);
    const value = JSON.parse(body) as JsonValue; // our own text
    for (const index of indexes) {
      const oldKey = keyAt(before, index);
      const key = keyAt(value, index);
      if (oldKey.equals(key)) continue;
      this.#remove.run(index.id, range, oldKey, number);
      this.#add.run(index.id, range, key, number);
    }
  }

  /** An item that is about to be deleted. */
  deleting({ container, number, range, body }: StoredItem): void {
    const indexes = this.#holding(container, number);
    if (indexes.length === 0) return;
    const value = JSON.parse(body) as JsonValue; // our own text
    for (const index of indexes) this.#remove.run(index.id, range, keyAt(value, index), number);
  }

  /** A container whose items are about to be deleted. */
  clearing(container: number): void {
    for (const { id } of this.list(container)) this.drop(id);
  }

  isIndexed(container: number): boolean {
    return this.list(container).length > 0;
  }

  /** What is known of the indexes may be wrong: a transaction was taken back. */
  forget(): void {
    this.#ofContainer.clear();
  }

  /** An index that is being built takes in higher numbers later. */
  #holding(container: number, number: number): readonly KnownIndex[] {
    const indexes = this.list(container);
    return indexes.length === 0 ? indexes : indexes.filter((index) => index.isComplete || number <= index.through);
  }

  #storedValue(number: number): JsonValue {
    return JSON.parse(String(this.#body.get(number)?.body)) as JsonValue; // our own text
  }
}

function keyAt(item: JsonValue, { path }: ItemIndex): Buffer {
  return indexKey(valueAt(item, path) as JsonValue | undefined); // of an item's JSON
}

function toIndex({ id, container, path, through, complete }: Record<string, unknown>): KnownIndex {
  return {
    id: Number(id),
    container: Number(container),
    path: JSON.parse(String(path)) as readonly string[], // as `create` wrote it
    through: Number(through),
    isComplete: complete === 1,
  };
}
