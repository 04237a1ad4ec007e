import type { JsonObject, JsonValue } from '../../model/json.ts';

/** The value of an expression: a JSON value, or `undefined`, which is SQL's undefined and distinct from null. */
export type Value = undefined | JsonValue;

export function isArray(value: Value): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function isObject(value: Value): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The number, or undefined for NaN and the infinities, which have no JSON form. */
export function finite(value: number): Value {
  return Number.isFinite(value) ? value : undefined;
}

/** Reads the property of that name; undefined for what is not an object or has none. */
export function memberReader(name: string): (object: Value) => Value {
  return isInherited(name) ? (object) => ownMember(object, name) : (object) => plainMember(object, name);
}

/** The same for a name known only when the query runs. */
export function readMember(object: Value, name: string): Value {
  return isInherited(name) ? ownMember(object, name) : plainMember(object, name);
}

/** Reads `value[index]`: a position of an array, or a property by its name. */
export function readIndex(value: Value, index: Value): Value {
  if (typeof index === 'string') return readMember(value, index);
  return typeof index === 'number' && Array.isArray(value) ? (value[index] as Value) : undefined; // items of a Value are
}

/** Names that every array or object inherits in JavaScript, and array indexes: for these only an own property counts. */
function isInherited(name: string): boolean {
  return name in Array.prototype || /^\d+$/.test(name);
}

function plainMember(object: Value, name: string): Value {
  if (typeof object !== 'object' || object === null) return undefined;
  // An array has no own or inherited property of this name, see isInherited.
  return (object as Readonly<Record<string, Value>>)[name];
}

function ownMember(object: Value, name: string): Value {
  return isObject(object) && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Adds a property unless the value is undefined; `__proto__` becomes a property like any other. */
export function setMember(object: Record<string, JsonValue>, name: string, value: Value): void {
  if (value === undefined) return;
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
