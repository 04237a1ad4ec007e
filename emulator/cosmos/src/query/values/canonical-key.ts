import type { Value } from './value.ts';

/**
 * A string that two values share exactly when they are equal ({@link equalValues}): the key of DISTINCT, GROUP BY and the
 * set functions. The property order of objects does not matter, -0 is 0, and undefined has a key of its own.
 */
export function canonicalKey(value: Value): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'undefined':
      return 'undefined';
    case 'object':
      return keyOfObjectType(value);
    default:
      return String(value); // String(-0) is '0'
  }
}

function keyOfObjectType(value: object | null): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalKey).join(',')}]`;
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${canonicalKey(member)}`);
  return `{${members.sort().join(',')}}`;
}
