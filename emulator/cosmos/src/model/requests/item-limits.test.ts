import { cosmosErrorOf } from '../../testing/expect-cosmos-error.ts';
import { assertItemNesting, assertItemSize, MAX_ITEM_BYTES } from './item-limits.ts';

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
