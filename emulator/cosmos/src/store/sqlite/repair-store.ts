import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../errors.ts';
import type { LoggedChange, StoredItem, StoredResource, UniqueKeyClaim } from '../store.ts';
import { type JournalState, readJournal } from './commit-journal.ts';
import { metaValue } from './examine-store.ts';
import { Checksums } from './integrity.ts';
import { openDatabase } from './open-database.ts';
import { asStoreError, isSqliteError } from './sqlite-error.ts';
import { SqliteStore } from './sqlite-store.ts';
import { type StorePaths, sizeOf, storePaths } from './store-files.ts';

/** What a repair has kept and what it could not. */
export interface Repair {
  readonly items: number;
  readonly changes: number;
  readonly resources: number;
  /** One line for each thing that is gone, or that may be. */
  readonly lost: readonly string[];
  /** Where the files are as they were. */
  readonly movedTo: string;
}

/**
 * Writes a new store with all that can be read of a damaged one and matches its checksum, and moves the damaged files into a
 * folder beside it. Nothing is deleted. Counters go on from the highest known number, so that no LSN is given twice.
 *
 * @throws StoreError DataDirectoryInUse, or StoreDamaged when nothing at all can be read; then nothing has changed
 */
export function repairStore(dataDir: string): Repair {
  const paths = storePaths(dataDir);
  const journal = readJournal(paths.journal);
  const unfinished = join(dataDir, 'repair.unfinished');
  rmSync(unfinished, { recursive: true, force: true });
  const lost: string[] = [];
  const damaged = openDamaged(paths.database);
  let counts: Copied;
  try {
    const target = new SqliteStore(openDatabase(unfinished));
    try {
      counts = copy(damaged, target, { journal, lost });
    } finally {
      target.close();
    }
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw isSqliteError(error) ? asStoreError(error, paths) : error;
  } finally {
    damaged.close();
    rmSync(paths.logIndex, { force: true });
  }
  return { ...counts, lost, movedTo: exchange(paths, storePaths(unfinished)) };
}

/** The old journal goes last, so that an exchange that was interrupted is rejected, and no store is taken for an empty one. */
function exchange(old: StorePaths, repaired: StorePaths): string {
  const movedTo = freeName(join(old.dataDir, 'damaged'));
  mkdirSync(movedTo);
  const moveAway = (path: string) => {
    if (existsSync(path)) renameSync(path, join(movedTo, basename(path)));
  };
  moveAway(old.database);
  moveAway(old.log);
  renameSync(repaired.database, old.database);
  moveAway(old.journal);
  renameSync(repaired.journal, old.journal);
  rmSync(repaired.dataDir, { recursive: true, force: true });
  return movedTo;
}

