import { indexedValueCounter } from '../../model/indexing/index-coverage.ts';
import { readIndexingPolicy } from '../../model/indexing/indexing-policy.ts';
import { feedCharge, pointReadCharge, queryCharge, totalCharge, writeCharge } from './request-charge.ts';

const KB = 1024;

// The published points: docs/discoveries/request-charge.md.
test.each([
  [100, 1],
  [KB, 1],
  [100 * KB, 10],
])('pointReadCharge() of %d bytes is %d', (bytes, charge) => {
  expect(pointReadCharge(bytes)).toBe(charge);
});

test.each([
  ['create', KB, 0, 5.5],
  ['create', 100 * KB, 0, 55],
  ['create', KB, 7, 6.2],
  ['replace', KB, 7, 12.4],
  ['patch', KB, 7, 12.4],
  ['delete', KB, 7, 6.2],
] as const)('writeCharge() of %s, %d bytes, %d indexed values is %d', (kind, sizeInBytes, indexedValues, charge) => {
  expect(writeCharge({ kind, sizeInBytes, indexedValues })).toBe(charge);
});

test('queryCharge() and feedCharge() grow with what is loaded', () => {
  expect(queryCharge({ items: 0, sizeInBytes: 0 })).toBe(2.3);
  expect(queryCharge({ items: 100, sizeInBytes: 100 * KB })).toBe(11.3);
  expect(feedCharge({ items: 10, sizeInBytes: 10 * KB })).toBe(1.9);
});

test('totalCharge() has two decimals', () => {
  expect(totalCharge([0.1, 0.2])).toBe(0.3);
  expect(totalCharge([])).toBe(0);
});

describe('indexedValueCounter()', () => {
  const item = { id: '1', name: { first: 'a', last: 'b' }, tags: ['x', 'y'], _etag: 'e', none: null };

  test.each([
    ['the default policy: all but the etag', {}, 6],
    ['mode none', { indexingMode: 'none' }, 0],
    ['an excluded subtree', { excludedPaths: [{ path: '/name/*' }] }, 4],
    [
      'one scalar of an excluded subtree',
      { includedPaths: [{ path: '/*' }, { path: '/name/first/?' }], excludedPaths: [{ path: '/name/*' }] },
      5,
    ],
    ['the elements of one array only', { includedPaths: [{ path: '/tags/[]/?' }], excludedPaths: [{ path: '/*' }] }, 2],
    ['the etag only', { includedPaths: [{ path: '/"_etag"/?' }], excludedPaths: [{ path: '/*' }] }, 1],
    [
      'a scalar path on something that is no scalar',
      { includedPaths: [{ path: '/name/?' }], excludedPaths: [{ path: '/*' }] },
      0,
    ],
  ])('counts %s', (_, policy, count) => {
    expect(indexedValueCounter(readIndexingPolicy(policy))(item)).toBe(count);
  });
});
