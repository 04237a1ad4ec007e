import type { PartitionKeyDefinition } from '../../model/partition-key/partition-key.ts';
import { compileQuery } from '../compile-query.ts';
import type { PlanPolicy } from './planner.ts';
import type { QueryInfo } from './query-plan.ts';
import { type QueryTarget, rangesOf } from './query-target.ts';

const onKey: PartitionKeyDefinition = { paths: ['/key'], kind: 'Hash', version: 2 };
const hierarchical: PartitionKeyDefinition = { paths: ['/tenant', '/user', '/session'], kind: 'MultiHash', version: 2 };

function keysOf(text: string, partitionKey: PartitionKeyDefinition): QueryTarget | readonly unknown[] {
  const target = compileQuery(text, [{ name: '@p', value: 'x' }]).target({ partitionKey });
  return target.kind === 'keys' ? target.keys : target;
}

test.each<[string, QueryTarget | readonly unknown[]]>([
  ['SELECT * FROM c', { kind: 'all' }],
  ['SELECT 1', { kind: 'none' }],
  ['SELECT * FROM c WHERE c.key = 1', [[1]]],
  ['SELECT * FROM c WHERE 1 = c.key AND c.a > 2', [[1]]],
  ['SELECT * FROM c WHERE c["key"] = @p', [['x']]],
  ['SELECT * FROM c WHERE c.key = UPPER("a")', [['A']]],
  ['SELECT * FROM c WHERE c.key = 1 OR c.key = 2', [[1], [2]]],
  ['SELECT * FROM c WHERE c.key = 1 OR c.a = 2', { kind: 'all' }],
  ['SELECT * FROM c WHERE c.key IN (1, "a", 1)', [[1], ['a']]],
  ['SELECT * FROM c WHERE c.key NOT IN (1)', { kind: 'all' }],
  ['SELECT * FROM c WHERE c.key = 1 AND c.key = 2', { kind: 'none' }],
  ['SELECT * FROM c WHERE c.key = undefined', { kind: 'none' }],
  ['SELECT * FROM c WHERE 1 = 2 AND c.key = 1', { kind: 'none' }],
  ['SELECT * FROM c WHERE c.key != 1', { kind: 'all' }],
  ['SELECT * FROM c WHERE NOT (c.key = 1)', { kind: 'all' }],
  ['SELECT * FROM c WHERE c.key.deep = 1', { kind: 'all' }],
  ['SELECT * FROM c WHERE ABS(c.key) = 1', [[1], [-1]]],
  ['SELECT * FROM c WHERE ABS(c.key) = -1', { kind: 'none' }],
  ['SELECT * FROM c WHERE ABS(c.key) = "a"', { kind: 'none' }],
  ['SELECT * FROM c WHERE NOW() > "2000"', { kind: 'all' }],
  ['SELECT * FROM c WHERE AGO("dd", 1) > "2000"', { kind: 'all' }],
  ['SELECT * FROM c WHERE c.key = {"a": 1}', [[undefined]]],
  ['SELECT VALUE key FROM c JOIN key IN c.keys WHERE key = 1', { kind: 'all' }],
  ['SELECT * FROM c IN c.items WHERE c.key = 1', { kind: 'all' }],
  ['SELECT * FROM x.items c WHERE c.key = 1', { kind: 'all' }],
  ['SELECT VALUE c FROM (SELECT VALUE d FROM d) c WHERE c.key = 1', { kind: 'all' }],
])('%s visits %j', (text, keys) => {
  expect(keysOf(text, onKey)).toEqual(keys);
});

test('a constant condition on a geometry is evaluated on the plane where the container says so', () => {
  const query = compileQuery('SELECT * FROM c WHERE ST_ISVALID({"type": "Point", "coordinates": [-1000, 1000]})');
  expect(query.target({ partitionKey: onKey })).toEqual({ kind: 'none' });
  expect(query.target({ partitionKey: onKey, geospatialType: 'Geometry' })).toEqual({ kind: 'all' });
});

test.each<[string, QueryTarget | readonly unknown[]]>([
  ['c.tenant = "t"', [['t']]],
  ['c.tenant = "t" AND c.user = 1', [['t', 1]]],
  ['c.tenant = "t" AND c.session = 1', [['t']]],
  ['c.user = 1 AND c.session = 1', { kind: 'all' }],
  [
    'c.tenant IN ("t", "u") AND c.user = 1 AND c.session = true',
    [
      ['t', 1, true],
      ['u', 1, true],
    ],
  ],
  [
    '(c.tenant = "t" AND c.user = 1) OR (c.tenant = "u" AND c.user = 2)',
    [
      ['t', 1],
      ['u', 2],
    ],
  ],
])('of a hierarchical key, %s pins %j', (filter, keys) => {
  expect(keysOf(`SELECT * FROM c WHERE ${filter}`, hierarchical)).toEqual(keys);
});

test('ranges of a plan are sorted and do not overlap', () => {
  const target = compileQuery(
    'SELECT * FROM c WHERE c.tenant IN ("a", "b", "c") OR (c.tenant = "a" AND c.user = 1)',
  ).target({ partitionKey: hierarchical });
  const ranges = rangesOf(target, hierarchical);
  expect(ranges).toHaveLength(3);
  for (const [index, range] of ranges.entries()) {
    expect(range.max).toBe(`${range.min}FF`);
    expect(range.min > (ranges[index - 1]?.max ?? '')).toBe(true);
  }
});

