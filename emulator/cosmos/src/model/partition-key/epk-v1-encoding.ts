/** How version 1 effective partition keys write values so that their bytes sort as the values do. Source: the SDK, utils/hashing/encoding. */

const NUMBER_MARK = 0x05;
const STRING_MARK = 0x08;
const STRING_END = 0x00;

/**
 * A number as its sortable 64 bits, the first 8 in one byte and the rest in groups of 7; the lowest bit of a byte says that another
 * follows. Groups that would hold only zeros at the end are left out.
 */
export function encodeNumberV1(value: number): Buffer {
  const sortable = Buffer.allocUnsafe(8);
  sortable.writeDoubleBE(value);
  makeSortable(sortable);
  const groups = [];
  for (let bit = 8; bit < 64; bit += 7) groups.push(sevenBitsAt(sortable, bit) << 1);
  while (groups.at(-1) === 0) groups.pop();
  const last = groups.length - 1;
  return Buffer.from([
    NUMBER_MARK,
    sortable[0] ?? 0,
    ...groups.map((group, index) => (index < last ? group | 1 : group)),
  ]);
}

/** A string of at most 100 characters: its UTF-8 bytes raised by one, then the end mark, which therefore sorts below every byte. */
export function encodeStringV1(text: string): Buffer {
  const bytes = Buffer.from(text);
  // UTF-8 never contains the byte FF, so adding one cannot overflow.
  return Buffer.from([STRING_MARK, ...bytes.map((byte) => byte + 1), STRING_END]);
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
