import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Change, ChangeLog, ChangeSelection, LoggedChange } from '../store.ts';
import { HIGHEST_EPK, prepareArrayRows } from './sqlite-queries.ts';

const IN_RANGE = 'container = ?1 AND range = ?2';
const SELECTED = `${IN_RANGE} AND epk >= ?3 AND epk < ?4 AND ts >= ?5 AND (?6 IS NULL OR partition_key = ?6)`;

interface Statements {
  readonly after: StatementSync;
  readonly ofLsn: StatementSync;
}

/** Reads a table by LSN, in pages that never split an LSN. */
export class SqliteChanges {
  /** For a whole physical partition: without the other comparisons it takes a third less time. */
  readonly #all: Statements;
  readonly #some: Statements;

  /** @param source a table, its index by LSN, and a further condition, whose parameter is ?9 */
  constructor(database: DatabaseSync, source: { table: string; index: string; condition?: string }) {
    const { table, index, condition = '?9 IS NULL' } = source;
    const prepare = (selected: string): Statements => {
      const select = `SELECT lsn, body FROM ${table} INDEXED BY ${index} WHERE ${selected} AND ${condition}`;
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
    const page = changes(statements.after.all(...selected, after, limit, parameter));
    const last = page.at(-1);
    if (page.length < limit || !last) return page;
    const seen = page.length - 1 - page.findLastIndex(({ lsn }) => lsn !== last.lsn);
    const rest = changes(statements.ofLsn.all(...selected, last.lsn, seen, parameter));
    return rest.length === 0 ? page : page.concat(rest);
  }
}

/** The entries of containers that keep all versions and deletes. */
export class SqliteChangeLog implements ChangeLog {
  readonly #append: StatementSync;
  readonly #changes: SqliteChanges;
  readonly #firstLsn: StatementSync;
  readonly #prune: StatementSync;

  constructor(database: DatabaseSync, changes: SqliteChanges) {
    this.#append = database.prepare(`
      INSERT INTO change_log (container, range, epk, partition_key, lsn, ts, body) VALUES (?, ?, ?, ?, ?, ?, ?)`);
    this.#changes = changes;
    this.#firstLsn = database.prepare(`SELECT lsn FROM change_log INDEXED BY change_log_by_lsn
      WHERE container = ? AND range = ? AND ts >= ? ORDER BY lsn LIMIT 1`);
    this.#prune = database.prepare('DELETE FROM change_log WHERE container = ? AND ts < ?');
  }

  append({ container, range, epk, partitionKey, lsn, ts, body }: LoggedChange): void {
    this.#append.run(container, range, epk, partitionKey, lsn, ts, body);
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

function changes(rows: unknown): Change[] {
  const read = rows as readonly (readonly [lsn: number, body: string] | Change)[]; // the columns selected
  return read.map((row) => ('lsn' in row ? row : { lsn: row[0], body: row[1] }));
}
