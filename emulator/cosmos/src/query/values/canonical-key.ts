import { createHash } from 'node:crypto';
import type { Value } from './value.ts';

/** A longer key is replaced by its hash: a Map of long strings would compare all those of the same length with one another. */
const MAX_KEY_LENGTH = 256;

/**
 * A string that two values share exactly when they are equal (`equalValues`): the key of DISTINCT, GROUP BY and the set
 * functions. The property order of objects does not matter, -0 is 0, and undefined has a key of its own.
 */
export function canonicalKey(value: Value): string {
  const key = keyOf(value);
  // Not as UTF-8, in which all lone surrogates are the same.
  return key.length <= MAX_KEY_LENGTH ? key : createHash('sha256').update(key, 'utf16le').digest('hex');
}

function keyOf(value: Value): string {
  switch (typeof value) {
    case 'string':
      return keyOfString(value);
    case 'undefined':
      return 'undefined';
    case 'object':
      return keyOfObjectType(value);
    default:
      return String(value); // String(-0) is '0'
  }
}

/** The length says where the text ends, which is faster than escaping it. */
function keyOfString(text: string): string {
  return `"${text.length}:${text}`;
}

function keyOfObjectType(value: object | null): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return keyOfArray(value);
  const members = value as Readonly<Record<string, Value>>; // neither null nor an array: an object of values
  let key = '{';
  for (const name of Object.keys(members).sort()) key += `${keyOfString(name)}${keyOf(members[name])},`;
  return `${key}}`;
}

function keyOfArray(items: readonly Value[]): string {
  let key = '[';
  for (const item of items) key += `${keyOf(item)},`;
  return `${key}]`;
}
