import fc from 'fast-check';
import { cosmosErrorOf, expectValueOrClientError } from '../testing/expect-cosmos-error.ts';
import { parsePropertyPath } from './property-path.ts';

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
  'parsePropertyPath() refuses %j',
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
