import type { Value } from '../values/value.ts';
import { aggregateFunctions } from './aggregates.ts';

function aggregate(name: string, values: readonly Value[]): Value {
  const state = aggregateFunctions.get(name)?.start();
  for (const value of values) state?.add(value);
  return state?.result();
}

test.each<[string, Value[], Value]>([
  ['COUNT', [1, null, undefined, 'a', {}], 4],
  ['COUNT', [], 0],
  ['COUNTIF', [true, false, 1, undefined, true], 2],
  ['SUM', [1, 2.5, undefined], 3.5],
  ['SUM', [], 0],
  ['SUM', [1, '2'], undefined],
  ['SUM', [1, null], undefined],
  ['SUM', [1e308, 1e308], undefined],
  ['AVG', [1, 2, undefined], 1.5],
  ['AVG', [], undefined],
  ['AVG', [1, true], undefined],
  ['MIN', [2, 'a', null, true], null],
  ['MAX', [2, 'a', null, true], 'a'],
  ['MIN', [2, undefined, 1], 1],
  ['MIN', [], undefined],
  ['MAX', [1, []], undefined],
  ['MIN', [{}, 1], undefined],
  ['MAKELIST', [2, undefined, 1, 2], [2, 1, 2]],
  ['MAKELIST', [], []],
  ['MAKESET', [2, undefined, 1, 2, { a: 1, b: 2 }, { b: 2, a: 1 }, '2'], [2, 1, { a: 1, b: 2 }, '2']],
])('%s over %j is %j', (name, values, result) => {
  expect(aggregate(name, values)).toEqual(result);
});
