import type { JsonValue } from '../../model/json.ts';
import { canonicalKey } from '../values/canonical-key.ts';
import { isArray, type Value } from '../values/value.ts';
import { defineFunctions, type FunctionCost } from './scalar-function.ts';

type Items = readonly JsonValue[];

/** Making the key of an item takes longer than reading it. */
const keysCost: FunctionCost = (arrays, { weightOf }) =>
  arrays.reduce<number>((sum, array) => sum + weightOf(array) / 2, 0);

/** The functions that take arrays as sets. Source: "SETDIFFERENCE" to "SETUNION", Cosmos DB query reference. */
export const setFunctions = defineFunctions('Array', {
  SETDIFFERENCE: {
    cost: keysCost,
    signature: 'SETDIFFERENCE(array, array)',
    summary: 'The distinct items of the first array that the second does not have',
    args: 2,
    evaluate: (args) => ofTwoSets(args, (left, right) => pick(left, (key) => !right.has(key))),
  },
  SETEQUAL: {
    cost: keysCost,
    signature: 'SETEQUAL(array, array)',
    summary: 'Whether both arrays have the same items, whatever their order and repetition',
    args: 2,
    evaluate: (args) =>
      ofTwoSets(args, (left, right) => left.size === right.size && [...left.keys()].every((key) => right.has(key))),
  },
  SETINTERSECT: {
    cost: keysCost,
    signature: 'SETINTERSECT(array, array)',
    summary: 'The distinct items that both arrays have, in the order of the second',
    args: 2,
    evaluate: (args) => ofTwoSets(args, (left, right) => pick(right, (key) => left.has(key))),
  },
  SETUNION: {
    cost: keysCost,
    signature: 'SETUNION(array, array)',
    summary: 'The distinct items of both arrays',
    args: 2,
    evaluate: (args) => ofTwoSets(args, (left, right) => [...left.values(), ...pick(right, (key) => !left.has(key))]),
  },
});

function ofTwoSets(
  [left, right]: readonly Value[],
  compute: (left: ReadonlyMap<string, JsonValue>, right: ReadonlyMap<string, JsonValue>) => Value,
): Value {
  return isArray(left) && isArray(right) ? compute(toSet(left), toSet(right)) : undefined;
}

/** The distinct items by key, each the first of its kind and in the order of the array. */
function toSet(items: Items): ReadonlyMap<string, JsonValue> {
  const set = new Map<string, JsonValue>();
  for (const item of items) {
    const key = canonicalKey(item);
    if (!set.has(key)) set.set(key, item);
  }
  return set;
}

function pick(set: ReadonlyMap<string, JsonValue>, wanted: (key: string) => boolean): Items {
  return [...set].filter(([key]) => wanted(key)).map(([, item]) => item);
}
