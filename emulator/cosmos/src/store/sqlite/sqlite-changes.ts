import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Change, ChangeLog, ChangeSelection, LoggedChange } from '../store.ts';
import type { Checksums } from './integrity.ts';
import { columnsOf, HIGHEST_EPK, prepareArrayRows } from './sqlite-queries.ts';

const IN_RANGE = 'container = ?1 AND range = ?2';
const SELECTED = `${IN_RANGE} AND epk >= ?3 AND epk < ?4 AND ts >= ?5 AND (?6 IS NULL OR partition_key = ?6)`;

interface Statements {
  readonly after: StatementSync;
  readonly ofLsn: StatementSync;
}

/** What is read of a row, besides its checksum. */
interface ChangeRow {
  readonly lsn: number;
  readonly body: string;
  readonly number: number;
  /** Of an item; null in the change log. */
  readonly expiresAt: number | null;
  readonly partitionKey: string;
}

interface Source {
  readonly table: string;
  /** The index by LSN. */
  readonly index: string;
  /** A further condition, whose parameter is ?9. */
  readonly condition?: string;
  readonly expiresAt: string;
  /** @throws StoreError StoreDamaged when the row does not match */
  readonly check: (row: ChangeRow, checksum: number) => void;
}

/** The latest versions; the parameter of a read is the time in seconds. */
export function changesOfItems(database: DatabaseSync, checksums: Checksums): SqliteChanges {
  return new SqliteChanges(database, {
    table: 'items',
    index: 'items_by_lsn',
    condition: '(expires_at IS NULL OR expires_at > ?9)',
    expiresAt: 'expires_at',
    check: (row, checksum) => checksums.assertItem(row, checksum),
  });
}

/** Reads a table by LSN, in pages that never split an LSN. */
export class SqliteChanges {
  /** For a whole physical partition: without the other comparisons it takes a third less time. */
  readonly #all: Statements;
  readonly #some: Statements;

  readonly #check: Source['check'];

  constructor(database: DatabaseSync, { table, index, condition = '?9 IS NULL', expiresAt, check }: Source) {
    this.#check = check;
    const columns = `lsn, body, number, ${expiresAt} AS expiresAt, partition_key AS partitionKey, checksum`;
    const prepare = (selected: string): Statements => {
      const select = `SELECT ${columns} FROM ${table} INDEXED BY ${index} WHERE ${selected} AND ${condition}`;
      return {
        after: prepareArrayRows(database, `${select} AND lsn > ?7 ORDER BY lsn, number LIMIT ?8`),
        ofLsn: prepareArrayRows(database, `${select} AND lsn = ?7 ORDER BY number LIMIT -1 OFFSET ?8`),
      };
    };
    this.#all = prepare(IN_RANGE);
    this.#some = prepare(SELECTED);
  }

  /** @param parameter of the source's condition */
  read(
    selection: ChangeSelection,
    { after, limit, parameter = null }: { after: number; limit: number; parameter?: number | null },
  ): Change[] {
    const { container, range, minEpk = '', maxEpk = HIGHEST_EPK, since = 0, partitionKey = null } = selection;
    const selected = [container, range, minEpk, maxEpk, since, partitionKey];
    const isAll = minEpk === '' && maxEpk === HIGHEST_EPK && since === 0 && partitionKey === null;
    const statements = isAll ? this.#all : this.#some;
    const page = this.#toChanges(statements.after.all(...selected, after, limit, parameter));
    const last = page.at(-1);
    if (page.length < limit || !last) return page;
    const seen = page.length - 1 - page.findLastIndex(({ lsn }) => lsn !== last.lsn);
    const rest = this.#toChanges(statements.ofLsn.all(...selected, last.lsn, seen, parameter));
    return rest.length === 0 ? page : page.concat(rest);
  }

  #toChanges(rows: readonly unknown[]): Change[] {
    return rows.map((row) => {
      const [lsn, body, number, expiresAt, partitionKey, checksum] = columnsOf(row);
      const change = { lsn, body, number, expiresAt, partitionKey } as ChangeRow; // the columns are the type's
      this.#check(change, checksum as number);
      return { lsn: change.lsn, body: change.body };
    });
  }
}

/** The entries of containers that keep all versions and deletes. */
export class SqliteChangeLog implements ChangeLog {
  readonly #append: StatementSync;
  readonly #changes: SqliteChanges;
  readonly #firstLsn: StatementSync;
  readonly #prune: StatementSync;
  readonly #checksums: Checksums;

  constructor(database: DatabaseSync, checksums: Checksums) {
    this.#checksums = checksums;
    this.#append = database.prepare(`
      INSERT INTO change_log (container, range, epk, partition_key, lsn, ts, body, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#changes = new SqliteChanges(database, {
      table: 'change_log',
      index: 'change_log_by_lsn',
      expiresAt: 'NULL',
      check: (row, checksum) => checksums.assertChange(row, checksum),
    });
    this.#firstLsn = database.prepare(`SELECT lsn FROM change_log INDEXED BY change_log_by_lsn
      WHERE container = ? AND range = ? AND ts >= ? ORDER BY lsn LIMIT 1`);
    this.#prune = database.prepare('DELETE FROM change_log WHERE container = ? AND ts < ?');
  }

  append(change: LoggedChange): void {
    const { container, range, epk, partitionKey, lsn, ts, body } = change;
    this.#append.run(container, range, epk, partitionKey, lsn, ts, body, this.#checksums.ofChange(change));
  }

  read(selection: ChangeSelection, after: number, limit: number): Change[] {
    return this.#changes.read(selection, { after, limit });
  }

  firstLsn({ container, range }: { readonly container: number; readonly range: number }, since: number) {
    return this.#firstLsn.get(container, range, since)?.lsn as number | undefined; // an INTEGER column
  }

  prune(container: number, before: number): void {
    this.#prune.run(container, before);
  }
}
