import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Change, ChangeSelection } from '../store.ts';

/** Above every effective partition key, which are upper-case hex. */
export const HIGHEST_EPK = 'G';

const SELECTED = `container = ?1 AND range = ?2 AND epk >= ?3 AND epk < ?4 AND ts >= ?5
  AND (?6 IS NULL OR partition_key = ?6)`;

/** Reads a table by LSN, in pages that tear no LSN apart. */
export class SqliteChanges {
  readonly #after: StatementSync;
  readonly #ofLsn: StatementSync;

  /** @param source a table, its index by LSN, and a further condition, whose parameter is ?9 */
  constructor(database: DatabaseSync, source: { table: string; index: string; condition?: string }) {
    const { table, index, condition = '?9 IS NULL' } = source;
    const select = `SELECT lsn, body FROM ${table} INDEXED BY ${index} WHERE ${SELECTED} AND ${condition}`;
    this.#after = database.prepare(`${select} AND lsn > ?7 ORDER BY lsn, number LIMIT ?8`);
    this.#ofLsn = database.prepare(`${select} AND lsn = ?7 ORDER BY number LIMIT -1 OFFSET ?8`);
  }

  /** @param parameter of the source's condition */
  read(
    selection: ChangeSelection,
    { after, limit, parameter = null }: { after: number; limit: number; parameter?: number | null },
  ): Change[] {
    const { container, range, minEpk = '', maxEpk = HIGHEST_EPK, since = 0, partitionKey = null } = selection;
    const selected = [container, range, minEpk, maxEpk, since, partitionKey];
    const page = changes(this.#after.all(...selected, after, limit, parameter));
    const last = page.at(-1);
    if (page.length < limit || !last) return page;
    const seen = page.length - page.findIndex(({ lsn }) => lsn === last.lsn);
    return page.concat(changes(this.#ofLsn.all(...selected, last.lsn, seen, parameter)));
  }
}

function changes(rows: unknown): Change[] {
  return rows as Change[]; // the columns are those of the type
}
