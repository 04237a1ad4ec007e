import { equalityMatcher, partialMatcher } from '../values/equality.ts';
import { compareValues } from '../values/operators.ts';
import { finite, isArray, isObject, type Value } from '../values/value.ts';
import { boundedArray } from './limits.ts';
import { constantCost, defineFunctions, type Measure } from './scalar-function.ts';
import { areNumbers } from './typed-arguments.ts';

/** Source: "Array functions", Cosmos DB query reference. The set functions are in set.ts. */
export const arrayFunctions = defineFunctions('Array', {
  ARRAY_AVG: {
    signature: 'ARRAY_AVG(array)',
    summary: 'The mean of the numbers; undefined when there is none, or an item is not a number',
    args: 1,
    evaluate: ([array]) => ofNumericItems(array, (items) => sum(items) / items.length),
  },
  ARRAY_CONCAT: {
    cost: (arrays) => arrays.reduce<number>((sum, array) => sum + (isArray(array) ? array.length >> 2 : 0), 0),
    signature: 'ARRAY_CONCAT(array, array, ...)',
    summary: 'The arrays one after the other',
    args: [2, Number.POSITIVE_INFINITY],
    evaluate: (args) => (args.every(isArray) ? boundedArray('ARRAY_CONCAT', args) : undefined),
  },
  ARRAY_CONTAINS: {
    cost: containsCost,
    signature: 'ARRAY_CONTAINS(array, value [, partial])',
    summary: 'Whether the array has the value; when partial is true, an object need only have the properties given',
    args: [2, 3],
    evaluate: ([array, value, partial]) => contains(array, value, partial),
  },
  ARRAY_CONTAINS_ALL: {
    cost: searchesCost,
    signature: 'ARRAY_CONTAINS_ALL(array, value, ...)',
    summary: 'Whether the array has every value; undefined when it has all but the undefined ones',
    args: [2, Number.POSITIVE_INFINITY],
    evaluate: ([array, ...values]) => {
      const found = values.map((value) => contains(array, value, false));
      if (found.includes(false)) return false;
      return found.includes(undefined) ? undefined : true;
    },
  },
  ARRAY_CONTAINS_ANY: {
    cost: searchesCost,
    signature: 'ARRAY_CONTAINS_ANY(array, value, ...)',
    summary: 'Whether the array has one of the values; undefined when it has none and a value is undefined',
    args: [2, Number.POSITIVE_INFINITY],
    evaluate: ([array, ...values]) => {
      const found = values.map((value) => contains(array, value, false));
      if (found.includes(true)) return true;
      return found.includes(undefined) ? undefined : false;
    },
  },
  ARRAY_LENGTH: {
    cost: constantCost,
    signature: 'ARRAY_LENGTH(array)',
    summary: 'How many items the array has',
    args: 1,
    evaluate: ([array]) => (isArray(array) ? array.length : undefined),
  },
  ARRAY_MAX: {
    signature: 'ARRAY_MAX(array)',
    summary: 'The greatest scalar, by type first; undefined when there is none, or an item is an array or an object',
    args: 1,
    evaluate: ([array]) => extreme(array, 1),
  },
  ARRAY_MEDIAN: {
    cost: ([array], { weightOf }) => weightOf(array),
    signature: 'ARRAY_MEDIAN(array)',
    summary: 'The middle number, or the mean of the two; undefined when there is none, or an item is not a number',
    args: 1,
    evaluate: ([array]) => ofNumericItems(array, median),
  },
  ARRAY_MIN: {
    signature: 'ARRAY_MIN(array)',
    summary: 'The least scalar, by type first; undefined when there is none, or an item is an array or an object',
    args: 1,
    evaluate: ([array]) => extreme(array, -1),
  },
  ARRAY_SLICE: {
    cost: ([array]) => (isArray(array) ? array.length >> 4 : 0),
    signature: 'ARRAY_SLICE(array, start [, length])',
    summary: 'At most length items from start, which counts from the end when negative',
    args: [2, 3],
    evaluate: (args) => slice(args),
  },
  ARRAY_SUM: {
    signature: 'ARRAY_SUM(array)',
    summary: 'The sum of the numbers; undefined when there is none, or an item is not a number',
    args: 1,
    evaluate: ([array]) => ofNumericItems(array, sum),
  },
  CHOOSE: {
    cost: constantCost,
    signature: 'CHOOSE(index, value, ...)',
    summary: 'The value at the index, counted from 1; undefined when there is none',
    args: [2, Number.POSITIVE_INFINITY],
    evaluate: (args) => (typeof args[0] === 'number' && args[0] >= 1 ? args[Math.trunc(args[0])] : undefined),
  },
  OBJECTTOARRAY: {
    cost: ([object], { weightOf }) => weightOf(object),
    signature: 'OBJECTTOARRAY(object [, keyName [, valueName]])',
    summary: 'One object per property, with its name as k and its value as v unless other names are given',
    args: [1, 3],
    evaluate: ([object, keyName = 'k', valueName = 'v']) =>
      isObject(object) && typeof keyName === 'string' && typeof valueName === 'string'
        ? Object.entries(object).map(([name, value]) => ({ [keyName]: name, [valueName]: value }))
        : undefined,
  },
});

function contains(array: Value, value: Value, partial: Value): boolean | undefined {
  if (!isArray(array) || value === undefined) return undefined;
  if (partial !== undefined && typeof partial !== 'boolean') return undefined;
  return array.some(partial === true ? partialMatcher(value) : equalityMatcher(value));
}

/** Preparing an object to be looked for takes longer than reading it. */
function containsCost([array, value]: readonly Value[], { weightOf }: Measure): number {
  return weightOf(array) / 16 + (isObject(value) ? weightOf(value) : weightOf(value) / 16);
}

/** Each value is looked for on its own. */
function searchesCost([array, ...values]: readonly Value[], { weightOf }: Measure): number {
  return values.reduce<number>((sum, value) => sum + weightOf(value), weightOf(array) * values.length) / 16;
}

function ofNumericItems(array: Value, compute: (items: readonly number[]) => number): Value {
  return isArray(array) && array.length > 0 && areNumbers(array) ? finite(compute(array)) : undefined;
}

function sum(items: readonly number[]): number {
  return items.reduce((total, item) => total + item, 0);
}

function median(items: readonly number[]): number {
  const sorted = items.toSorted((left, right) => left - right);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  if (sorted.length % 2 === 1) return upper;
  return ((sorted[sorted.length / 2 - 1] ?? Number.NaN) + upper) / 2;
}

function extreme(array: Value, direction: 1 | -1): Value {
  if (!isArray(array) || array.some((item) => typeof item === 'object' && item !== null)) return undefined;
  return array.reduce<Value>(
    (found, item) => (found === undefined || compareValues(item, found) * direction > 0 ? item : found),
    undefined,
  );
}

function slice([array, start, length = Number.POSITIVE_INFINITY]: readonly Value[]): Value {
  if (!isArray(array) || typeof start !== 'number' || typeof length !== 'number') return undefined;
  const from = start < 0 ? Math.max(array.length + Math.trunc(start), 0) : Math.trunc(start);
  return array.slice(from, from + Math.max(Math.trunc(length), 0));
}
