import type { PathCondition } from '../../query/plan/filters.ts';

/** A condition in SQL over the item's text, and what it binds. */
export interface Prefilter {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** A condition with more values than this is left to the query. */
const MAX_VALUES = 32;

/**
 * Conditions in SQL that every wanted item meets. Other items may meet them as well, so the query checks again: SQLite does not
 * distinguish true from 1 nor null from a missing value, rounds numbers in its own way, and orders text by bytes.
 */
export function prefilterOf(conditions: readonly PathCondition[]): Prefilter {
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
