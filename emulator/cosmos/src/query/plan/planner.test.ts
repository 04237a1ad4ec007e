import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { PartitionKeyDefinition } from '../../model/partition-key.ts';
import { runQuery } from '../../testing/run-query.ts';
import { compileQuery, rangesOf } from '../index.ts';
import type { PlanPolicy } from './planner.ts';
import type { QueryInfo } from './query-plan.ts';
import type { QueryTarget } from './query-ranges.ts';

const onKey: PartitionKeyDefinition = { paths: ['/key'], kind: 'Hash', version: 2 };
const hierarchical: PartitionKeyDefinition = { paths: ['/tenant', '/user', '/session'], kind: 'MultiHash', version: 2 };

function keysOf(text: string, partitionKey: PartitionKeyDefinition): QueryTarget | readonly unknown[] {
  const target = compileQuery(text, [{ name: '@p', value: 'x' }]).target(partitionKey);
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
  ).target(hierarchical);
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
  const info = infoOf('SELECT TOP 3 * FROM c ORDER BY VectorDistance(c.v, [1, 2])', { distanceFunction: 'euclidean' });
  expect(info.orderBy).toEqual(['Ascending']);
});

test('a plan that the client cannot merge is refused with what it lacks', () => {
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

test('every rewritten query is read back once its placeholder is filled', () => {
  for (const { query } of vectors()) {
    const rewritten = planOrUndefined(query)?.queryInfo?.rewrittenQuery;
    if (rewritten) compileQuery(rewritten.replace('{documentdb-formattableorderbyquery-filter}', 'true'));
  }
});

/** Texts that the SDK's client gives the queries of a search plan to run, statistics filled in. */
function searchByPlan(text: string, documents: readonly JsonObject[], policy: Partial<PlanPolicy> = {}) {
  const info = compileQuery(text).plan({ partitionKey: onKey, ...policy }).hybridSearchQueryInfo;
  if (info === undefined) throw new Error(`${text} is no search`);
  const [statistics] = runQuery(info.globalStatisticsQuery, documents) as unknown as readonly Statistics[]; // what the query selects
  const rows = info.componentQueryInfos.map(({ rewrittenQuery }) =>
    runQuery(filledIn(rewrittenQuery, statistics), documents),
  );
  return { info, rows };
}

interface Statistics {
  readonly documentCount: number;
  readonly fullTextStatistics: readonly { readonly totalWordCount: number; readonly hitCounts: readonly number[] }[];
}

function filledIn(query: string, statistics: Statistics | undefined): string {
  const parts = statistics?.fullTextStatistics ?? [];
  return parts
    .reduce(
      (text, part, index) =>
        text
          .replaceAll(`{documentdb-formattablehybridsearchquery-totalwordcount-${index}}`, `${part.totalWordCount}`)
          .replaceAll(
            `{documentdb-formattablehybridsearchquery-hitcountsarray-${index}}`,
            JSON.stringify(part.hitCounts),
          ),
      query,
    )
    .replaceAll('{documentdb-formattablehybridsearchquery-totaldocumentcount}', `${statistics?.documentCount}`)
    .replaceAll('{documentdb-formattableorderbyquery-filter}', 'true');
}

const texts = [
  { _rid: 'a', text: 'the cat sat on the mat', v: [1, 0] },
  { _rid: 'b', text: 'a swim in the lake, and again a swim', v: [0, 1] },
  { _rid: 'c', text: 'one swim', v: [0.9, 0.1] },
  { _rid: 'd', v: [0.5, 0.5] },
];

test('a text search is planned as a query for statistics and one for the score', () => {
  const { info, rows } = searchByPlan('SELECT TOP 2 c.text FROM c ORDER BY RANK FullTextScore(c.text, "swim")', texts);
  expect(info).toMatchObject({ skip: null, take: 2, requiresGlobalStatistics: true, componentWeights: [] });
  expect(info.globalStatisticsQuery).toBe(
    'SELECT COUNT(1) AS documentCount, [{"totalWordCount": SUM(_FullTextWordCount(c.text)), "hitCounts": [COUNTIF(FullTextContains(c.text, "swim"))]}] AS fullTextStatistics\nFROM c',
  );
  expect(runQuery(info.globalStatisticsQuery, texts)).toEqual([
    { documentCount: 4, fullTextStatistics: [{ totalWordCount: 17, hitCounts: [2] }] },
  ]);
  expect(info.componentQueryInfos[0]).toMatchObject({
    top: 120,
    orderBy: ['Descending'],
    hasNonStreamingOrderBy: true,
  });
  expect(rows[0]?.slice(0, 2)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        _rid: 'b',
        payload: { payload: { text: texts[1]?.text }, componentScores: [expect.any(Number)] },
      }),
      expect.objectContaining({ _rid: 'c' }),
    ]),
  );
});

test('a hybrid search has a component for each score, each row carries them all', () => {
  const text =
    'SELECT * FROM c WHERE c._rid != "a" ORDER BY RANK RRF(VectorDistance(c.v, [0, 1]), FullTextScore(c.text, "swim"), [2, 1]) OFFSET 1 LIMIT 100';
  const { info, rows } = searchByPlan(text, texts, { distanceFunction: 'euclidean' });
  expect(info).toMatchObject({ skip: 1, take: 100, componentWeights: [2, 1] });
  expect(info.componentQueryInfos).toMatchObject([
    { orderBy: ['Ascending'], offset: 0, limit: 202 },
    { orderBy: ['Descending'], offset: 0, limit: 202 },
  ]);
  for (const component of rows) {
    expect(component).toHaveLength(3);
    for (const row of component as readonly { payload: { componentScores: readonly number[] } }[]) {
      expect(row.payload.componentScores).toEqual([expect.any(Number), expect.any(Number)]);
    }
  }
});

