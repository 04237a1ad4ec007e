import type { JsonObject, JsonValue } from '../../model/json.ts';

/** What an expression yields: a JSON value, or `undefined`, which is SQL's undefined and distinct from null. */
export type Value = undefined | JsonValue;

export function isArray(value: Value): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function isObject(value: Value): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A number the service would yield; NaN and the infinities have no JSON form, so they become undefined. */
export function finite(value: number): Value {
  return Number.isFinite(value) ? value : undefined;
}
