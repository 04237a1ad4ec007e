import { evaluateFunction, testFunctions } from '../../testing/function-cases.ts';
import type { Value } from '../values/value.ts';

const fruit = ['apples', 'strawberries', 'bananas'];
testFunctions([
  ['ARRAY_AVG', [[1, 2, 3, 4]], 2.5],
  ['ARRAY_AVG', [[]], undefined],
  ['ARRAY_CONCAT', [['a'], [1, [2]], []], ['a', 1, [2]]],
  ['ARRAY_CONCAT', [['a'], 'b'], undefined],
  ['ARRAY_CONTAINS', [['coats', 'jackets'], 'coats'], true],
  ['ARRAY_CONTAINS', [['coats', 'jackets'], 'hoodies'], false],
  ['ARRAY_CONTAINS', [[{ category: 'shirts', color: 'blue' }], { category: 'shirts' }], false],
  ['ARRAY_CONTAINS', [[{ category: 'shirts', color: 'blue' }], { category: 'shirts' }, true], true],
  ['ARRAY_CONTAINS', [[{ a: { b: 1, c: 2 } }], { a: { b: 1 } }, true], true],
  ['ARRAY_CONTAINS', [[{ category: 'shirts' }], { category: 'shorts' }, true], false],
  ['ARRAY_CONTAINS', [[null], null], true],
  ['ARRAY_CONTAINS', [['a'], undefined], undefined],
  ['ARRAY_CONTAINS', ['abc', 'a'], undefined],
  ['ARRAY_CONTAINS_ALL', [[1, true, '3', [1, 2, 3]], 1, true, '3', [1, 2, 3]], true],
  ['ARRAY_CONTAINS_ALL', [[1, 2, 3, 4], 2, 3, 4, 5], false],
  ['ARRAY_CONTAINS_ALL', [[1, 2, 3, 4], 1, undefined], undefined],
  ['ARRAY_CONTAINS_ALL', [[1, 2, 3, 4], 5, undefined], false],
  ['ARRAY_CONTAINS_ANY', [[1, 2, 3, 4], 5, 4], true],
  ['ARRAY_CONTAINS_ANY', [[1, 2, 3, 4], 5, 6], false],
  ['ARRAY_CONTAINS_ANY', [[1, 2, 3, 4], 1, undefined], true],
  ['ARRAY_CONTAINS_ANY', [[1, 2, 3, 4], 5, undefined], undefined],
  ['ARRAY_LENGTH', [[1, 2]], 2],
  ['ARRAY_LENGTH', ['ab'], undefined],
  ['ARRAY_MAX', [[1, 'a', null, true]], 'a'],
  ['ARRAY_MAX', [[1, {}]], undefined],
  ['ARRAY_MEDIAN', [[1, 2, 3, 4]], 2.5],
  ['ARRAY_MEDIAN', [[1, 2, 3.3, 4.7, 7.8]], 3.3],
  ['ARRAY_MEDIAN', [[1, -2.7, 3, -4]], -0.8500000000000001],
  ['ARRAY_MEDIAN', [['abc']], undefined],
  ['ARRAY_MIN', [[3, 1, 2]], 1],
  ['ARRAY_MIN', [[]], undefined],
  ['ARRAY_SLICE', [fruit, 1], ['strawberries', 'bananas']],
  ['ARRAY_SLICE', [fruit, 1, 1], ['strawberries']],
  ['ARRAY_SLICE', [fruit, -2, 1], ['strawberries']],
  ['ARRAY_SLICE', [fruit, -9, 1], ['apples']],
  ['ARRAY_SLICE', [fruit, 1, 0], []],
  ['ARRAY_SLICE', [fruit, 1, 1000], ['strawberries', 'bananas']],
  ['ARRAY_SLICE', [fruit, 1, -100], []],
  ['ARRAY_SLICE', [fruit, '1'], undefined],
  ['ARRAY_SUM', [[1, 2]], 3],
  ['ARRAY_SUM', [[1, '2']], undefined],
  ['CHOOSE', [1, 'adventure', 'works', true, [1]], 'adventure'],
  ['CHOOSE', [0, 'adventure'], undefined],
  ['CHOOSE', [5, 'adventure'], undefined],
  ['CHOOSE', ['1', 'adventure'], undefined],
  [
    'OBJECTTOARRAY',
    [{ a: '12345', b: '67890' }],
    [
      { k: 'a', v: '12345' },
      { k: 'b', v: '67890' },
    ],
  ],
  ['OBJECTTOARRAY', [{ a: 1 }, 'name'], [{ name: 'a', v: 1 }]],
  ['OBJECTTOARRAY', [{ a: 1 }, 'key', 'value'], [{ key: 'a', value: 1 }]],
  ['OBJECTTOARRAY', [[1]], undefined],
  [
    'SETDIFFERENCE',
    [
      [1, 2, 6, 7],
      [1, 2, 3],
    ],
    [6, 7],
  ],
  [
    'SETDIFFERENCE',
    [
      [1, 1, 1, 1],
      [2, 3, 4],
    ],
    [1],
  ],
  [
    'SETEQUAL',
    [
      [1, 2, 2],
      [2, 1],
    ],
    true,
  ],
  [
    'SETEQUAL',
    [
      [1, 2],
      [1, 3],
    ],
    false,
  ],
  ['SETEQUAL', [[1, 2], 1], undefined],
  [
    'SETINTERSECT',
    [
      [1, 2, 3, 4],
      [3, 4, 5, 6],
    ],
    [3, 4],
  ],
  ['SETINTERSECT', [[{ a: 1, b: 2 }], [{ b: 2, a: 1 }]], [{ a: 1, b: 2 }]],
  [
    'SETUNION',
    [
      [1, 2, 3, 4],
      [3, 4, 5, 6],
    ],
    [1, 2, 3, 4, 5, 6],
  ],
  [
    'SETUNION',
    [
      [1, 2, 'A', 'B'],
      ['A', 1],
    ],
    [1, 2, 'A', 'B'],
  ],
  ['SETUNION', [[1], null], undefined],
]);

test('ARRAY_CONCAT rejects more items than it may make', () => {
  const half: Value = new Array<number>(500_001).fill(0);
  expect(() => evaluateFunction('ARRAY_CONCAT', half, half)).toThrow('ARRAY_CONCAT');
});
