import fc from 'fast-check';
import { cosmosErrorOf, expectValueOrClientError } from '../testing/expect-cosmos-error.ts';
import { readItemId, readResourceId } from './resource-id.ts';

test.each(['a', 'é 日本', 'a b', "it's", '50%', 'a+b', 'trailing ', 'what?', '"', ' ', 'a/b', 'a\\b', 'a#b'])(
  'readItemId() takes %j',
  (id) => {
    expect(readItemId(id)).toBe(id);
  },
);

test.each([undefined, null, '', 1, {}, 'é'.repeat(512)])('readItemId() rejects %j', (id) => {
  expect(cosmosErrorOf(() => readItemId(id)).status).toBe(400);
});

test('readItemId() and readResourceId() return an id or throw 400 for any value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expectValueOrClientError(() => readItemId(value));
      expectValueOrClientError(() => readResourceId(value));
    }),
  );
});
