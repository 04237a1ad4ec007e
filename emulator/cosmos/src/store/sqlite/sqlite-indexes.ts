import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { JsonValue } from '../../model/json.ts';
import { entryKey, entryKeys, fromStoredEntry, toStoredEntry } from '../index-key.ts';
import type { IndexEntry, IndexedPath, IndexSelection, ItemIndex, ItemIndexes, ScanOptions } from '../item-queries.ts';
import type { StoredItem } from '../store.ts';
import type { Checksums } from './integrity.ts';
import { numbersOf, readNumbers } from './sqlite-queries.ts';

/** The indexes can be derived from the items, so their tables may be missing, and those of an earlier schema are rebuilt. */
export const INDEX_SCHEMA = `
  DROP TABLE IF EXISTS item_indexes;
  DROP TABLE IF EXISTS index_entries;

  CREATE TABLE IF NOT EXISTS path_indexes (
    id INTEGER PRIMARY KEY,
    container INTEGER NOT NULL,
    path TEXT NOT NULL,
    by_partition INTEGER NOT NULL,
    through INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    UNIQUE (container, path, by_partition)
  ) STRICT;

  CREATE TABLE IF NOT EXISTS path_entries (
    item_index INTEGER NOT NULL,
    range INTEGER NOT NULL,
    key BLOB NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (item_index, range, key, number)
  ) STRICT, WITHOUT ROWID;
`;

interface KnownIndex extends ItemIndex {
  /** The highest number of an item that it contains. */
  readonly through: number;
}

/** The columns of an item that are read for an index. */
interface IndexedRow extends Pick<StoredItem, 'number' | 'range' | 'epk' | 'body' | 'lsn' | 'expiresAt'> {
  readonly checksum: number;
}

/** How many numbers one step of building scans for each item of its limit, since items of other containers lie in between. */
const NUMBERS_PER_ITEM = 20;

const SELECTED = 'item_index = ? AND range = ? AND key >= ? AND key < ?';

export class SqliteIndexes implements ItemIndexes {
  readonly #checksums: Checksums;
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

