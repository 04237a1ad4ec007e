import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { UniqueKeyClaim, UniqueKeyStore } from '../store.ts';

export class SqliteUniqueKeys implements UniqueKeyStore {
  readonly #holder: StatementSync;
  readonly #claim: StatementSync;
  readonly #release: StatementSync;

  constructor(database: DatabaseSync) {
    this.#holder = database.prepare(
      'SELECT item FROM unique_keys WHERE container = ? AND partition_key = ? AND value = ?',
    );
    this.#claim = database.prepare(
      'INSERT INTO unique_keys (container, partition_key, value, item) VALUES (?, ?, ?, ?)',
    );
    this.#release = database.prepare('DELETE FROM unique_keys WHERE container = ? AND item = ?');
  }

  holder(container: number, partitionKey: string, value: string): number | undefined {
    const row = this.#holder.get(container, partitionKey, value);
    return row && Number(row.item);
  }

  claim({ container, partitionKey, value, item }: UniqueKeyClaim): void {
    this.#claim.run(container, partitionKey, value, item);
  }

  release(container: number, item: number): void {
    this.#release.run(container, item);
  }
}
