import type { JsonObject, JsonValue } from '../../model/json.ts';
import { isObject, type Value } from './value.ts';

/**
 * Deep equality without coercion: arrays by position, objects whatever the order of their properties. Values of different
 * types are unequal, undefined equals undefined only, and -0 equals 0.
 */
export function equalValues(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left)) return Array.isArray(right) && equalArrays(left, right);
  // Neither null nor an array nor a scalar: only an object is left.
  return !Array.isArray(right) && equalObjects(left as JsonObject, right as JsonObject);
}

/**
 * The `=` operator: undefined when either side is, else whether both are the same. Values of different types are unequal
 * rather than incomparable, so `c.x != null` finds every item whose `x` is defined and not null, as the service does.
 */
export function equalityOperator(left: Value, right: Value): boolean | undefined {
  if (left === undefined || right === undefined) return undefined;
  return equalValues(left, right);
}

/** A test for equality with one value, whose work does not exceed the size of the value that it is given. */
export function equalityMatcher(value: Value): (given: Value) => boolean {
  if (typeof value !== 'object' || value === null) return (given) => given === value;
  if (Array.isArray(value)) {
    const matchers = value.map((item) => equalityMatcher(item as JsonValue)); // items of a Value are JSON
    return (given) =>
      Array.isArray(given) &&
      given.length === matchers.length &&
      matchers.every((matches, index) => matches(given[index] as JsonValue)); // items of a Value are JSON
  }
  const members = membersOf(value as JsonObject, equalityMatcher); // neither an array nor a scalar
  return (given) => isObject(given) && hasMembers(given, members) && Object.keys(given).length === members.length;
}

/** The same for ARRAY_CONTAINS with a partial match: of an object, the properties of `pattern` are enough. */
export function partialMatcher(pattern: Value): (given: Value) => boolean {
  if (!isObject(pattern)) return equalityMatcher(pattern);
  const members = membersOf(pattern, partialMatcher);
  return (given) => isObject(given) && hasMembers(given, members);
}

type Members = readonly (readonly [name: string, matches: (given: Value) => boolean])[];

function membersOf(object: JsonObject, matcher: (value: Value) => (given: Value) => boolean): Members {
  return Object.entries(object).map(([name, value]) => [name, matcher(value)]);
}

function hasMembers(given: JsonObject, members: Members): boolean {
  return members.every(([name, matches]) => Object.hasOwn(given, name) && matches(given[name]));
}

function equalArrays(left: readonly JsonValue[], right: readonly JsonValue[]): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) {
    if (!equalValues(left[index], right[index])) return false;
  }
  return true;
}

function equalObjects(left: JsonObject, right: JsonObject): boolean {
  let unmatched = 0;
  for (const name in left) {
    if (!Object.hasOwn(right, name) || !equalValues(left[name], right[name])) return false;
    unmatched++;
  }
  for (const _ in right) unmatched--;
  return unmatched === 0;
}