test('a full key is a point, an empty result the point before all keys', () => {
  const rangesFor = (text: string) => compileQuery(text).plan({ partitionKey: onKey }).queryRanges;
  const [point] = rangesFor('SELECT * FROM c WHERE c.key = "a"');
  expect(point).toEqual({ min: point?.max, max: point?.min, isMinInclusive: true, isMaxInclusive: true });
  expect(rangesFor('SELECT 1')).toEqual([{ min: '', max: '', isMinInclusive: true, isMaxInclusive: true }]);
  expect(rangesFor('SELECT * FROM c')).toEqual([{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }]);
});

function infoOf(text: string, policy: Partial<PlanPolicy> = {}): QueryInfo {
  const { queryInfo } = compileQuery(text).plan({ partitionKey: onKey, ...policy });
  if (queryInfo === undefined) throw new Error(`${text} has the plan of a hybrid search`);
  return queryInfo;
}

test.each<[string, Partial<QueryInfo>]>([
  [
    'SELECT DISTINCT VALUE c.a FROM c ORDER BY c.a',
    {
      distinctType: 'Ordered',
      orderBy: ['Ascending'],
      rewrittenQuery:
        'SELECT c._rid, [{"item": c.a}] AS orderByItems, c.a AS payload\nFROM c\nWHERE (({documentdb-formattableorderbyquery-filter}) AND IS_DEFINED(c.a))\nORDER BY c.a',
    },
  ],
  ['SELECT DISTINCT VALUE c.a FROM c ORDER BY c.b', { distinctType: 'Unordered' }],
  [
    'SELECT * FROM c WHERE c.x ORDER BY c.a DESC OFFSET 2 LIMIT 3',
    {
      offset: 2,
      limit: 3,
      orderBy: ['Descending'],
      rewrittenQuery:
        'SELECT c._rid, [{"item": c.a}] AS orderByItems, c AS payload\nFROM c\nWHERE (c.x AND ({documentdb-formattableorderbyquery-filter}))\nORDER BY c.a DESC\nOFFSET 0 LIMIT 5',
    },
  ],
  ['SELECT * FROM c WHERE c.key = 1 ORDER BY c.a', { orderBy: [], rewrittenQuery: '' }],
  [
    'SELECT * FROM c WHERE c.key = 1 ORDER BY c.key DESC',
    {
      orderBy: ['Descending'],
      orderByExpressions: ['c.key'],
      rewrittenQuery:
        'SELECT c._rid, [{"item": c.key}] AS orderByItems, c AS payload\nFROM c\nWHERE ((c.key = 1) AND ({documentdb-formattableorderbyquery-filter}))\nORDER BY c.key DESC',
    },
  ],
  [
    'SELECT DISTINCT VALUE c.a FROM c WHERE c.key = 1 ORDER BY c.a',
    {
      distinctType: 'Ordered',
      orderBy: ['Ascending'],
      rewrittenQuery:
        'SELECT c._rid, [{"item": c.a}] AS orderByItems, c.a AS payload\nFROM c\nWHERE (((c.key = 1) AND ({documentdb-formattableorderbyquery-filter})) AND IS_DEFINED(c.a))\nORDER BY c.a',
    },
  ],
  [
    'SELECT COUNT(1) AS n, 5 AS five FROM c',
    {
      groupByAliases: ['n', 'five'],
      groupByAliasToAggregateType: { n: 'Count', five: null },
      rewrittenQuery: 'SELECT {"n": {"item": COUNT(1)}, "five": 5} AS payload\nFROM c',
    },
  ],
  [
    'SELECT VALUE COUNT(1) FROM (SELECT DISTINCT VALUE c.a FROM c)',
    {
      dCountInfo: { dCountAlias: '' },
      distinctType: 'Unordered',
      rewrittenQuery: 'SELECT DISTINCT VALUE c.a\nFROM c',
    },
  ],
  [
    'SELECT TOP 3 * FROM c ORDER BY VectorDistance(c.v, [1, 2])',
    { orderBy: ['Descending'], hasNonStreamingOrderBy: true, top: 3 },
  ],
])('%s is planned', (text, info) => {
  expect(infoOf(text)).toMatchObject(info);
});

test('groups cannot be sorted across partitions', () => {
  expect(() => infoOf('SELECT c.a FROM c GROUP BY c.a ORDER BY c.a')).toThrow(
    /ORDER BY is not supported together with GROUP BY/,
  );
  expect(infoOf('SELECT VALUE COUNT(1) FROM c ORDER BY c.a').orderBy).toEqual([]);
});

test('rows sorted by euclidean distance come nearest first', () => {
  const info = infoOf('SELECT TOP 3 * FROM c ORDER BY VectorDistance(c.v, [1, 2])', { distanceOf: () => 'euclidean' });
  expect(info.orderBy).toEqual(['Ascending']);
});

test('a plan that the client cannot merge is rejected with the missing features', () => {
  const supportedFeatures = new Set(['OrderBy', 'Top']);
  expect(infoOf('SELECT TOP 1 * FROM c ORDER BY c.a', { supportedFeatures }).top).toBe(1);
  expect(() => infoOf('SELECT VALUE COUNT(1) FROM (SELECT DISTINCT VALUE c.a FROM c)', { supportedFeatures })).toThrow(
    /Distinct.*\n.*DCount, which the calling client does not support/s,
  );
});

test.each([
  'SELECT VALUE SUM(c.a) + 1 FROM c',
  'SELECT VALUE {"sum": SUM(c.a)} FROM c',
  'SELECT c.a, ABS(AVG(c.b)) AS b FROM c GROUP BY c.a',
])('%s runs in one partition but cannot be distributed', (text) => {
  expect(() => infoOf(text)).toThrow(/Compositions of aggregates and other expressions are not allowed/);
});
