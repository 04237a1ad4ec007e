import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import fc from 'fast-check';
import { cosmosErrorOf } from '../../testing/expect-cosmos-error.ts';
import {
  effectivePartitionKey,
  epkRangeOf,
  FULL_EPK_RANGE,
  indexOfRange,
  intersectEpkRanges,
  murmurHash32,
  murmurHash128,
  splitEpkSpace,
} from './effective-partition-key.ts';
import type { PartitionKeyComponent, PartitionKeyDefinition } from './partition-key.ts';

const v1: PartitionKeyDefinition = { paths: ['/pk'], kind: 'Hash' };
const v2: PartitionKeyDefinition = { paths: ['/pk'], kind: 'Hash', version: 2 };
const multi: PartitionKeyDefinition = { paths: ['/a', '/b'], kind: 'MultiHash', version: 2 };

const repositoryRoot = path.resolve(__dirname, '../../../../..');

describe('effectivePartitionKey()', () => {
  test.each([
    ['/path1', '05C1E56D31A7140830716275693200', '3499FD5198AE0F1EB6B77F6E428D2FF0'],
    ['', '05C1CF33970FF80800', '32E9366E637A71B4E710384B2F4970A0'],
    [1, '05C1ED172B6B2605BFF0', '20CD98B339BA78A5D0CF6953B87070B0'],
    [null, '05C1ED45D7475601', '378867E4430E67857ACE5C908374FE16'],
    [undefined, '05C1D529E345DC00', '11622DAA78F835834610ABE56EFF5CB5'],
    [true, undefined, '0E711127C5B5A8E4726AC6DD306A3E59'],
    [false, undefined, '2FE1BE91E90A3439635E0E9E37361EF2'],
  ])('of %j', (component, ofV1, ofV2) => {
    if (ofV1 !== undefined) expect(effectivePartitionKey([component], v1)).toBe(ofV1);
    expect(effectivePartitionKey([component], v2)).toBe(ofV2);
    expect(effectivePartitionKey([component, component], multi)).toBe(ofV2 + ofV2);
  });

  test('is what the SDK computes, for any key', () => {
    const sdk = sdkHashing();
    const component = fc.oneof(
      fc.constant(undefined),
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true }),
      fc.string({ unit: 'binary', maxLength: 300 }),
    );
    fc.assert(
      fc.property(component, component, (first, second) => {
        expect(effectivePartitionKey([first], v1)).toBe(sdk.hashPartitionKey([first], v1));
        expect(effectivePartitionKey([first], v2)).toBe(sdk.hashPartitionKey([first], v2));
        expect(effectivePartitionKey([first, second], multi)).toBe(sdk.hashPartitionKey([first, second], multi));
      }),
      { numRuns: 1000 },
    );
  });

  test('of the empty key of a container without a key definition is what the SDK computes', () => {
    expect(effectivePartitionKey([], v2)).toBe(sdkHashing().hashPartitionKey([], v2));
    expect(effectivePartitionKey([], v1)).toBe(sdkHashing().hashPartitionKey([], v1));
  });
});

describe('splitEpkSpace()', () => {
  test.each([
    ['V1', v1],
    ['V2', v2],
    ['MultiHash', multi],
  ])('%s ranges follow each other without gaps and share the keys evenly', (_, definition) => {
    const ranges = splitEpkSpace(7, definition);
    expect(ranges[0]?.min).toBe('');
    expect(ranges.at(-1)?.max).toBe('FF');
    for (const [index, range] of ranges.slice(1).entries()) expect(range.min).toBe(ranges[index]?.max);
    const counts = ranges.map(() => 0);
    for (let number = 0; number < 7000; number++) {
      const index = indexOfRange(
        ranges,
        effectivePartitionKey([`key-${number}`, 1].slice(0, definition.paths.length), definition),
      );
      counts[index] = (counts[index] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(800);
  });

  test('one range is the whole space', () => {
    expect(splitEpkSpace(1, v2)).toEqual([FULL_EPK_RANGE]);
  });

  test.each([0, -1, 1.5, Number.NaN, 10_001])('rejects %d ranges', (count) => {
    expect(cosmosErrorOf(() => splitEpkSpace(count, v2)).status).toBe(400);
  });
});

test('epkRangeOf() a prefix holds every key below it and no other', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (tenant, user, other) => {
      const range = epkRangeOf([tenant], multi);
      const inside = (key: PartitionKeyComponent[]) => indexOfRange([range], effectivePartitionKey(key, multi)) === 0;
      expect(inside([tenant, user])).toBe(true);
      expect(inside([other, user])).toBe(other === tenant);
    }),
  );
});

