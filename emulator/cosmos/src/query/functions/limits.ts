import { CosmosError } from '../../model/errors.ts';
import type { JsonValue } from '../../model/json.ts';

/** Twice the size of the largest item, in UTF-16 code units. A limit of this server, since nested calls can double a string each time. */
const MAX_STRING_LENGTH = 4 * 1024 * 1024;

/** In items. A limit of this server, for the same reason. */
const MAX_ARRAY_LENGTH = 1_000_000;

/**
 * Joins the parts, with the separator between them.
 * @throws CosmosError BadRequest when the result would be longer than any item could hold
 */
export function boundedJoin(name: string, parts: readonly string[], separator = ''): string {
  const length = parts.reduce((total, part) => total + part.length + separator.length, 0);
  if (length > MAX_STRING_LENGTH) {
    throw new CosmosError('BadRequest', `${name}: the result is longer than ${MAX_STRING_LENGTH} characters`);
  }
  return parts.join(separator);
}

/**
 * The arrays one after the other.
 * @throws CosmosError BadRequest when they hold more than a million items
 */
export function boundedArray(name: string, arrays: readonly (readonly JsonValue[])[]): readonly JsonValue[] {
  const length = arrays.reduce((total, array) => total + array.length, 0);
  if (length > MAX_ARRAY_LENGTH) {
    throw new CosmosError('BadRequest', `${name}: the result has more than ${MAX_ARRAY_LENGTH} items`);
  }
  return arrays.flat(1);
}
