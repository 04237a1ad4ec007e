import type { JsonValue } from '../../model/json.ts';
import type { Value } from './value.ts';

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
