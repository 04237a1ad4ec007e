import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { ItemQueries, NumberWindow, QueriedItem, QueriedSelection, ScanOptions } from '../item-queries.ts';
import type { ItemSelection } from '../store.ts';
import { prefilterOf } from './prefilter.ts';
import { HIGHEST_EPK, numbersOf, prepareArrayRows, readNumbers } from './statements.ts';

/** Prepared statements that are cached: they differ by the paths in the conditions. */
const MAX_STATEMENTS = 100;

const IN_RANGE = 'container = ? AND range = ?';

export class SqliteQueries implements ItemQueries {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  bounds({ container, range }: ItemSelection): NumberWindow | undefined {
    const end = (direction: 'ASC' | 'DESC') =>
      this.#prepare(
        `SELECT number FROM items INDEXED BY items_by_range WHERE ${IN_RANGE} ORDER BY number ${direction} LIMIT 1`,
      ).get(container, range)?.number;
    const first = end('ASC');
    return first === undefined ? undefined : { first: Number(first), last: Number(end('DESC')) };
  }

  scan(selection: QueriedSelection, { first, last }: NumberWindow, { limit, descending }: ScanOptions): QueriedItem[] {
    const { sql, values } = conditionsOf(selection);
    const order = descending ? 'DESC' : 'ASC';
    const statement = this.#prepareItems(`SELECT number, body FROM items INDEXED BY items_by_range
      WHERE ${IN_RANGE} AND number BETWEEN ? AND ?${sql} ORDER BY number ${order} LIMIT ?`);
    return toItems(statement.all(selection.container, selection.range, first, last, ...values, limit));
  }

  read(selection: QueriedSelection, numbers: readonly number[]): QueriedItem[] {
    const { sql, values } = conditionsOf(selection);
    // Without NOT INDEXED, SQLite chooses the index by key and scans a whole logical partition for one item.
    const statement = this.#prepareItems(`SELECT number, body FROM items NOT INDEXED
      WHERE number IN (SELECT value FROM json_each(?)) AND ${IN_RANGE}${sql}`);
    return toItems(statement.all(JSON.stringify(numbers), selection.container, selection.range, ...values));
  }

  numbers(selection: QueriedSelection, limit: number): number[] | undefined {
    const { container, minEpk, maxEpk, partitionKey } = selection;
    const only = partitionKey === undefined ? '' : ' AND partition_key = ?';
    const bound = partitionKey === undefined ? [] : [partitionKey];
    const statement = this.#prepare(
      numbersOf(`items INDEXED BY items_by_key WHERE container = ? AND epk >= ? AND epk < ?${only}`),
    );
    return readNumbers(statement.get(container, minEpk ?? '', maxEpk ?? HIGHEST_EPK, ...bound, limit + 1), limit);
  }

  count({ container, range }: ItemSelection, limit: number): number {
    const statement = this.#prepare(`SELECT count(*) AS count FROM (
      SELECT 1 FROM items INDEXED BY items_by_range WHERE ${IN_RANGE} LIMIT ?)`);
    return Number(statement.get(container, range, limit)?.count);
  }

  /** Prepares a statement whose rows `toItems` reads. */
  #prepareItems(sql: string): StatementSync {
    return this.#prepare(sql, prepareArrayRows);
  }

  #prepare(sql: string, prepare = (database: DatabaseSync, text: string) => database.prepare(text)): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = prepare(this.#database, sql);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size >= MAX_STATEMENTS && oldest !== undefined) this.#statements.delete(oldest);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function conditionsOf(selection: QueriedSelection): { sql: string; values: SQLInputValue[] } {
  const { minEpk, maxEpk, partitionKey, now, conditions } = selection;
  const prefilter = prefilterOf(conditions);
  let sql = ' AND (expires_at IS NULL OR expires_at > ?)';
  const values: SQLInputValue[] = [now];
  if (minEpk !== undefined || maxEpk !== undefined) {
    sql += ' AND epk >= ? AND epk < ?';
    values.push(minEpk ?? '', maxEpk ?? HIGHEST_EPK);
  }
  if (partitionKey !== undefined) {
    sql += ' AND partition_key = ?';
    values.push(partitionKey);
  }
  return { sql: sql + prefilter.sql, values: [...values, ...prefilter.values] };
}

function toItems(rows: unknown): QueriedItem[] {
  const read = rows as readonly (readonly [number: number, body: string] | QueriedItem)[]; // the columns selected
  return read.map((row) => ('number' in row ? row : { number: row[0], body: row[1] }));
}
