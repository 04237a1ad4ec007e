import fc from 'fast-check';
import type { JsonValue } from '../model/json.ts';

/** Few enough that two of them are often equal, and one of every kind that is compared in its own way. */
export const scalarValue: fc.Arbitrary<JsonValue> = fc.constantFrom<JsonValue>(
  null,
  true,
  false,
  0,
  1,
  -1,
  2,
  1.5,
  2 ** 53,
  '',
  'a',
  'A',
  'ab',
  'b%',
  'é',
  '😀',
  '\uff5e',
  '2020-01-31T10:20:30.1234567Z',
);

/** A scalar, or an array or an object of scalars. */
export const smallValue: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 3, arbitrary: scalarValue },
  fc.array(scalarValue, { maxLength: 3 }),
  fc.record({ x: scalarValue, y: scalarValue }, { requiredKeys: [] }),
);
