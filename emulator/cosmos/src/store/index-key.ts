import type { JsonValue } from '../model/json.ts';
import type { Bound, PathCondition } from '../query/index.ts';

/**
 * The values of a path as bytes whose order is that of ORDER BY: a byte for the type (undefined, null, boolean, number, string, array,
 * object), then the value. Source of the order: `compareValues`; a property test holds the two against each other.
 */

const RANK = { undefined: 0, null: 1, boolean: 2, number: 4, string: 5, array: 6, object: 7 } as const;

/** Longer strings are cut: those that begin alike share a key. */
export const MAX_INDEX_KEY_BYTES = 256;
/** Above every byte that a string's key contains. */
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

/** Keys from `lower` (included) to `upper` (excluded). */
export interface KeyRange {
  readonly lower: Uint8Array;
  readonly upper: Uint8Array;
}

/** All keys there are. */
export const ALL_KEYS: KeyRange = { lower: Buffer.from([0]), upper: Buffer.from([RANK.object + 1]) };

/** The keys of the values that meet a condition, in order and not overlapping; of strings that are cut, perhaps of more. */
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

/** No value lies between a number and a text. */
function isOfOneType(lower: Bound | undefined, upper: Bound | undefined): boolean {
  return !lower || !upper || indexKey(lower.value)[0] === indexKey(upper.value)[0];
}

/** Whether the ranges of a condition hold its values and no others. */
export function isExactCondition({ among, lower, upper, prefix }: PathCondition): boolean {
  if (prefix !== undefined) return stringKey(prefix).length < MAX_INDEX_KEY_BYTES;
  const values = among ?? [lower?.value, upper?.value].filter((value) => value !== undefined);
  return values.every((value) => isExactKey(indexKey(value)));
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

/** Whether values with the bound's key may be inside: a cut key stands for values on both sides of it. */
function mayEqual(key: Buffer, { inclusive }: Bound): boolean {
  return inclusive || !isExactKey(key);
}

/** The next key in the order: nothing lies between. */
function justAbove(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.from([0])]);
}

/** IEEE 754 bits, big-endian; the sign turned so that bytes compare as the numbers do. */
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
  // No character takes less than a byte.
  const start = value.slice(0, MAX_INDEX_KEY_BYTES);
  const bytes = SURROGATE.test(start) ? surrogateBytes(start) : Buffer.from(start);
  const key = Buffer.allocUnsafe(Math.min(bytes.length + 1, MAX_INDEX_KEY_BYTES));
  key[0] = RANK.string;
  bytes.copy(key, 1);
  return key;
}

/** Surrogates one by one behind all other characters, so that halves without their pair have a place as well. */
function surrogateBytes(text: string): Buffer {
  const parts: Buffer[] = [];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const isSurrogate = unit >= 0xd800 && unit <= 0xdfff;
    parts.push(isSurrogate ? Buffer.from([0xf0, (unit >> 8) & 0x07, unit & 0xff]) : Buffer.from(text[index] ?? ''));
  }
  return Buffer.concat(parts);
}
