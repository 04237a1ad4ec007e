import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Sorts after every effective partition key, since these are upper-case hexadecimal. */
export const HIGHEST_EPK = 'G';

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