/** @throws StoreError DataDirectoryInUse, or StoreDamaged when SQLite cannot read the list of tables */
function openDamaged(path: string): DatabaseSync {
  const sqlite = process.getBuiltinModule('node:sqlite'); // a static import would fail where it does not exist
  if (sizeOf(path) === 0) throw new StoreError('StoreDamaged', `${path} has no content, so nothing can be kept of it`);
  const database = new sqlite.DatabaseSync(path, { readOnly: true });
  try {
    database.exec('PRAGMA busy_timeout = 0; SELECT count(*) FROM sqlite_schema');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

type Copied = Pick<Repair, 'items' | 'changes' | 'resources'>;

interface Copying {
  readonly journal: JournalState | undefined;
  readonly lost: string[];
}

function copy(damaged: DatabaseSync, target: SqliteStore, { journal, lost }: Copying): Copied {
  const storeId = metaValue(damaged, 'id') ?? journal?.storeId;
  const checksums = storeId === undefined ? undefined : new Checksums(storeId);
  if (!checksums)
    lost.push('The store has no id that can be read, so that its rows are kept without a comparison with checksums');
  const numbers = countersOf(damaged, journal, lost);
  return target.transaction(() => {
    const resources = copyRows<StoredResource>(damaged, {
      ...RESOURCES,
      lost,
      isSound: (row, checksum) => !checksums || checksums.ofResource(row) === checksum,
      write: (row) => target.resources.put(row),
    });
    const items = copyRows<StoredItem>(damaged, {
      ...ITEMS,
      lost,
      isSound: (row, checksum) => !checksums || checksums.ofItem(row) === checksum,
      write: (row) => target.items.insert(row),
    });
    const changes = copyRows<LoggedChange>(damaged, {
      ...CHANGES,
      lost,
      isSound: (row, checksum) => !checksums || checksums.ofChange(row) === checksum,
      write: (row) => target.changeLog.append(row),
    });
    copyUniqueKeys(damaged, target, lost);
    for (const [name, value] of numbers) target.counters.raise(name, value);
    return { resources, items, changes };
  });
}

/** The higher of what the database and the journal have; says which writes are missing. */
function countersOf(damaged: DatabaseSync, journal: JournalState | undefined, lost: string[]): Map<string, number> {
  const numbers = new Map<string, number>();
  try {
    for (const { name, value } of damaged.prepare('SELECT name, value FROM counters').iterate())
      numbers.set(String(name), Number(value));
  } catch (error) {
    if (!isSqliteError(error)) throw error;
    lost.push(`Not all counters can be read (${error.message})`);
  }
  for (const [name, expected] of journal?.counters ?? []) {
    const found = numbers.get(name) ?? 0;
    const [kind, container, range] = name.split(' ');
    if (kind === 'lsn' && found < expected)
      lost.push(
        `Container ${container}, partition ${range}: the writes from LSN ${found + 1} to ${expected} are missing`,
      );
    numbers.set(name, Math.max(found, expected));
  }
  return numbers;
}

interface Table {
  readonly table: string;
  /** All but the checksum, under the names of the type. */
  readonly columns: string;
  /** Its rows in a message. */
  readonly name: string;
}

const RESOURCES: Table = {
  table: 'resources',
  columns: 'number, rid, kind, parent_rid AS parentRid, id, etag, ts, body',
  name: 'resource',
};
const ITEMS: Table = {
  table: 'items',
  columns:
    'number, container, epk, partition_key AS partitionKey, id, range, lsn, ts, etag, expires_at AS expiresAt, body',
  name: 'item',
};
const CHANGES: Table = {
  table: 'change_log',
  columns: 'number, container, range, epk, partition_key AS partitionKey, lsn, ts, body',
  name: 'change',
};

interface CopyOptions<Row> extends Table {
  readonly lost: string[];
  readonly isSound: (row: Row, checksum: unknown) => boolean;
  readonly write: (row: Row) => void;
}

/** Reads row by row, by number, so that a page that cannot be read costs the rows on it and no others. */
function copyRows<Row>(damaged: DatabaseSync, options: CopyOptions<Row>): number {
  const { table, columns, name, lost } = options;
  const checksum = hasColumn(damaged, table, 'checksum') ? 'checksum' : 'NULL AS checksum'; // version 1 has none
  const row = damaged.prepare(`SELECT ${columns}, ${checksum} FROM ${table} NOT INDEXED WHERE number = ?`);
  let copied = 0;
  for (const number of numbersOf(damaged, options)) {
    try {
      const found = row.get(number);
      if (!found) continue;
      const { checksum, ...rest } = found;
      const read = rest as unknown as Row; // the columns are the type's
      if (!options.isSound(read, checksum))
        lost.push(`The ${name} number ${number}${namesOf(found)} is not as it was written`);
      else {
        options.write(read);
        copied += 1;
      }
    } catch (error) {
      if (!isSqliteError(error)) throw error;
      lost.push(`The ${name} number ${number} cannot be read (${error.message})`);
    }
  }
  return copied;
}

function hasColumn(database: DatabaseSync, table: string, column: string): boolean {
  return database.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?').get(table, column) !== undefined;
}

function namesOf({ id, container }: Record<string, unknown>): string {
  return typeof id === 'string' ? ` ('${id}'${container === undefined ? '' : ` of container ${container}`})` : '';
}

/** The numbers of a table by walking it, and of an index where a part of it cannot be walked. */
function numbersOf(
  damaged: DatabaseSync,
  { table, name, lost }: Table & { readonly lost: string[] },
): readonly number[] {
  const numbers = new Set<number>();
  const walks = [
    `SELECT number FROM ${table} NOT INDEXED`,
    `SELECT number FROM ${table} NOT INDEXED ORDER BY number DESC`,
  ];
  if (table === 'items') walks.push('SELECT number FROM items INDEXED BY items_by_range WHERE container > 0');
  let isWhole = false;
  for (const sql of walks) {
    if (isWhole) break;
    try {
      for (const { number } of damaged.prepare(sql).iterate()) numbers.add(Number(number));
      isWhole = true;
    } catch (error) {
      if (!isSqliteError(error)) throw error;
    }
  }
  if (!isWhole)
    lost.push(`The table of every ${name} can be read in part only; more may be missing than is listed here`);
  return [...numbers].sort((left, right) => left - right);
}

function copyUniqueKeys(damaged: DatabaseSync, target: SqliteStore, lost: string[]): void {
  const keys = damaged.prepare('SELECT container, partition_key AS partitionKey, value, item FROM unique_keys');
  try {
    for (const row of keys.iterate()) {
      const claim = row as unknown as UniqueKeyClaim; // the columns are the type's
      if (target.items.getByNumber(claim.container, claim.item)) target.uniqueKeys.claim(claim);
    }
  } catch (error) {
    if (!isSqliteError(error)) throw error;
    lost.push(`Not all unique keys can be read, so that some values may be used twice (${error.message})`);
  }
}

function freeName(path: string): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? path : `${path}-${count}`;
    if (!existsSync(name)) return name;
  }
}
