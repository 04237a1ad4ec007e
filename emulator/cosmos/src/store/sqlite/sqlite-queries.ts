import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { PathCondition } from '../../query/plan/filters.ts';
import {
  type ItemQueries,
  MAX_LISTED_BYTES,
  type NumberWindow,
  type QueriedItem,
  type QueriedSelection,
  type ScanOptions,
} from '../item-queries.ts';
import type { ItemSelection } from '../store.ts';
import type { CheckedItem, Checksums } from './integrity.ts';

/** Prepared statements that are cached: they differ by the paths in the conditions. */
const MAX_STATEMENTS = 100;

/** Sorts after every effective partition key, since these are upper-case hexadecimal. */
export const HIGHEST_EPK = 'G';

const IN_RANGE = 'container = ? AND range = ?';
const STATE = 'lsn, expires_at AS expiresAt, checksum';
/** Of a list of items. SQLite knows the length of a text without reading it. */
const COLUMNS = `number, iif(octet_length(body) > ${MAX_LISTED_BYTES}, NULL, body) AS body, ${STATE}`;

export class SqliteQueries implements ItemQueries {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  readonly #checksums: Checksums;

  constructor(database: DatabaseSync, checksums: Checksums) {
    this.#database = database;
    this.#checksums = checksums;
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
    const statement = this.#prepareItems(`SELECT ${COLUMNS} FROM items INDEXED BY items_by_range
      WHERE ${IN_RANGE} AND number BETWEEN ? AND ?${sql} ORDER BY number ${order} LIMIT ?`);
    return this.#toItems(statement.all(selection.container, selection.range, first, last, ...values, limit));
  }

  read(selection: QueriedSelection, numbers: readonly number[]): QueriedItem[] {
    const { sql, values } = conditionsOf(selection);
    // Without NOT INDEXED, SQLite chooses the index by key and scans a whole logical partition for one item.
    const statement = this.#prepareItems(`SELECT ${COLUMNS} FROM items NOT INDEXED
      WHERE number IN (SELECT value FROM json_each(?)) AND ${IN_RANGE}${sql}`);
    return this.#toItems(statement.all(JSON.stringify(numbers), selection.container, selection.range, ...values));
  }

  body(container: number, number: number): string | undefined {
    const sql = `SELECT number, body, ${STATE} FROM items WHERE number = ? AND container = ?`;
    const row: unknown = this.#prepareItems(sql).get(number, container);
    if (row === undefined) return undefined;
    const [, body, ...state] = columnsOf(row) as Columns; // as they are selected
    this.#assertUndamaged(number, body, state);
    return body ?? undefined;
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

  /** Prepares a statement whose rows `#toItems` reads. */
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

  #toItems(rows: readonly unknown[]): QueriedItem[] {
    return rows.map((row) => {
      const [number, body, ...state] = columnsOf(row) as Columns; // as they are selected
      if (body === null) return { number };
      this.#assertUndamaged(number, body, state);
      return { number, body };
    });
  }

  #assertUndamaged(number: number, body: string | null, [lsn, expiresAt, checksum]: readonly unknown[]): void {
    this.#checksums.assertItem({ number, body, lsn, expiresAt } as CheckedItem, checksum); // the columns are the type's
  }
}

/** The columns of a row. Node.js before 22.16 gives objects, later ones arrays. */
export function columnsOf(row: unknown): readonly unknown[] {
  return Array.isArray(row) ? row : Object.values(row as object);
}

type Columns = readonly [number: number, body: string | null, ...state: unknown[]];

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

