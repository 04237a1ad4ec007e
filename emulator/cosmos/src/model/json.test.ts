import { cosmosErrorOf } from '../testing/expect-cosmos-error.ts';
import { assertItemNesting, assertItemSize, MAX_ITEM_BYTES, valueAt } from './json.ts';

function nested(depth: number): unknown {
  let value: unknown = {};
  for (let level = 1; level < depth; level++) value = level % 2 ? [value] : { value };
  return value;
}

test('assertItemNesting() takes 128 levels and rejects 129', () => {
  expect(() => assertItemNesting(nested(128))).not.toThrow();
  expect(cosmosErrorOf(() => assertItemNesting(nested(129))).status).toBe(400);
});

test('assertItemNesting() rejects a depth that would overflow the stack', () => {
  expect(cosmosErrorOf(() => assertItemNesting(JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)))).status).toBe(
    400,
  );
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