test('intersectEpkRanges() gives the common part, or undefined', () => {
  expect(intersectEpkRanges({ min: '', max: '20' }, { min: '10', max: 'FF' })).toEqual({ min: '10', max: '20' });
  expect(intersectEpkRanges({ min: '', max: '10' }, { min: '10', max: 'FF' })).toBeUndefined();
});

// Published by azure-cosmos-dotnet-v3 as the baseline of its own hash; there strings are hashed without their end mark.
const vectorsFile = path.resolve(repositoryRoot, '../shared/data/effective-partition-keys.json');
const ifPresent = existsSync(vectorsFile) ? test : test.skip;

ifPresent('the hashes are those of the published vectors', () => {
  const vectors = JSON.parse(readFileSync(vectorsFile, 'utf8')) as Vector[]; // a file we were given
  for (const { group, input, output } of vectors) {
    const components = componentsOf(input.PartitionKeyValue, group);
    if (Number.isNaN(components[0])) continue; // .NET's NaN has other bits than ours, and JSON has none
    expect(components.map(hash32Of).join('-')).toBe(output.PartitionKeyHashV1);
    expect(components.map(hash128Of).join('-')).toBe(output.PartitionKeyHashV2);
  }
  expect(vectors.length).toBeGreaterThan(20);
});

interface Vector {
  group: string;
  input: { PartitionKeyValue: string };
  output: { PartitionKeyHashV1: string; PartitionKeyHashV2: string };
}

function componentsOf(text: string, group: string): PartitionKeyComponent[] {
  if (text === 'UNDEFINED') return [undefined];
  const value: unknown = JSON.parse(text);
  if (group === 'Numbers') return [Number(value)]; // "Infinity" is written as text
  return (Array.isArray(value) ? value : [value]) as PartitionKeyComponent[]; // scalars, by the format of the file
}

function hash32Of(component: PartitionKeyComponent): string {
  const seen = typeof component === 'string' ? component.slice(0, 100) : component;
  return dashed(wide(murmurHash32(formOf(seen))));
}

function hash128Of(component: PartitionKeyComponent): string {
  return dashed(murmurHash128(formOf(component)).reverse());
}

function formOf(component: PartitionKeyComponent): Buffer {
  if (component === undefined) return Buffer.from([0]);
  if (component === null) return Buffer.from([1]);
  if (typeof component === 'boolean') return Buffer.from([component ? 3 : 2]);
  if (typeof component === 'string') return Buffer.concat([Buffer.from([8]), Buffer.from(component)]);
  const bytes = Buffer.alloc(9, 5);
  bytes.writeDoubleLE(component, 1);
  return bytes;
}

function wide(hash: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(hash, 12);
  return bytes;
}

function dashed(bytes: Buffer): string {
  return (bytes.toString('hex').toUpperCase().match(/../g) ?? []).join('-');
}

interface SdkHashing {
  hashPartitionKey(key: readonly PartitionKeyComponent[], definition: PartitionKeyDefinition): string;
}

/** The SDK's own hashing, which it does not export: loaded by file, as an independent second implementation. */
function sdkHashing(): SdkHashing {
  const require = createRequire(path.join(repositoryRoot, 'package.json'));
  const entry = path.dirname(require.resolve('@azure/cosmos/package.json'));
  return require(path.join(entry, 'dist/commonjs/utils/hashing/hash.js')) as SdkHashing; // an untyped file of the SDK
}

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
