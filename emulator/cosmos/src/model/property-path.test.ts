import fc from 'fast-check';
import { cosmosErrorOf, expectValueOrClientError } from '../testing/expect-cosmos-error.ts';
import { parsePropertyPath, valueAt } from './property-path.ts';

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

test('valueAt() follows own properties of objects only', () => {
  expect(valueAt({ a: { b: 1 } }, ['a', 'b'])).toBe(1);
  expect(valueAt({ a: [7] }, ['a', '0'])).toBeUndefined();
  expect(valueAt({ a: 'text' }, ['a', 'length'])).toBeUndefined();
  expect(valueAt({}, ['constructor'])).toBeUndefined();
  expect(valueAt(null, ['a'])).toBeUndefined();
});
