import { type JsonValue, valueAt } from '../model/json.ts';
import type { Bound, PathCondition } from '../query/plan/filters.ts';
import type { IndexEntry, IndexedPath, IndexSelection, KeyRange } from './item-queries.ts';

/**
 * Encodes a value as bytes whose order is that of ORDER BY: a byte for the type (undefined, null, boolean, number, string, array,
 * object), then the value. Source of the order: `compareValues`; a property test holds the two against each other.
 */

const RANK = { undefined: 0, null: 1, boolean: 2, number: 4, string: 5, array: 6, object: 7 } as const;

/** Longer keys are truncated: strings that share a prefix of this length share a key. */
export const MAX_INDEX_KEY_BYTES = 256;
/** Greater than every byte of a string's key. */
const ABOVE_STRINGS = 0xff;

export function indexKey(value: JsonValue | undefined): Buffer {
  switch (typeof value) {
    case 'number':
      return numberKey(value);
    case 'string':
      return stringKey(value);
    case 'boolean':
      return Buffer.from([RANK.boolean, value ? 1 : 0]);
    case 'undefined':
      return Buffer.from([RANK.undefined]);
    default:
      if (value === null) return Buffer.from([RANK.null]);
      return Buffer.from([Array.isArray(value) ? RANK.array : RANK.object]);
  }
}

/** Whether only equal values have this key. */
export function isExactKey(key: Uint8Array): boolean {
  const [rank = 0] = key;
  return rank < RANK.array && key.length < MAX_INDEX_KEY_BYTES;
}

/** All keys there are. */
export const ALL_KEYS: KeyRange = { lower: Buffer.from([0]), upper: Buffer.from([RANK.object + 1]) };

/** The keys of the values that meet a condition, in order and without overlap; truncated strings may add further values. */
export function keyRangesOf({ among, lower, upper, prefix }: PathCondition): readonly KeyRange[] {
  if (among) return distinctRanges(among.map((value) => pointOf(indexKey(value))));
  if (prefix !== undefined) {
    const start = stringKey(prefix);
    return [{ lower: start, upper: Buffer.concat([start, Buffer.from([ABOVE_STRINGS])]) }];
  }
  return rangeBetween(lower, upper);
}

function rangeBetween(lower: Bound | undefined, upper: Bound | undefined): readonly KeyRange[] {
  const from = lower && lowestKey(lower);
  const to = upper && keyAbove(upper);
  const [rank = 0] = lower ? indexKey(lower.value) : upper ? indexKey(upper.value) : [];
  const range = { lower: from ?? Buffer.from([rank]), upper: to ?? Buffer.from([rank + 1]) };
  return Buffer.compare(range.lower, range.upper) < 0 && isOfOneType(lower, upper) ? [range] : [];
}

function lowestKey(bound: Bound): Buffer {
  const key = indexKey(bound.value);
  return mayEqual(key, bound) ? key : justAbove(key);
}

function keyAbove(bound: Bound): Buffer {
  const key = indexKey(bound.value);
  return mayEqual(key, bound) ? justAbove(key) : key;
}

/** Bounds of different types leave no values between them. */
function isOfOneType(lower: Bound | undefined, upper: Bound | undefined): boolean {
  return !lower || !upper || indexKey(lower.value)[0] === indexKey(upper.value)[0];
}

/** Whether the ranges of a condition hold its values and no others. */
export function isExactCondition({ among, lower, upper, prefix }: PathCondition): boolean {
  if (prefix !== undefined) return stringKey(prefix).length < MAX_INDEX_KEY_BYTES;
  const values = among ?? [lower?.value, upper?.value].filter((value) => value !== undefined);
  return values.every((value) => isExactKey(indexKey(value)));
}

/** The key of an item in an index; in an index by partition it is the effective partition key, then the key of the value. */
export function entryKey({ path, byPartition }: IndexedPath, epk: string, item: JsonValue): Buffer {
  const key = indexKey(valueAt(item, path) as JsonValue | undefined); // of an item's JSON
  return byPartition ? withPartition(epk, key) : key;
}

/** The keys of the entries that are selected. */
export function entryKeys({ epk, keys }: IndexSelection): KeyRange {
  return epk === undefined ? keys : { lower: withPartition(epk, keys.lower), upper: withPartition(epk, keys.upper) };
}

/** Converts an entry to the form in which the index stores it. */
export function toStoredEntry({ key, number }: IndexEntry, { epk }: IndexSelection): IndexEntry {
  return { key: epk === undefined ? key : withPartition(epk, key), number };
}

/** The inverse of {@link toStoredEntry}: its key is that of the value alone. */
export function fromStoredEntry({ key, number }: IndexEntry, { epk }: IndexSelection): IndexEntry {
  return { key: epk === undefined ? key : key.subarray(epk.length + 1), number };
}

function distinctRanges(ranges: readonly KeyRange[]): readonly KeyRange[] {
  const sorted = ranges.toSorted((left, right) => Buffer.compare(left.lower, right.lower));
  return sorted.filter(({ lower }, index) => {
    const before = sorted[index - 1];
    return before === undefined || Buffer.compare(before.lower, lower) !== 0;
  });
}

function pointOf(key: Buffer): KeyRange {
  return { lower: key, upper: justAbove(key) };
}

/** Whether values with the bound's key may lie inside: a truncated key is shared by values on both sides of the bound. */
function mayEqual(key: Buffer, { inclusive }: Bound): boolean {
  return inclusive || !isExactKey(key);
}

/** The next key in the order, with no key in between. */
function justAbove(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.from([0])]);
}

/** IEEE 754 bits, big-endian, with the sign bit changed so that bytes compare as the numbers do. */
function numberKey(value: number): Buffer {
  const key = Buffer.allocUnsafe(9);
  key[0] = RANK.number;
  key.writeDoubleBE(value === 0 ? 0 : value, 1); // -0 equals 0
  const isNegative = value < 0;
  for (let index = 1; index < 9; index++) key[index] = (key[index] ?? 0) ^ (isNegative ? 0xff : index === 1 ? 0x80 : 0);
  return key;
}

const SURROGATE = /[\ud800-\udfff]/;

/** UTF-8, whose order is that of code points. */
function stringKey(value: string): Buffer {
  // Every character takes at least one byte.
  const start = value.slice(0, MAX_INDEX_KEY_BYTES);
  const bytes = SURROGATE.test(start) ? surrogateBytes(start) : Buffer.from(start);
  const key = Buffer.allocUnsafe(Math.min(bytes.length + 1, MAX_INDEX_KEY_BYTES));
  key[0] = RANK.string;
  bytes.copy(key, 1);
  return key;
}

/** Encodes each surrogate on its own, above all other characters, so that unpaired ones are ordered as well. */
function surrogateBytes(text: string): Buffer {
  const parts: Buffer[] = [];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const isSurrogate = unit >= 0xd800 && unit <= 0xdfff;
    parts.push(isSurrogate ? Buffer.from([0xf0, (unit >> 8) & 0x07, unit & 0xff]) : Buffer.from(text[index] ?? ''));
  }
  return Buffer.concat(parts);
}

/** Effective partition keys are hexadecimal, so the zero byte separates them from the key and keeps their entries apart. */
function withPartition(epk: string, key: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${epk}\0`, 'latin1'), key]);
}
