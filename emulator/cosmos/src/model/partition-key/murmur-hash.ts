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
