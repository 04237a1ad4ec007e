import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ChangeLog, ChangeSelection, LoggedChange } from '../store.ts';
import { HIGHEST_EPK } from './sqlite-items.ts';

const SELECT = `SELECT container, range, epk, partition_key AS partitionKey, lsn, ts, body
  FROM change_log INDEXED BY change_log_by_lsn
  WHERE container = ? AND range = ? AND epk >= ? AND epk < ? AND ts >= ?`;

export class SqliteChangeLog implements ChangeLog {
  readonly #append: StatementSync;
  readonly #read: StatementSync;
  readonly #readLsn: StatementSync;
  readonly #firstLsn: StatementSync;
  readonly #prune: StatementSync;

  constructor(database: DatabaseSync) {
    this.#append = database.prepare(`
      INSERT INTO change_log (container, range, epk, partition_key, lsn, ts, body) VALUES (?, ?, ?, ?, ?, ?, ?)`);
    this.#read = database.prepare(`${SELECT} AND lsn > ? ORDER BY lsn, number LIMIT ?`);
    this.#readLsn = database.prepare(`${SELECT} AND lsn = ? ORDER BY number LIMIT -1 OFFSET ?`);
    this.#firstLsn = database.prepare(`SELECT lsn FROM change_log INDEXED BY change_log_by_lsn
      WHERE container = ? AND range = ? AND ts >= ? ORDER BY lsn LIMIT 1`);
    this.#prune = database.prepare('DELETE FROM change_log WHERE container = ? AND ts < ?');
  }

  append({ container, range, epk, partitionKey, lsn, ts, body }: LoggedChange): void {
    this.#append.run(container, range, epk, partitionKey, lsn, ts, body);
  }

  read(selection: ChangeSelection, after: number, limit: number): LoggedChange[] {
    const { container, range, minEpk = '', maxEpk = HIGHEST_EPK, since = 0 } = selection;
    // The columns are those of the type.
    const page = this.#read.all(container, range, minEpk, maxEpk, since, after, limit) as unknown as LoggedChange[];
    const last = page.at(-1);
    if (page.length < limit || !last) return page;
    const seen = page.filter((change) => change.lsn === last.lsn).length;
    const rest = this.#readLsn.all(container, range, minEpk, maxEpk, since, last.lsn, seen);
    return page.concat(rest as unknown as LoggedChange[]); // as above
  }

  firstLsn({ container, range }: { readonly container: number; readonly range: number }, since: number) {
    return this.#firstLsn.get(container, range, since)?.lsn as number | undefined; // an INTEGER column
  }

  prune(container: number, before: number): void {
    this.#prune.run(container, before);
  }
}
