import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { Value } from './value.ts';

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