  constructor(database: DatabaseSync, checksums: Checksums) {
    this.#checksums = checksums;
    database.exec(INDEX_SCHEMA);
    this.#list = database.prepare('SELECT * FROM path_indexes WHERE container = ? ORDER BY id');
    this.#get = database.prepare('SELECT * FROM path_indexes WHERE id = ?');
    this.#create = database.prepare(
      'INSERT INTO path_indexes (container, path, by_partition, through, complete) VALUES (?, ?, ?, 0, 0)',
    );
    this.#advance = database.prepare('UPDATE path_indexes SET through = ?, complete = ? WHERE id = ?');
    this.#drop = ['path_entries WHERE item_index = ?', 'path_indexes WHERE id = ?'].map((rows) =>
      database.prepare(`DELETE FROM ${rows}`),
    );
    this.#add = database.prepare('INSERT INTO path_entries (item_index, range, key, number) VALUES (?, ?, ?, ?)');
    this.#remove = database.prepare(
      'DELETE FROM path_entries WHERE item_index = ? AND range = ? AND key = ? AND number = ?',
    );
    this.#items =
      database.prepare(`SELECT number, range, epk, body, lsn, expires_at AS expiresAt, checksum FROM items NOT INDEXED
      WHERE number > ? AND number <= ? AND container = ? ORDER BY number LIMIT ?`);
    this.#body = database.prepare(
      'SELECT number, body, lsn, expires_at AS expiresAt, checksum FROM items WHERE number = ?',
    );
    this.#lastNumber = database.prepare('SELECT max(number) AS number FROM items');
    const entries = (after: string, order: string) =>
      database.prepare(`SELECT key, number FROM path_entries WHERE ${SELECTED}${after} ORDER BY ${order} LIMIT ?`);
    this.#entries = {
      up: entries('', 'key, number'),
      down: entries('', 'key DESC, number DESC'),
      upAfter: entries(' AND (key, number) > (?, ?)', 'key, number'),
      downAfter: entries(' AND (key, number) < (?, ?)', 'key DESC, number DESC'),
    };
    this.#numbers = database.prepare(numbersOf(`path_entries WHERE ${SELECTED}`));
    this.#count = database.prepare(`SELECT count(*) AS count FROM path_entries WHERE ${SELECTED}`);
  }

  list(container: number): readonly KnownIndex[] {
    const known = this.#ofContainer.get(container);
    if (known) return known;
    const listed = this.#list.all(container).map(toIndex);
    this.#ofContainer.set(container, listed);
    return listed;
  }

  create(container: number, { path, byPartition }: IndexedPath): ItemIndex {
    const { lastInsertRowid } = this.#create.run(container, JSON.stringify(path), byPartition ? 1 : 0);
    this.invalidate();
    return { id: Number(lastInsertRowid), container, path, byPartition, isComplete: false };
  }

  extend(ids: readonly number[], limit: number): boolean {
    const [first, ...others] = this.#incomplete(ids);
    if (!first) return true;
    const together = [first, ...others.filter(({ through }) => through === first.through)];
    const ahead = others.find(({ through }) => through > first.through);
    const last = Number(this.#lastNumber.get()?.number ?? 0);
    const end = Math.min(first.through + limit * NUMBERS_PER_ITEM, ahead?.through ?? last, last);
    const items = this.#items.all(first.through, end, first.container, limit) as unknown as IndexedRow[]; // the columns it reads
    for (const item of items) {
      this.#checksums.assertItem(item, item.checksum);
      this.#addEntries(item, together);
    }
    const through = items.length < limit ? end : (items.at(-1)?.number ?? end);
    for (const { id } of together) this.#advance.run(through, through >= last ? 1 : 0, id);
    this.invalidate();
    return through >= last && !ahead;
  }

  /** The incomplete indexes, the one that lags most first. */
  #incomplete(ids: readonly number[]): KnownIndex[] {
    return ids
      .flatMap((id) => this.#get.all(id).map(toIndex))
      .filter(({ isComplete }) => !isComplete)
      .toSorted((left, right) => left.through - right.through);
  }

  #addEntries({ number, range, epk, body }: Omit<IndexedRow, 'checksum'>, indexes: readonly KnownIndex[]): void {
    const value = JSON.parse(body) as JsonValue; // text that this server wrote
    for (const index of indexes) this.#add.run(index.id, range, entryKey(index, epk, value), number);
  }

  drop(id: number): void {
    for (const statement of this.#drop) statement.run(id);
    this.invalidate();
  }

  entries(selection: IndexSelection, options: ScanOptions & { readonly after?: IndexEntry }): IndexEntry[] {
    const { descending, limit } = options;
    const after = options.after && toStoredEntry(options.after, selection);
    const rows = after
      ? this.#entries[descending ? 'downAfter' : 'upAfter'].all(...boundsOf(selection), after.key, after.number, limit)
      : this.#entries[descending ? 'down' : 'up'].all(...boundsOf(selection), limit);
    return (rows as unknown as IndexEntry[]).map((entry) => fromStoredEntry(entry, selection)); // the columns are the type's
  }

  numbers(selection: IndexSelection, limit: number): number[] | undefined {
    return readNumbers(this.#numbers.get(...boundsOf(selection), limit + 1), limit);
  }

  count(selection: IndexSelection): number {
    return Number(this.#count.get(...boundsOf(selection))?.count);
  }

  /** Before an item is inserted. */
  onInsert(item: StoredItem): void {
    const indexes = this.#indexesCovering(item.container, item.number);
    if (indexes.length > 0) this.#addEntries(item, indexes);
  }

  /** Before an item is replaced by this one. */
  onUpdate({ container, number, range, epk, body }: StoredItem): void {
    const indexes = this.#indexesCovering(container, number);
    if (indexes.length === 0) return;
    const before = this.#storedValue(number);
    const value = JSON.parse(body) as JsonValue; // text that this server wrote
    for (const index of indexes) {
      const oldKey = entryKey(index, epk, before);
      const key = entryKey(index, epk, value);
      if (oldKey.equals(key)) continue;
      this.#remove.run(index.id, range, oldKey, number);
      this.#add.run(index.id, range, key, number);
    }
  }

  /** Before an item is deleted. */
  onDelete({ container, number, range, epk, body }: StoredItem): void {
    const indexes = this.#indexesCovering(container, number);
    if (indexes.length === 0) return;
    const value = JSON.parse(body) as JsonValue; // text that this server wrote
    for (const index of indexes) this.#remove.run(index.id, range, entryKey(index, epk, value), number);
  }

  /** Before all items of a container are deleted. */
  onClear(container: number): void {
    for (const { id } of this.list(container)) this.drop(id);
  }

  isIndexed(container: number): boolean {
    return this.list(container).length > 0;
  }

  /** Drops the cached lists of indexes, which a rollback can make wrong. */
  invalidate(): void {
    this.#ofContainer.clear();
  }

  /** The indexes that contain this item's number; an index that is being built adds higher numbers later. */
  #indexesCovering(container: number, number: number): readonly KnownIndex[] {
    const indexes = this.list(container);
    return indexes.length === 0 ? indexes : indexes.filter((index) => index.isComplete || number <= index.through);
  }

  #storedValue(number: number): JsonValue {
    const row = this.#body.get(number) as unknown as IndexedRow; // an update finds the item first
    this.#checksums.assertItem(row, row.checksum);
    return JSON.parse(row.body) as JsonValue; // text that this server wrote
  }
}

/** The parameters of `SELECTED`. */
function boundsOf(selection: IndexSelection): [number, number, Uint8Array, Uint8Array] {
  const { lower, upper } = entryKeys(selection);
  return [selection.index, selection.range, lower, upper];
}

/** Converts a row of `path_indexes`. */
export function toIndex({ id, container, path, by_partition, through, complete }: Record<string, unknown>): KnownIndex {
  return {
    id: Number(id),
    container: Number(container),
    path: JSON.parse(String(path)) as readonly string[], // as `create` wrote it
    byPartition: by_partition === 1,
    through: Number(through),
    isComplete: complete === 1,
  };
}
