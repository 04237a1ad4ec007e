import { randomBytes, randomUUID } from 'node:crypto';

/** The only source of chance: ids, keys, jitter. */
export interface Randomness {
  /** A version 4 UUID in lower case. */
  uuid(): string;
  /** `length` unpredictable bytes. */
  bytes(length: number): Uint8Array;
  /** A number in [0, 1). For jitter, never for secrets. */
  fraction(): number;
}

export const systemRandomness: Randomness = {
  uuid: () => randomUUID(),
  bytes: (length) => randomBytes(length),
  fraction: () => Math.random(),
};

/** Chance that can be taken back to where it was. */
export interface SeededRandomness extends Randomness {
  /** What all later values follow from: a 32-bit number, which is the seed at the start. */
  state: number;
}

/** Repeatable chance for tests: the same seed gives the same values. Never for secrets. */
export function seededRandomness(seed: number): SeededRandomness {
  const randomness = { state: seed >>> 0, uuid: () => formatUuid(bytes(16)), bytes, fraction };
  // Mulberry32: 32 bits of state are enough for tests.
  function fraction(): number {
    const state = (randomness.state + 0x6d2b79f5) >>> 0;
    randomness.state = state;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  function bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => Math.floor(fraction() * 256));
  }
  return randomness;
}

function formatUuid(bytes: Uint8Array): string {
  const marked = bytes.map((byte, index) => {
    if (index === 6) return (byte & 0x0f) | 0x40;
    if (index === 8) return (byte & 0x3f) | 0x80;
    return byte;
  });
  const hex = Buffer.from(marked).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
