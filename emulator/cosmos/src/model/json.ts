import { CosmosError } from './errors.ts';

/** Any JSON value, as JSON.parse gives it. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: JsonValue;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The maximum depth of a path: documents cannot nest deeper in the service. Source: "Azure Cosmos DB service quotas". */
const MAX_PATH_SEGMENTS = 128;

/**
 * Splits a path as container definitions write it: `/a/b`, or with quoted segments `/"a b"/'c/d'`, into property names.
 * Inside quotes a backslash keeps the next character, as in the SDK's own parser (common/helper, parsePath).
 *
 * @throws CosmosError BadRequest when the path is not of this form
 */
export function parsePropertyPath(path: string): readonly string[] {
  const segments: string[] = [];
  let position = 0;
  while (position < path.length) {
    if (path[position] !== '/' || segments.length === MAX_PATH_SEGMENTS) throw invalidPath(path);
    const segment = readSegment(path, position + 1);
    segments.push(segment.name);
    position = segment.end;
  }
  if (segments.length === 0) throw invalidPath(path);
  return segments;
}

/** The value found by following property names from `root`; undefined when a step is missing. Array indexes are not followed. */
export function valueAt(root: unknown, segments: readonly string[]): unknown {
  let current = root;
  for (const segment of segments) {
    if (typeof current !== 'object' || current === null || Array.isArray(current)) return undefined;
    if (!Object.hasOwn(current, segment)) return undefined;
    current = (current as Record<string, unknown>)[segment]; // an own property of a plain object, checked above
  }
  return current;
}

function readSegment(path: string, start: number): { name: string; end: number } {
  const quote = path[start];
  if (quote === '"' || quote === "'") return readQuotedSegment(path, start, quote);
  const slash = path.indexOf('/', start);
  const end = slash === -1 ? path.length : slash;
  const name = path.slice(start, end).trim();
  if (name === '') throw invalidPath(path);
  return { name, end };
}

function readQuotedSegment(path: string, start: number, quote: string): { name: string; end: number } {
  let name = '';
  for (let position = start + 1; position < path.length; position++) {
    if (path[position] === quote) return { name, end: position + 1 };
    if (path[position] === '\\') position++;
    name += path[position] ?? '';
  }
  throw invalidPath(path);
}

function invalidPath(path: string): CosmosError {
  return new CosmosError(
    'BadRequest',
    `The path '${path.slice(0, 200)}' is invalid; a path such as /name or /"a name"/b is expected`,
  );
}

/** Source of both: "Azure Cosmos DB service quotas", per-item limits. */
export const MAX_ITEM_BYTES = 2 * 1024 * 1024;
export const MAX_ITEM_NESTING = 128;

/** @throws CosmosError RequestEntityTooLarge when an item is larger than 2 MB */
export function assertItemSize(sizeInBytes: number): void {
  if (sizeInBytes > MAX_ITEM_BYTES) throw new CosmosError('RequestEntityTooLarge', 'Request size is too large');
}

/**
 * Rejects values that cannot be stored: deep nesting, before anything recurses into it, and numbers beyond the range of a double,
 * which `JSON.parse` reads as infinite and `JSON.stringify` would write as null.
 *
 * @throws CosmosError BadRequest
 */
export function assertItemValues(item: unknown): void {
  assertValues(item, MAX_ITEM_NESTING);
}

function assertValues(value: unknown, levels: number): void {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new CosmosError(
      'BadRequest',
      'The item has a number that is beyond the range of a 64-bit floating-point number',
    );
  if (typeof value !== 'object' || value === null) return;
  if (levels === 0) throw new CosmosError('BadRequest', `The item is nested more than ${MAX_ITEM_NESTING} levels deep`);
  for (const member of Object.values(value)) assertValues(member, levels - 1);
}

/** Readers for members of request bodies: each returns the typed value, or throws a CosmosError BadRequest that names the member. */

export function readObject(value: unknown, name: string): JsonObject {
  if (!isJsonObject(value)) throw unexpected(value, name, 'an object');
  return value;
}

export function readString(value: unknown, name: string): string {
  if (typeof value !== 'string') throw unexpected(value, name, 'a string');
  return value;
}

export function readBoolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw unexpected(value, name, 'true or false');
  return value;
}

export function readNumber(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw unexpected(value, name, 'a number');
  return value;
}

/** @param limits both ends included */
export function readInteger(value: unknown, name: string, limits: { min: number; max: number }): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < limits.min || value > limits.max) {
    throw unexpected(value, name, `an integer from ${limits.min} to ${limits.max}`);
  }
  return value;
}

/** @param maxLength the most entries that are accepted */
export function readArray(value: unknown, name: string, maxLength: number): readonly unknown[] {
  if (!Array.isArray(value)) throw unexpected(value, name, 'an array');
  if (value.length > maxLength) {
    throw new CosmosError('BadRequest', `'${name}' has ${value.length} entries, at most ${maxLength} are allowed`);
  }
  return value;
}

/** One of the given words; letter case does not matter, and the result is spelled as in `words`. */
export function readWord<Word extends string>(value: unknown, name: string, words: readonly Word[]): Word {
  const found = typeof value === 'string' && words.find((word) => word.toLowerCase() === value.toLowerCase());
  if (!found) throw unexpected(value, name, words.join(', '));
  return found;
}

/** `read` of a member that may be missing; null counts as missing. */
export function readOptional<T>(
  value: unknown,
  name: string,
  read: (value: unknown, name: string) => T,
): T | undefined {
  return value === undefined || value === null ? undefined : read(value, name);
}

/** The object without its undefined members, as JSON would write it. */
export function withoutUndefined<T extends object>(members: { [Name in keyof T]: T[Name] | undefined }): T {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as T; // the optional members are the ones that may be undefined
}

function unexpected(value: unknown, name: string, expected: string): CosmosError {
  const shown = JSON.stringify(value)?.slice(0, 100) ?? 'missing';
  return new CosmosError('BadRequest', `'${name}' is ${shown}, expected ${expected}`);
}
