import { CosmosError } from '../errors.ts';
import { murmurHash32, murmurHash128 } from './murmur-hash.ts';
import type { PartitionKeyComponent, PartitionKeyDefinition, PartitionKeyValue } from './partition-key.ts';

/** Effective partition keys from `min` (included) to `max` (excluded), compared as text. */
export interface EpkRange {
  readonly min: string;
  readonly max: string;
}

/** Every effective partition key is between these two. */
export const FULL_EPK_RANGE: EpkRange = { min: '', max: 'FF' };

/** First bytes of the hashed form of a component. Source: the SDK, utils/hashing/encoding/prefix. */
const TYPE_BYTE = { undefined: 0x00, null: 0x01, false: 0x02, true: 0x03, number: 0x05, string: 0x08 } as const;

/** Version 1 only hashes the first 100 characters of a string. Source: the SDK, utils/hashing/v1. */
const V1_STRING_CHARACTERS = 100;
const V1_STRING_END = 0x00;
const V2_STRING_END = 0xff;

/** Version 2 clears the two upper bits, so that no hash comes near the end of the space, "FF". */
const V2_FIRST_BYTE_MASK = 0x3f;
const V2_SPACE = 0x40000000;

/**
 * The effective partition key in upper-case hexadecimal: the position of the item in the container's hash space, as the SDK computes
 * it for bulk requests. For a prefix of a hierarchical key it is the common start of all keys below it.
 */
export function effectivePartitionKey(key: PartitionKeyValue, definition: PartitionKeyDefinition): string {
  if (definition.kind === 'MultiHash') return key.map((component) => hashV2([component])).join('');
  return definition.version === 2 ? hashV2(key) : hashV1(key[0]);
}

/** The range that holds exactly the items of a full key, or all items under a prefix of a hierarchical key. */
export function epkRangeOf(key: PartitionKeyValue, definition: PartitionKeyDefinition): EpkRange {
  const start = effectivePartitionKey(key, definition);
  return { min: start, max: `${start}FF` };
}

/**
 * Cuts the hash space of a container into `count` physical partitions of equal share, in order, without gaps.
 *
 * @throws CosmosError BadRequest when count is not a whole number from 1 to 10,000
 */
export function splitEpkSpace(count: number, definition: PartitionKeyDefinition): readonly EpkRange[] {
  if (!Number.isInteger(count) || count < 1 || count > 10_000) {
    throw new CosmosError('BadRequest', `The number of physical partitions is ${count}, expected 1 to 10000`);
  }
  const boundaryAt = definition.kind === 'MultiHash' || definition.version === 2 ? boundaryV2 : boundaryV1;
  return Array.from({ length: count }, (_, index) => ({
    min: index === 0 ? FULL_EPK_RANGE.min : boundaryAt(index / count),
    max: index === count - 1 ? FULL_EPK_RANGE.max : boundaryAt((index + 1) / count),
  }));
}

/** The index of the range that holds `epk`, among ranges as `splitEpkSpace` gives them; -1 when none does. */
export function indexOfRange(ranges: readonly EpkRange[], epk: string): number {
  return ranges.findIndex((range) => range.min <= epk && epk < range.max);
}

/** The part that both ranges hold; undefined when they do not overlap. */
export function intersectEpkRanges(left: EpkRange, right: EpkRange): EpkRange | undefined {
  const [, min = ''] = [left.min, right.min].sort();
  const [max = ''] = [left.max, right.max].sort();
  return min < max ? { min, max } : undefined;
}

function hashV2(key: PartitionKeyValue): string {
  const hash = murmurHash128(Buffer.concat(key.map((component) => hashedForm(component, V2_STRING_END)))).reverse();
  hash[0] = (hash[0] ?? 0) & V2_FIRST_BYTE_MASK;
  return toHex(hash);
}

function hashV1(component: PartitionKeyComponent): string {
  const seen = typeof component === 'string' ? component.slice(0, V1_STRING_CHARACTERS) : component;
  const hash = murmurHash32(hashedForm(seen, V1_STRING_END));
  return toHex(Buffer.concat([encodeNumberV1(hash), encodedForm(seen)]));
}

