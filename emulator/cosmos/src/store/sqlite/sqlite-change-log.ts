import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ChangeLog, ItemSelection, LoggedChange } from '../store.ts';
import { HIGHEST_EPK } from './sqlite-items.ts';

const COLUMNS = 'container, range, epk, lsn, ts, body';
const SELECT = `SELECT ${COLUMNS} FROM change_log WHERE container = ? AND range = ? AND epk >= ? AND epk < ?`;

export class SqliteChangeLog implements ChangeLog {
  readonly #append: StatementSync;
  readonly #read: StatementSync;
  readonly #readLsn: StatementSync;
  readonly #prune: StatementSync;

  constructor(database: DatabaseSync) {
    this.#append = database.prepare(`INSERT INTO change_log (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`);
    this.#read = database.prepare(`${SELECT} AND lsn > ? ORDER BY lsn, number LIMIT ?`);
    this.#readLsn = database.prepare(`${SELECT} AND lsn = ? ORDER BY number LIMIT -1 OFFSET ?`);
    this.#prune = database.prepare('DELETE FROM change_log WHERE container = ? AND ts < ?');
  }

  append({ container, range, epk, lsn, ts, body }: LoggedChange): void {
    this.#append.run(container, range, epk, lsn, ts, body);
  }

  read(selection: ItemSelection, after: number, limit: number): LoggedChange[] {
    const { container, range, minEpk = '', maxEpk = HIGHEST_EPK } = selection;
    // The columns are those of the type.
    const page = this.#read.all(container, range, minEpk, maxEpk, after, limit) as unknown as LoggedChange[];
    const last = page.at(-1);
    if (page.length < limit || !last) return page;
    const seen = page.filter((change) => change.lsn === last.lsn).length;
    const rest = this.#readLsn.all(container, range, minEpk, maxEpk, last.lsn, seen);
    return page.concat(rest as unknown as LoggedChange[]); // as above
  }

  prune(container: number, before: number): void {
    this.#prune.run(container, before);
  }
}
