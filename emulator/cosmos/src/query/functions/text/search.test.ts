import { evaluateFunction, testContext, testFunctions } from '../../../testing/function-cases.ts';
import type { EvaluationContext } from '../../values/evaluation-context.ts';
import { scalarFunctions } from '../catalogue.ts';

const text = 'The quick brown fox jumps over the lazy dog. A fox!';
testFunctions([
  ['DOCUMENTID', [{ id: '63700', _rid: '36ZyAPW+uN8NAAAAAAAAAA==' }], 13],
  ['DOCUMENTID', [{ id: '63700' }], undefined],
  ['DOCUMENTID', [{ _rid: 'AAAA' }], undefined],
  ['DOCUMENTID', ['63700'], undefined],
  [
    'VECTORDISTANCE',
    [
      [1, 0],
      [1, 0],
    ],
    1,
  ],
  [
    'VECTORDISTANCE',
    [
      [1, 0],
      [0, 1],
    ],
    0,
  ],
  ['VECTORDISTANCE', [[1, 2], [3, 4], true, { distanceFunction: 'DotProduct' }], 11],
  ['VECTORDISTANCE', [[0, 0], [3, 4], false, { distanceFunction: 'euclidean' }], 5],
  ['VECTORDISTANCE', [[1, 0], [1]], undefined],
  [
    'VECTORDISTANCE',
    [
      [0, 0],
      [1, 1],
    ],
    undefined,
  ],
  [
    'VECTORDISTANCE',
    [
      [1, '0'],
      [1, 1],
    ],
    undefined,
  ],
  ['VECTORDISTANCE', [[1], [1], true, { distanceFunction: 'hamming' }], undefined],
  ['VECTORDISTANCE', ['1', [1]], undefined],
  ['FULLTEXTCONTAINS', [text, 'Brown FOX'], true],
  ['FULLTEXTCONTAINS', [text, 'fox brown'], false],
  ['FULLTEXTCONTAINS', [text, 'row'], false],
  ['FULLTEXTCONTAINS', [text, ''], false],
  ['FULLTEXTCONTAINS', [undefined, 'fox'], undefined],
  ['FULLTEXTCONTAINSALL', [text, 'fox', 'dog'], true],
  ['FULLTEXTCONTAINSALL', [text, 'fox', 'cat'], false],
  ['FULLTEXTCONTAINSANY', [text, 'cat', 'dog'], true],
  ['FULLTEXTCONTAINSANY', [text, 'cat', 1], undefined],
  ['FULLTEXTCONTAINS', [text, { term: 'brwn', distance: 1 }], true],
  ['FULLTEXTCONTAINS', [text, { term: 'brwon', distance: 1 }], false],
  ['FULLTEXTCONTAINS', [text, { term: 'brwon', distance: 2 }], true],
  ['FULLTEXTCONTAINS', [text, { term: 'brown fax', distance: 1 }], true],
  ['FULLTEXTCONTAINS', [text, { term: 'elephant', distance: 2 }], false],
  ['FULLTEXTCONTAINS', [text, { term: 'brown', distance: 0 }], true],
  ['FULLTEXTCONTAINS', [text, { term: 'brown' }], undefined],
  ['FULLTEXTCONTAINSALL', [text, { term: 'foxes', distance: 2 }, 'dog'], true],
  ['_FULLTEXTWORDCOUNT', [text], 11],
  ['_FULLTEXTWORDCOUNT', [1], undefined],
  ['_FULLTEXTSCORE', [text, ['cat'], 10, 110, [1]], 0],
  ['_FULLTEXTSCORE', [text, ['cat'], 10, 110, 'x'], undefined],
]);

test('VECTORDISTANCE takes the function of the vector policy unless the options name one', () => {
  const definition = scalarFunctions.get('VECTORDISTANCE');
  const policy: EvaluationContext = {
    ...testContext,
    distanceOf: (path) => (path === '/a/v' ? 'euclidean' : undefined),
  };
  expect(definition?.evaluate([[0, 0], [3, 4], undefined, undefined, '/a/v'], policy)).toBe(5);
  expect(definition?.evaluate([[0, 2], [0, 4], undefined, undefined, '/v'], policy)).toBe(1);
  expect(definition?.evaluate([[1, 2], [3, 4], true, { distanceFunction: 'dotproduct' }], policy)).toBe(11);
});

test('the BM25 score rises with frequency and rarity, and falls with length', () => {
  const score = (words: string, hits: number) =>
    Number(evaluateFunction('_FULLTEXTSCORE', words, ['fox'], 100, 500, [hits]));
  expect(score('fox fox bird cow pig', 10)).toBeGreaterThan(score('fox dog bird cow pig', 10));
  expect(score('fox dog bird cow pig', 1)).toBeGreaterThan(score('fox dog bird cow pig', 50));
  expect(score('fox dog', 10)).toBeGreaterThan(score('fox dog bird cow pig', 10));
});

test.each(['FULLTEXTSCORE', 'RRF'])('%s is rejected outside ORDER BY RANK', (name) => {
  expect(() => evaluateFunction(name, 'a', 'b')).toThrow('ORDER BY RANK');
});
