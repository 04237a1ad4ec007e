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

/** Bytes for a value besides its characters and what is in it. */
const OVERHEAD = 8;

/** For a property besides its name and its value: reading one by name takes longer than reading an item of an array. */
const PROPERTY_OVERHEAD = 24;

/** A lighter value is measured anew each time, which is faster than to look it up. */
const MIN_KNOWN_WEIGHT = 512;

/**
 * How heavy values are: at least about their length as JSON, which is also what it takes to read them once. A value that occurs in several
 * places counts in each, as it does in JSON; each part of a document is measured once.
 */
export class Weights {
  readonly #known = new WeakMap<object, number>();

  of(value: Value): number {
    if (typeof value === 'string') return OVERHEAD + value.length;
    return typeof value === 'object' && value !== null ? this.#ofParts(value) : OVERHEAD;
  }

  #ofParts(value: object): number {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    let weight = OVERHEAD;
    if (Array.isArray(value)) {
      for (const item of value) weight += this.of(item as JsonValue); // items of a Value are JSON
    } else {
      const members = value as Readonly<Record<string, JsonValue>>; // neither a scalar nor an array: an object of values
      for (const name in members) weight += PROPERTY_OVERHEAD + name.length + this.of(members[name]);
    }
    if (weight >= MIN_KNOWN_WEIGHT) this.#known.set(value, weight);
    return weight;
  }
}