test.each([
  ['ORDER BY RANK UPPER(c.a)', /no score function/],
  ['ORDER BY RANK RRF(FullTextScore(c.a, "x"), 1)', /two score functions/],
  ['ORDER BY RANK RRF(FullTextScore(c.a, "x"), FullTextScore(c.b, "x"), [1])', /one weight per score/],
  ['ORDER BY RANK FullTextScore(c.a, "x"), FullTextScore(c.b, "x")', /one score function/],
])('%s is refused', (clause, message) => {
  expect(() => compileQuery(`SELECT TOP 1 * FROM c ${clause}`).plan({ partitionKey: onKey })).toThrow(message);
});

test('a search is not run without its plan', () => {
  expect(() => runQuery('SELECT TOP 1 * FROM c ORDER BY RANK FullTextScore(c.text, "swim")', texts)).toThrow(
    expect.objectContaining({ status: 400 }),
  );
});

/** A plan that the service's own query engine gave. */
interface Vector {
  readonly query: string;
  readonly description: string;
  readonly partitionKeys: readonly string[];
  readonly pkType: PartitionKeyDefinition['kind'];
  readonly parameters?: readonly { name: string; value: JsonValue }[];
  readonly expected?: Readonly<Record<string, unknown>>;
  readonly ranges?: readonly string[];
  readonly rewrittenQuery?: string;
  readonly error?: { readonly code: string | null; readonly message: string };
}

const vectorsFile = path.resolve(__dirname, '../../../../../../shared/data/query-plans.json');

function vectors(): readonly Vector[] {
  return existsSync(vectorsFile) ? JSON.parse(readFileSync(vectorsFile, 'utf8')) : [];
}

function planOrUndefined(text: string) {
  try {
    return compileQuery(text).plan({ partitionKey: onKey });
  } catch {
    return undefined;
  }
}

const withVectors = existsSync(vectorsFile) ? test : test.skip;

withVectors('at least 95 % of the plans of the service are given field by field', () => {
  const planned = vectors().filter((vector) => vector.expected !== undefined && vector.pkType !== 'Range');
  const misses = planned.flatMap((vector) => {
    const difference = differenceOf(vector);
    return difference === undefined ? [] : [`${vector.query.replaceAll(/\s+/g, ' ')}\n  ${difference}`];
  });
  const share = 1 - misses.length / planned.length;
  console.log(`${(100 * share).toFixed(1)} % of ${planned.length} plans are equal; the others:\n${misses.join('\n')}`);
  expect(share).toBeGreaterThanOrEqual(0.95);
});

function differenceOf({
  query,
  description,
  parameters,
  partitionKeys,
  pkType,
  ...vector
}: Vector): string | undefined {
  const paths = partitionKeys.length > 0 ? partitionKeys : ['/_partitionKey'];
  const partitionKey: PartitionKeyDefinition = { paths, kind: pkType, version: 2 };
  const compiled = compileQuery(query, parameters);
  const distanceFunction = description.startsWith('Euclidean') ? 'euclidean' : 'cosine';
  const { queryInfo } = compiled.plan({ partitionKey, distanceFunction });
  const wanted = {
    ...vector.expected,
    rewrittenQuery: vector.rewrittenQuery,
    ranges: [...(vector.ranges ?? [])].sort(),
  };
  const given = { ...queryInfo, ranges: printRanges(compiled.target(partitionKey)).sort() };
  const differing = Object.entries(wanted).filter(([name, value]) => !equal(value, given[name as keyof typeof given]));
  return differing.length === 0
    ? undefined
    : differing.map(([name]) => `${name}: ${JSON.stringify(given[name as keyof typeof given])}`).join('; ');
}

/** Equal but for the order of properties; the vectors write null as text in one place. */
function equal(wanted: unknown, given: unknown): boolean {
  const canonical = (value: unknown): string =>
    JSON.stringify(value, (_, member) =>
      member !== null && typeof member === 'object' && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
        : member,
    ).replaceAll('"null"', 'null');
  return canonical(wanted) === canonical(given);
}

/** Ranges before hashing, as the vectors write them. */
function printRanges(target: QueryTarget): string[] {
  if (target.kind === 'all') return ['[[],"Infinity")'];
  if (target.kind === 'none') return ['[[],[]]'];
  return target.keys.map((key) => {
    const printed = `[${key.map(printComponent).join(',')}]`;
    return `[${printed},${printed}]`;
  });
}

function printComponent(component: unknown): string {
  if (component === undefined) return '{}';
  return Number.isInteger(component) ? `${component}.0` : JSON.stringify(component);
}

withVectors('what the service refuses with a code is refused with the same code and message', () => {
  for (const { query, error } of vectors()) {
    if (error?.code == null) continue;
    expect(() => compileQuery(query)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(error.message) }),
    );
    expect(() => compileQuery(query)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(`"${error.code}"`) }),
    );
  }
});
