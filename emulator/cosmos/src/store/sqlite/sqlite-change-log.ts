import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Change, ChangeLog, ChangeSelection, LoggedChange } from '../store.ts';
import { SqliteChanges } from './sqlite-changes.ts';

export class SqliteChangeLog implements ChangeLog {
  readonly #append: StatementSync;
  readonly #changes: SqliteChanges;
  readonly #firstLsn: StatementSync;
  readonly #prune: StatementSync;

  constructor(database: DatabaseSync) {
    this.#append = database.prepare(`
      INSERT INTO change_log (container, range, epk, partition_key, lsn, ts, body) VALUES (?, ?, ?, ?, ?, ?, ?)`);
    this.#changes = new SqliteChanges(database, { table: 'change_log', index: 'change_log_by_lsn' });
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
