import fc from 'fast-check';
import { cosmosErrorOf, expectValueOrClientError } from '../../testing/expect-cosmos-error.ts';
import {
  assertSamePartitionKey,
  equalPartitionKeys,
  formatPartitionKey,
  fullPartitionKey,
  isPartitionKeyPrefix,
  type PartitionKeyDefinition,
  parsePartitionKeyHeader,
  partitionKeyExtractor,
  startsWithPartitionKey,
} from './partition-key.ts';

const simple: PartitionKeyDefinition = { paths: ['/pk'], kind: 'Hash', version: 2 };
const hierarchical: PartitionKeyDefinition = { paths: ['/tenant', '/user', '/session'], kind: 'MultiHash', version: 2 };
const system: PartitionKeyDefinition = { paths: ['/_partitionKey'], kind: 'Hash', version: 2, systemKey: true };

describe('parsePartitionKeyHeader()', () => {
  test.each([
    ['["a"]', ['a']],
    ['["\\u00e9"]', ['é']],
    ['[null]', [null]],
    ['[true]', [true]],
    ['[12.5]', [12.5]],
    ['[{}]', [undefined]],
    ['[]', []],
    ['["a",{},1]', ['a', undefined, 1]],
  ])('reads %s', (text, key) => {
    expect(parsePartitionKeyHeader(text)).toEqual(key);
  });

  test('reads -0 as 0, which is what JSON can write', () => {
    expect(Object.is(parsePartitionKeyHeader('[-0]')[0], 0)).toBe(true);
  });

  test.each(['', 'a', '"a"', '{}', '[', '[[]]', '[{"a":1}]', '[1e400]', '[1,2,3,4]', 'null'])('rejects %j', (text) => {
    expect(cosmosErrorOf(() => parsePartitionKeyHeader(text)).status).toBe(400);
  });

  test('returns a key or throws 400 for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) =>
        expectValueOrClientError(() => parsePartitionKeyHeader(text)),
      ),
    );
  });

  test('reads back what formatPartitionKey() writes', () => {
    const component = fc.oneof(
      fc.constant(undefined),
      fc.constant(null),
      fc.boolean(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(component, { maxLength: 3 }), (key) => {
        const read = parsePartitionKeyHeader(formatPartitionKey(key));
        expect(equalPartitionKeys(read, key)).toBe(true);
      }),
    );
  });
});

describe('partitionKeyExtractor()', () => {
  test.each([
    [{ pk: 'a' }, ['a']],
    [{ pk: 0 }, [0]],
    [{ pk: null }, [null]],
    [{}, [undefined]],
    [{ pk: {} }, [undefined]],
    [{ pk: ['a'] }, [undefined]],
  ])('reads the key of %j', (item, key) => {
    expect(partitionKeyExtractor(simple)(item)).toEqual(key);
  });

  test('reads nested and quoted paths', () => {
    const extract = partitionKeyExtractor({ paths: ['/a/"b c"'], kind: 'Hash', version: 1 });
    expect(extract({ a: { 'b c': 'x' } })).toEqual(['x']);
  });

  test('reads one component per path of a hierarchical key', () => {
    expect(partitionKeyExtractor(hierarchical)({ tenant: 't', session: 3 })).toEqual(['t', undefined, 3]);
  });

  test('gives an empty key for a system key, unless the item carries one', () => {
    expect(partitionKeyExtractor(system)({ id: '1' })).toEqual([]);
    expect(partitionKeyExtractor(system)({ _partitionKey: 'x' })).toEqual(['x']);
  });
});

describe('fullPartitionKey()', () => {
  test('takes a text of 2048 bytes and rejects a longer one', () => {
    expect(() => fullPartitionKey(['é'.repeat(1024)], simple)).not.toThrow();
    expect(cosmosErrorOf(() => fullPartitionKey(['é'.repeat(1025)], simple)).status).toBe(400);
  });

  test('keeps a key with one component per path', () => {
    expect(fullPartitionKey(['a'], simple)).toEqual(['a']);
    expect(fullPartitionKey([undefined], simple)).toEqual([undefined]);
  });

  test('turns the none key of a system key into the empty key', () => {
    expect(fullPartitionKey([undefined], system)).toEqual([]);
    expect(fullPartitionKey([], system)).toEqual([]);
  });

  test.each([
    [[], simple],
    [['a', 'b'], simple],
    [['a', 'b'], hierarchical],
  ])('rejects %j with 400/1001 when the number of components differs', (key, definition) => {
    const error = cosmosErrorOf(() => fullPartitionKey(key, definition));
    expect([error.status, error.details.substatus]).toEqual([400, 1001]);
  });
});

test('isPartitionKeyPrefix() holds for the shorter keys of hierarchical definitions only', () => {
  expect(isPartitionKeyPrefix(['t'], hierarchical)).toBe(true);
  expect(isPartitionKeyPrefix(['t', 'u', 's'], hierarchical)).toBe(false);
  expect(isPartitionKeyPrefix([], hierarchical)).toBe(false);
  expect(isPartitionKeyPrefix([], simple)).toBe(false);
});

test('startsWithPartitionKey() distinguishes null and none', () => {
  expect(startsWithPartitionKey(['t', null], ['t', null])).toBe(true);
  expect(startsWithPartitionKey(['t', null], ['t', undefined])).toBe(false);
  expect(startsWithPartitionKey(['t'], ['t', undefined])).toBe(false);
});

test('assertSamePartitionKey() throws 400/1001 when item and request differ', () => {
  expect(() => assertSamePartitionKey(['a'], ['a'])).not.toThrow();
  const error = cosmosErrorOf(() => assertSamePartitionKey([1], ['1']));
  expect(error.details.substatus).toBe(1001);
  expect(error.message).toBe("PartitionKey extracted from document doesn't match the one specified in the header");
});