/** A condition in SQL over the item's text, and what it binds. */
interface Prefilter {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** A condition with more values than this is left to the query. */
const MAX_VALUES = 32;

/**
 * Conditions in SQL that every wanted item meets. Other items may meet them as well, so the query checks again: SQLite does not
 * distinguish true from 1 nor null from a missing value, rounds numbers in its own way, and orders text by bytes.
 */
function prefilterOf(conditions: readonly PathCondition[]): Prefilter {
  const parts = conditions.map(partOf).filter((part) => part !== undefined);
  return { sql: parts.map(({ sql }) => ` AND ${sql}`).join(''), values: parts.flatMap(({ values }) => values) };
}

/** Names that need no escaping in JSON text and in a JSON path. */
const PLAIN_NAME = /^[^"\\\p{Cc}\p{Cs}]+$/u;

function partOf(condition: PathCondition): Prefilter | undefined {
  if (!condition.path.every((name) => PLAIN_NAME.test(name))) return undefined;
  const path = `$${condition.path.map((name) => `."${name}"`).join('')}`;
  const part = ofAmong(condition) ?? ofPrefix(condition) ?? ofBounds(condition);
  return part && { sql: part.sql.replaceAll('@', 'body ->> ?'), values: part.values.map((value) => value ?? path) };
}

/** `@` in the SQL is the value at the path; undefined among the bound values is the path itself. */
interface Template {
  readonly sql: string;
  readonly values: readonly (string | number | undefined)[];
}

function ofAmong({ among }: PathCondition): Template | undefined {
  if (among === undefined || among.length > MAX_VALUES) return undefined;
  const parts = among.map(ofValue);
  if (parts.some((part) => part === undefined)) return undefined;
  const known = parts.filter((part) => part !== undefined);
  if (known.length === 0) return { sql: 'false', values: [] };
  return { sql: `(${known.map(({ sql }) => sql).join(' OR ')})`, values: known.flatMap(({ values }) => values) };
}

function ofValue(value: null | boolean | number | string): Template | undefined {
  if (value === null) return { sql: '@ IS NULL', values: [undefined] };
  if (typeof value === 'boolean') return { sql: '@ = ?', values: [undefined, value ? 1 : 0] };
  if (typeof value === 'string') return isPlainText(value) ? { sql: '@ = ?', values: [undefined, value] } : undefined;
  const { low, high } = around(value);
  return { sql: '@ BETWEEN ? AND ?', values: [undefined, low, high] };
}

function ofPrefix({ prefix }: PathCondition): Template | undefined {
  if (prefix === undefined || !isPlainText(prefix)) return undefined;
  return { sql: 'substr(@, 1, ?) = ?', values: [undefined, [...prefix].length, prefix] };
}

function ofBounds({ lower, upper }: PathCondition): Template | undefined {
  const parts: Template[] = [];
  if (typeof lower?.value === 'number') parts.push({ sql: '@ >= ?', values: [undefined, around(lower.value).low] });
  if (typeof upper?.value === 'number') parts.push({ sql: '@ <= ?', values: [undefined, around(upper.value).high] });
  if (parts.length === 0) return undefined;
  return { sql: parts.map(({ sql }) => sql).join(' AND '), values: parts.flatMap(({ values }) => values) };
}

/** Wider than any difference between SQLite's reading of a number and JavaScript's. */
const RELATIVE_ERROR = 1e-12;

function around(value: number): { low: number; high: number } {
  const error = Math.abs(value) * RELATIVE_ERROR;
  return { low: value - error, high: value + error };
}

/** SQLite ends some texts at a NUL, and halves of surrogate pairs have no UTF-8 form. */
function isPlainText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/**
 * Prepares a statement whose rows are arrays, which cost a quarter less than objects. Node.js before 22.16 has objects only, so
 * the reader of the rows must accept both.
 */
export function prepareArrayRows(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  if ('setReturnArrays' in statement) statement.setReturnArrays(true);
  return statement;
}

/**
 * SQL for the numbers of the given rows, in one JSON text; its last parameter limits how many. One result row per number takes
 * ten times as long, and ten times the memory.
 */
export function numbersOf(rows: string): string {
  return `SELECT json_group_array(number) AS numbers FROM (SELECT number FROM ${rows} LIMIT ?)`;
}

/** Reads the row of {@link numbersOf}, which was asked for one number more than `limit`. Undefined when there are more than `limit`. */
export function readNumbers(row: Record<string, unknown> | undefined, limit: number): number[] | undefined {
  const numbers = JSON.parse(String(row?.numbers)) as number[]; // `numbersOf` makes SQLite write an array of integers
  return numbers.length > limit ? undefined : numbers;
}