/** The bytes that are hashed: type, value, and the end mark of strings. */
function hashedForm(component: PartitionKeyComponent, stringEnd: number): Buffer {
  if (typeof component === 'string') {
    const length = Buffer.byteLength(component);
    const bytes = Buffer.allocUnsafe(length + 2);
    bytes[0] = TYPE_BYTE.string;
    bytes.write(component, 1);
    bytes[length + 1] = stringEnd;
    return bytes;
  }
  if (typeof component === 'number') {
    const bytes = Buffer.allocUnsafe(9);
    bytes[0] = TYPE_BYTE.number;
    bytes.writeDoubleLE(component, 1);
    return bytes;
  }
  return Buffer.from([typeByteOf(component)]);
}

/** The value as version 1 appends it to the hash: bytes that sort as the values do. Source: the SDK, utils/hashing/encoding. */
function encodedForm(component: PartitionKeyComponent): Buffer {
  if (typeof component === 'string') return encodeStringV1(component);
  if (typeof component === 'number') return encodeNumberV1(component);
  return Buffer.from([typeByteOf(component)]);
}

function typeByteOf(component: undefined | null | boolean): number {
  if (component === undefined) return TYPE_BYTE.undefined;
  if (component === null) return TYPE_BYTE.null;
  return component ? TYPE_BYTE.true : TYPE_BYTE.false;
}

/** @param share 0 < share < 1 */
function boundaryV2(share: number): string {
  const start = Math.floor(share * V2_SPACE);
  return start.toString(16).toUpperCase().padStart(8, '0').padEnd(32, '0');
}

/** Version 1 keys begin with their encoded hash, a number below 2^32, so boundaries are encoded numbers as well. */
function boundaryV1(share: number): string {
  return toHex(encodeNumberV1(Math.floor(share * 2 ** 32)));
}

function toHex(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase();
}

/**
 * A number as its sortable 64 bits, the first 8 in one byte and the rest in groups of 7; the lowest bit of a byte says that another
 * follows. Groups that would hold only zeros at the end are left out.
 */
function encodeNumberV1(value: number): Buffer {
  const sortable = Buffer.allocUnsafe(8);
  sortable.writeDoubleBE(value);
  makeSortable(sortable);
  const groups = [];
  for (let bit = 8; bit < 64; bit += 7) groups.push(sevenBitsAt(sortable, bit) << 1);
  while (groups.at(-1) === 0) groups.pop();
  const last = groups.length - 1;
  return Buffer.from([
    TYPE_BYTE.number,
    sortable[0] ?? 0,
    ...groups.map((group, index) => (index < last ? group | 1 : group)),
  ]);
}

/** A string of at most 100 characters: its UTF-8 bytes raised by one, then the end mark, which therefore sorts below every byte. */
function encodeStringV1(text: string): Buffer {
  const bytes = Buffer.from(text);
  // UTF-8 never contains the byte FF, so adding one cannot overflow.
  return Buffer.from([TYPE_BYTE.string, ...bytes.map((byte) => byte + 1), V1_STRING_END]);
}

/** Positive numbers get the upper bit, negative ones their two's complement: unsigned order is then numeric order. */
function makeSortable(bits: Buffer): void {
  const high = bits.readUInt32BE(0);
  const low = bits.readUInt32BE(4);
  if (high < 0x80000000) {
    bits.writeUInt32BE((high ^ 0x80000000) >>> 0, 0);
    return;
  }
  bits.writeUInt32BE((~high + (low === 0 ? 1 : 0)) >>> 0, 0);
  bits.writeUInt32BE(-low >>> 0, 4);
}

function sevenBitsAt(bytes: Buffer, bit: number): number {
  const index = bit >>> 3;
  const pair = ((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0);
  return (pair >>> (9 - (bit & 7))) & 0x7f;
}
