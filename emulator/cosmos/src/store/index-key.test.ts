import fc from 'fast-check';
import type { PathCondition } from '../query/plan/filters.ts';
import { equalValues } from '../query/values/equality.ts';
import { compareScalars, compareValues } from '../query/values/operators.ts';
import { indexKey, isExactCondition, isExactKey, keyRangesOf, MAX_INDEX_KEY_BYTES } from './index-key.ts';

const long = 'x'.repeat(MAX_INDEX_KEY_BYTES);
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  // Surrogates with and without their other half.
  fc
    .array(fc.constantFrom('a', '\ud83d', '\ude00', '\uff5e', '\ud7ff', '\ue000'), { maxLength: 4 })
    .map((all) => all.join('')),
  fc.constantFrom('', 'x', `${long}`, `${long}a`, `${long}b`, `${long.slice(2)}é`),
);
const numbers = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(0, -0, 5e-324),
);
const scalars = fc.oneof(texts, numbers, fc.boolean(), fc.constant(null));
const values = fc.oneof(scalars, fc.constant(undefined), fc.constantFrom([], [1], {}, { a: 1 }));

test('index keys are in the order of the values, and exact ones tell values apart', () => {
  fc.assert(
    fc.property(values, values, (left, right) => {
      const [a, b] = [indexKey(left), indexKey(right)];
      const order = Math.sign(Buffer.compare(a, b));
      if (order !== 0) expect(order).toBe(Math.sign(compareValues(left, right)));
      if (isExactKey(a) && isExactKey(b)) expect(order === 0).toBe(equalValues(left, right));
    }),
    { numRuns: 3_000 },
  );
});

const bounds = fc.option(fc.record({ value: scalars, inclusive: fc.boolean() }), { nil: undefined });
const conditions = fc.oneof(
  fc.record({ path: fc.constant(['v']), among: fc.array(scalars, { maxLength: 4 }) }),
  fc.record({ path: fc.constant(['v']), prefix: texts }),
  fc
    .record({ path: fc.constant(['v']), lower: bounds, upper: bounds })
    .filter(({ lower, upper }) => Boolean(lower ?? upper)),
);

test('the key ranges of a condition hold every value that meets it, and no other when they are exact', () => {
  fc.assert(
    fc.property(conditions, values, (given, value) => {
      const condition = given as PathCondition; // an absent bound is undefined here
      const key = indexKey(value);
      const isInside = keyRangesOf(condition).some(
        ({ lower, upper }) => Buffer.compare(lower, key) <= 0 && Buffer.compare(key, upper) < 0,
      );
      if (meets(value, condition)) expect(isInside).toBe(true);
      else if (isInside) expect(isExactCondition(condition)).toBe(false);
    }),
    { numRuns: 5_000 },
  );
});

function meets(value: ReturnType<typeof JSON.parse>, { among, lower, upper, prefix }: PathCondition): boolean {
  if (among) return among.some((one) => equalValues(one, value));
  if (prefix !== undefined) return typeof value === 'string' && value.startsWith(prefix);
  const fromLower = lower ? compareScalars(value, lower.value) : 1;
  const fromUpper = upper ? compareScalars(value, upper.value) : -1;
  if (fromLower === undefined || fromUpper === undefined) return false;
  const isAbove = fromLower > 0 || (fromLower === 0 && lower?.inclusive === true);
  return isAbove && (fromUpper < 0 || (fromUpper === 0 && upper?.inclusive === true));
}
