import fc from 'fast-check';
import { cosmosErrorOf, expectValueOrClientError } from '../testing/expect-cosmos-error.ts';
import { assertItemSize, assertItemValues, MAX_ITEM_BYTES, parsePropertyPath, valueAt } from './json.ts';

test.each([
  ['/a', ['a']],
  ['/a/b', ['a', 'b']],
  ['/ a /b', ['a', 'b']],
  ['/"a b"/c', ['a b', 'c']],
  ["/'a/b'", ['a/b']],
  ['/"a\\"b"', ['a"b']],
  ['/"_etag"', ['_etag']],
])('parsePropertyPath() reads %s', (path, segments) => {
  expect(parsePropertyPath(path)).toEqual(segments);
});

test.each(['', 'a', '/', '//', '/a//b', '/a/', '/"a', '/"a"b', '/ ', '/a'.repeat(129)])(
  'parsePropertyPath() rejects %j',
  (path) => {
    expect(cosmosErrorOf(() => parsePropertyPath(path)).status).toBe(400);
  },
);

test('parsePropertyPath() returns segments or throws 400 for any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('/', '"', "'", '\\', 'a', ' ', '*') }), (path) =>
      expectValueOrClientError(() => parsePropertyPath(path)),
    ),
  );
});

function nested(depth: number): unknown {
  let value: unknown = {};
  for (let level = 1; level < depth; level++) value = level % 2 ? [value] : { value };
  return value;
}

test('assertItemValues() takes 128 levels and rejects 129', () => {
  expect(() => assertItemValues(nested(128))).not.toThrow();
  expect(cosmosErrorOf(() => assertItemValues(nested(129))).status).toBe(400);
});

test('assertItemValues() rejects a depth that would overflow the stack', () => {
  expect(cosmosErrorOf(() => assertItemValues(JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)))).status).toBe(400);
});

test('assertItemSize() throws 413 above 2 MB', () => {
  expect(() => assertItemSize(MAX_ITEM_BYTES)).not.toThrow();
  expect(cosmosErrorOf(() => assertItemSize(MAX_ITEM_BYTES + 1)).status).toBe(413);
});

test('valueAt() follows own properties of objects only', () => {
  expect(valueAt({ a: { b: 1 } }, ['a', 'b'])).toBe(1);
  expect(valueAt({ a: [7] }, ['a', '0'])).toBeUndefined();
  expect(valueAt({ a: 'text' }, ['a', 'length'])).toBeUndefined();
  expect(valueAt({}, ['constructor'])).toBeUndefined();
  expect(valueAt(null, ['a'])).toBeUndefined();
});
