import type { JsonObject } from '../../model/json.ts';
import type { PartitionKeyDefinition } from '../../model/partition-key/partition-key.ts';
import { runQuery } from '../../testing/run-query.ts';
import { compileQuery } from '../compile-query.ts';
import type { PlanPolicy } from './planner.ts';

const partitionKey: PartitionKeyDefinition = { paths: ['/key'], kind: 'Hash', version: 2 };

/** Runs the queries of a search plan as the SDK's client does, the statistics filled in. */
function searchByPlan(text: string, documents: readonly JsonObject[], policy: Partial<PlanPolicy> = {}) {
  const info = compileQuery(text).plan({ partitionKey, ...policy }).hybridSearchQueryInfo;
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
  const { info, rows } = searchByPlan(text, texts, { distanceOf: () => 'euclidean' });
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
  ['OFFSET 0 LIMIT 10', 120],
  ['OFFSET 10 LIMIT 0', 120],
  ['OFFSET 2147483647 LIMIT 10', 18],
  ['OFFSET 10 LIMIT 2147483647', 18],
])('%s of a search fetches %d rows for a score, as the service counts them', (clause, limit) => {
  const text = `SELECT c.name FROM c ORDER BY RANK FullTextScore(c.text, 'swim') ${clause}`;
  const info = compileQuery(text).plan({ partitionKey }).hybridSearchQueryInfo;
  expect(info?.componentQueryInfos).toMatchObject([{ top: null, offset: 0, limit }]);
});

test.each([
  [0, 120],
  [2_147_483_647, 4_294_967_294],
])('TOP %d of a search fetches %d rows for a score', (top, rows) => {
  const text = `SELECT TOP ${top} c.name FROM c ORDER BY RANK FullTextScore(c.text, 'swim')`;
  const info = compileQuery(text).plan({ partitionKey }).hybridSearchQueryInfo;
  expect(info?.componentQueryInfos).toMatchObject([{ top: rows, offset: null, limit: null }]);
});

test('a document without a score has -1 among its scores', () => {
  const text = 'SELECT TOP 1 * FROM c ORDER BY RANK FullTextScore(c.text, "swim")';
  expect(
    compileQuery(text).plan({ partitionKey }).hybridSearchQueryInfo?.componentQueryInfos[0]?.rewrittenQuery,
  ).toContain('?? -1)]} AS payload');
});

test('a search is not run without its plan', () => {
  expect(() => runQuery('SELECT TOP 1 * FROM c ORDER BY RANK FullTextScore(c.text, "swim")', texts)).toThrow(
    expect.objectContaining({ status: 400 }),
  );
});
