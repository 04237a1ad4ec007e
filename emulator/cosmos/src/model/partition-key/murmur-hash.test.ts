import { murmurHash32, murmurHash128 } from './murmur-hash.ts';

// Computed with the reference implementation's algorithm as published in the SDK (utils/hashing/murmurHash).
const published = [
  ['', '00000000', '00000000000000000000000000000000'],
  ['asdf', '1b20e026', '0881b420eb9c3610cc23d53a7f58cbda'],
  ['/path1', 'c2e8afb7', 'c61021f1eab741d9d582422cedcc83c7'],
  ['a'.repeat(100), '8eefa468', '32f833ce602acf22ad40c97229b073c0'],
] as const;

test.each(published)('murmurHash32() and murmurHash128() of %j', (text, hash32, hash128) => {
  const bytes = Buffer.from(text);
  expect(murmurHash32(bytes).toString(16).padStart(8, '0')).toBe(hash32);
  expect(murmurHash128(bytes).toString('hex')).toBe(hash128);
});
