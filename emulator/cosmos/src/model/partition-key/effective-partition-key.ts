import { CosmosError } from '../errors.ts';
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

/**
 * MurmurHash3 (Austin Appleby, public domain): the x86 32-bit and x64 128-bit variants, both with seed 0, without BigInt because
 * every write hashes its partition key. Source: https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
 */

/** The x86 32-bit hash, as an unsigned number. */
export function murmurHash32(bytes: Uint8Array): number {
  const blocksEnd = bytes.length - (bytes.length % 4);
  let hash = 0;
  for (let offset = 0; offset < blocksEnd; offset += 4) {
    hash = Math.imul(rotate32(hash ^ mix32(readWord(bytes, offset)), 13), 5) + 0xe6546b64;
  }
  if (blocksEnd < bytes.length) hash ^= mix32(readWord(bytes, blocksEnd));
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The x64 128-bit hash as 16 bytes: the first 64-bit half, then the second, each with its least significant byte first. */
export function murmurHash128(bytes: Uint8Array): Buffer {
  const state = { first: new Word64(), second: new Word64(), block: new Word64() };
  const blocksEnd = bytes.length - (bytes.length % 16);
  for (let offset = 0; offset < blocksEnd; offset += 16) mixBlock128(state, bytes, offset);
  mixTail128(state, bytes, blocksEnd);
  return finish128(state, bytes.length);
}

interface State128 {
  readonly first: Word64;
  readonly second: Word64;
  readonly block: Word64;
}

/** A 64-bit register in two signed halves. Its operations change it in place, so that a block allocates nothing. */
class Word64 {
  high = 0;
  low = 0;

  set(high: number, low: number): this {
    this.high = high | 0;
    this.low = low | 0;
    return this;
  }

  xor(other: Word64): this {
    return this.set(this.high ^ other.high, this.low ^ other.low);
  }

  add(other: Word64): this {
    return this.addHalves(other.high, other.low);
  }

  addHalves(high: number, low: number): this {
    const sum = (this.low >>> 0) + (low >>> 0);
    return this.set(this.high + high + (sum > 0xffffffff ? 1 : 0), sum);
  }

  multiply(high: number, low: number): this {
    const carried = highHalfOfProduct(this.low, low);
    return this.set(carried + Math.imul(this.high, low) + Math.imul(this.low, high), Math.imul(this.low, low));
  }

  /** @param count 1..63, not 32 */
  rotateLeft(count: number): this {
    const { high, low } = this;
    if (count > 32) {
      return this.set((low << (count - 32)) | (high >>> (64 - count)), (high << (count - 32)) | (low >>> (64 - count)));
    }
    return this.set((high << count) | (low >>> (32 - count)), (low << count) | (high >>> (32 - count)));
  }

  /** `this ^= this >>> 33`, the only shift of the final mix. */
  xorShift33(): this {
    return this.set(this.high, this.low ^ (this.high >>> 1));
  }

  finalMix(): this {
    this.xorShift33().multiply(0xff51afd7, 0xed558ccd);
    this.xorShift33().multiply(0xc4ceb9fe, 0x1a85ec53);
    return this.xorShift33();
  }
}

function mixBlock128({ first, second, block }: State128, bytes: Uint8Array, offset: number): void {
  first.xor(mixFirst(readWord64(block, bytes, offset)));
  first.rotateLeft(27).add(second).multiply(0, 5).addHalves(0, 0x52dce729);
  second.xor(mixSecond(readWord64(block, bytes, offset + 8)));
  second.rotateLeft(31).add(first).multiply(0, 5).addHalves(0, 0x38495ab5);
}

function mixTail128({ first, second, block }: State128, bytes: Uint8Array, offset: number): void {
  if (bytes.length - offset > 8) second.xor(mixSecond(readWord64(block, bytes, offset + 8)));
  if (bytes.length > offset) first.xor(mixFirst(readWord64(block, bytes, offset)));
}

function finish128({ first, second, block }: State128, length: number): Buffer {
  block.set(0, length);
  first.xor(block);
  second.xor(block);
  first.add(second);
  second.add(first);
  first.finalMix();
  second.finalMix();
  first.add(second);
  second.add(first);
  const hash = Buffer.allocUnsafe(16);
  hash.writeInt32LE(first.low, 0);
  hash.writeInt32LE(first.high, 4);
  hash.writeInt32LE(second.low, 8);
  hash.writeInt32LE(second.high, 12);
  return hash;
}

function mixFirst(word: Word64): Word64 {
  return word.multiply(0x87c37b91, 0x114253d5).rotateLeft(31).multiply(0x4cf5ad43, 0x2745937f);
}

function mixSecond(word: Word64): Word64 {
  return word.multiply(0x4cf5ad43, 0x2745937f).rotateLeft(33).multiply(0x87c37b91, 0x114253d5);
}

function mix32(word: number): number {
  return Math.imul(rotate32(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
}

function rotate32(word: number, count: number): number {
  return (word << count) | (word >>> (32 - count));
}

function readWord64(word: Word64, bytes: Uint8Array, offset: number): Word64 {
  return word.set(readWord(bytes, offset + 4), readWord(bytes, offset));
}

/** Four bytes, least significant first; those past the end count as 0, which is how MurmurHash3 treats its tail. */
function readWord(bytes: Uint8Array, offset: number): number {
  const [a, b, c, d] = [bytes[offset] ?? 0, bytes[offset + 1] ?? 0, bytes[offset + 2] ?? 0, bytes[offset + 3] ?? 0];
  return a | (b << 8) | (c << 16) | (d << 24);
}

/** The upper 32 bits of the 64-bit product of two unsigned 32-bit numbers, by 16-bit limbs. */
function highHalfOfProduct(left: number, right: number): number {
  const leftLow = left & 0xffff;
  const leftHigh = left >>> 16;
  const rightLow = right & 0xffff;
  const rightHigh = right >>> 16;
  const cross = leftHigh * rightLow + ((leftLow * rightLow) >>> 16);
  const middle = (cross & 0xffff) + leftLow * rightHigh;
  return leftHigh * rightHigh + (cross >>> 16) + (middle >>> 16);
}
