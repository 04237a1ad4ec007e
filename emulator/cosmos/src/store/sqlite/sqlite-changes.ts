import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Change, ChangeSelection } from '../store.ts';
import { prepareArrayRows } from './rows.ts';

/** Above every effective partition key, which are upper-case hex. */
export const HIGHEST_EPK = 'G';

const IN_RANGE = 'container = ?1 AND range = ?2';
const SELECTED = `${IN_RANGE} AND epk >= ?3 AND epk < ?4 AND ts >= ?5 AND (?6 IS NULL OR partition_key = ?6)`;

interface Statements {
  readonly after: StatementSync;
  readonly ofLsn: StatementSync;
}

/** Reads a table by LSN, in pages that tear no LSN apart. */
export class SqliteChanges {
  /** Of a whole physical partition: what need not be compared makes a third of the time. */
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

function changes(rows: unknown): Change[] {
  const read = rows as readonly (readonly [lsn: number, body: string] | Change)[]; // the columns selected
  return read.map((row) => ('lsn' in row ? row : { lsn: row[0], body: row[1] }));
}
