import fc from 'fast-check';
import { canonicalKey } from './canonical-key.ts';
import { equalityOperator, equalValues } from './equality.ts';
import { compareScalars, compareStrings, compareValues } from './operators.ts';
import type { Value } from './value.ts';

const inOrder: readonly Value[] = [
  undefined,
  null,
  false,
  true,
  -1e308,
  -1,
  0,
  0.5,
  2 ** 53,
  '',
  'A',
  'a',
  'aa',
  'é',
  '\uff5e',
  '😀',
  [],
  [null],
  [1],
  [1, 2],
  ['a'],
  {},
  { a: 1 },
  { a: 1, b: 0 },
  { a: 2 },
  { b: 0 },
];

const anyValue = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Value>; // what JSON.parse yields is a Value

test('compareValues() orders by type, then by value', () => {
  const shuffled = [...inOrder].reverse().filter((value) => value !== undefined); // sort() moves undefined itself
  expect(shuffled.sort(compareValues)).toEqual(inOrder.slice(1));
  expect(compareValues(undefined, null)).toBeLessThan(0);
});

test('compareValues() is a total order that agrees with equality', () => {
  fc.assert(
    fc.property(anyValue, anyValue, anyValue, (a, b, c) => {
      expect(Math.sign(compareValues(a, b))).toBe(-Math.sign(compareValues(b, a)) + 0);
      expect(compareValues(a, b) === 0).toBe(equalValues(a, b));
      if (compareValues(a, b) <= 0 && compareValues(b, c) <= 0) expect(compareValues(a, c)).toBeLessThanOrEqual(0);
    }),
  );
});

test('canonicalKey() is shared exactly by equal values', () => {
  fc.assert(
    fc.property(anyValue, anyValue, (a, b) => {
      expect(canonicalKey(a) === canonicalKey(b)).toBe(equalValues(a, b));
      expect(canonicalKey(a)).toBe(canonicalKey(JSON.parse(JSON.stringify(a))));
    }),
  );
});

test.each([
  [{ a: 1, b: [2] }, { b: [2], a: 1 }, true],
  [{ a: 1 }, { a: 1, b: null }, false],
  [{ a: 1, b: null }, { a: 1 }, false],
  [{ toString: 1 }, {}, false],
  [{}, { toString: 1 }, false],
  [[1, 2], [2, 1], false],
  [[], {}, false],
  [{}, [], false],
  [-0, 0, true],
  [0, false, false],
  [1, '1', false],
  [null, undefined, false],
  [null, {}, false],
])('equalValues(%j, %j) is %j, and so for the canonical key', (left, right, equal) => {
  expect(equalValues(left, right)).toBe(equal);
  expect(canonicalKey(left) === canonicalKey(right)).toBe(equal);
});

test('equalityOperator() is undefined only when a side is', () => {
  expect(equalityOperator(undefined, undefined)).toBeUndefined();
  expect(equalityOperator(null, undefined)).toBeUndefined();
  expect(equalityOperator(null, 1)).toBe(false);
  expect(equalityOperator(null, null)).toBe(true);
});

test.each<[Value, Value, number | undefined]>([
  [1, 2, -1],
  ['b', 'a', 1],
  [false, true, -1],
  [null, null, 0],
  [null, 1, undefined],
  ['1', 1, undefined],
  [true, 1, undefined],
  [undefined, undefined, undefined],
  [[1], [1], undefined],
  [{}, {}, undefined],
])('compareScalars(%j, %j) is %j', (left, right, order) => {
  expect(compareScalars(left, right)).toBe(order);
});

test('compareStrings() has the order of UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      expect(Math.sign(compareStrings(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});
