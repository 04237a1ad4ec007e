import { cosmosErrorOf } from '../../testing/expect-cosmos-error.ts';
import { assertSortable, type SortKey, scalarCoverage } from './index-coverage.ts';
import { readIndexingPolicy } from './indexing-policy.ts';

const policy = readIndexingPolicy({
  includedPaths: [{ path: '/*' }],
  excludedPaths: [{ path: '/hidden/*' }],
  compositeIndexes: [
    [
      { path: '/a', order: 'ascending' },
      { path: '/b/c', order: 'descending' },
    ],
  ],
});

function sort(...keys: string[]): void {
  const read = (key: string): SortKey => ({ path: key.replace('-', '').split('.'), descending: key.startsWith('-') });
  assertSortable(policy, scalarCoverage(policy), keys.map(read));
}

describe('assertSortable()', () => {
  it.each([[[]], [['a']], [['-a']], [['id']], [['_ts']], [['a', '-b.c']], [['-a', 'b.c']]])('allows %j', (keys) => {
    expect(() => sort(...keys)).not.toThrow();
  });

  it.each([[['a', 'b.c']], [['b.c', 'a']], [['a', '-b.c', 'id']], [['a', 'id']], [['a', '-b']]])(
    'rejects %j, which no composite index serves',
    (keys) => {
      expect(cosmosErrorOf(() => sort(...keys))).toMatchObject({
        status: 400,
        message: expect.stringContaining('composite index'),
      });
    },
  );

  it('rejects a path that the policy excludes', () => {
    expect(cosmosErrorOf(() => sort('hidden.x'))).toMatchObject({
      status: 400,
      message: expect.stringContaining('excluded'),
    });
  });
});
