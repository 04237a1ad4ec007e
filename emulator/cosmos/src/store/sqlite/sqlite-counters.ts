import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Counters } from '../store.ts';

/** Counts in memory and writes each changed counter once per transaction. */
export class SqliteCounters implements Counters {
  readonly #values = new Map<string, number>();
  #changed = new Map<string, number>();
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;

  constructor(database: DatabaseSync) {
    this.#select = database.prepare('SELECT value FROM counters WHERE name = ?');
    this.#upsert = database.prepare(
      'INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
  }

  current(name: string): number {
    return this.#changed.get(name) ?? this.#committed(name);
  }

  next(name: string): number {
    const value = this.current(name) + 1;
    this.#changed.set(name, value);
    return value;
  }

  /** Called before COMMIT. If that fails, `invalidate` must follow. */
  flush(): void {
    for (const [name, value] of this.#changed) this.#upsert.run(name, value);
    for (const [name, value] of this.#changed) this.#values.set(name, value);
    this.#changed.clear();
  }

  /** Called after ROLLBACK: drops the cached numbers, and the table is read again. */
  invalidate(): void {
    this.#values.clear();
    this.#changed.clear();
  }

  snapshot(): ReadonlyMap<string, number> {
    return new Map(this.#changed);
  }

  restore(snapshot: ReadonlyMap<string, number>): void {
    this.#changed = new Map(snapshot);
  }

  #committed(name: string): number {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const value = Number(this.#select.get(name)?.value ?? 0);
    this.#values.set(name, value);
    return value;
  }
}
