import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { compileQuery, type QueryParameter } from '../compile-query.ts';

/** The codes of the mistakes that a query is rejected for; a message where the gateway has no code. */
function mistakesOf(text: string, parameters: readonly QueryParameter[] = []): readonly string[] {
  try {
    const query = compileQuery(text, parameters);
    query.plan({ partitionKey: { paths: ['/key'], kind: 'Hash', version: 2 } });
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message.replace('Message: ', '') : '';
    const { errors = [], Errors = [] } = JSON.parse(message) as { errors?: { code: string }[]; Errors?: string[] };
    return [...errors.map(({ code }) => code), ...Errors];
  }
}

const CORRELATED = 'Order-by over correlated collections is not supported.';
const GROUPED_ORDER = 'ORDER BY is not supported together with GROUP BY.';

const GROUPED_RANK = 'SELECT c.a FROM c GROUP BY c.a ORDER BY RANK FullTextScore(c.a, "x")';
const COMPOSED = 'Compositions of aggregates and other expressions are not allowed.';
const NOT_LITERAL =
  'Invalid OFFSET/LIMIT spec for Hybrid Search query. Expected a number literal in order to distribute query correctly.';

/** `count` times the same part of a query, joined. */
function repeated(part: string, count: number, separator: string): string {
  return Array.from({ length: count }, () => part).join(separator);
}

/** What the service is known to reject: docs/discoveries/rejected-queries.md. Of a query that is too long the title is its head. */
const rejected: readonly (readonly [query: string, mistakes: readonly string[]])[] = [
  ['SELECT * FROM c WHERE', ['SC1002']],
  ['SELECT', ['SC1002']],
  ['SELECT * FROM c WHERE (c.a = 1', ['SC1002']],
  ['SELECTT * FROM c', ['SC1001']],
  ['SELECT DISTINCT DISTINCT c.a FROM c', ['SC1001']],
  ['SELECT c.id AS value FROM c', ['SC1001']],
  ['SELECT VALUE c.order FROM c', ['SC1001']],
  ['SELECT VALUE c.a, c.b FROM c', ['SC1001']],
  ['SELECT *, c.a FROM c', ['SC1001']],
  ['SELECT c.* FROM c', ['SC1001']],
  ['SELECT COUNT(*) FROM c', ['SC1001']],
  ['SELECT ROW_NUMBER() OVER (ORDER BY c.a) FROM c', ['SC1001']],
  ['SELECT * FROM @container', ['SC1001']],
  ['SELECT * FROM c WHERE c.a IN ()', ['SC1001']],
  ['SELECT * FROM c WHERE c.a == 1', ['SC1001']],
  ['SELECT * FROM c WHERE c.created > 6,35430269777489E+17', ['SC1001']],
  ['SELECT * FROM c LIMIT 1', ['SC1001']],
  ['SELECT * FROM c OFFSET -1 LIMIT 2', ['SC1001']],
  ['SELECT c.a FROM c HAVING c.a > 1', ['SC1001']],
  ['INSERT INTO c VALUES (1)', ['SC1001']],
  ['SELECT * FROM c;', ['SC1010']],
  ['SELECT * FROM c WHERE c.a = 1a', ['SC1011']],
  ['SELECT * FROM c WHERE c.a = "x', ['SC1012']],
  [`SELECT VALUE "${'x'.repeat(262_144)}"`, ['SC3020']],
  [`SELECT VALUE ${'('.repeat(300)}1${')'.repeat(300)}`, ['SC3002']],
  [`SELECT VALUE 1 FROM c ${repeated('JOIN x IN c.l', 6, ' ')}`, ['SC3021']],
  [`SELECT VALUE 1 IN (${repeated('1', 16_001, ',')})`, ['SC3022']],
  [`SELECT ${repeated('udf.f(c.a)', 11, ', ')} FROM c`, ['SC3023']],
  [`SELECT * FROM c WHERE ${repeated('c.a', 502, ' AND ')}`, ['SC3024']],
  [`SELECT * FROM c WHERE ${repeated('c.a', 502, ' OR ')}`, ['SC3025']],
  ['SELECT * FROM c JOIN x IN c.l JOIN x IN c.l', ['SC2031']],
  ['SELECT c.id AS d FROM c ORDER BY d', ['SC2001']],
  ['SELECT * FROM c WHERE d.a = 1', ['SC2001']],
  ['SELECT * FROM a JOIN b', ['SC2001']],
  ['SELECT * FROM c WHERE CONTAINS(c.a)', ['SC2050']],
  ['SELECT VALUE STARTSWITH(c.a, "a", true, 1) FROM c', ['SC2050']],
  ['SELECT COUNT() FROM c', ['SC2050']],
  ['SELECT * FROM c WHERE c.a LIKE "a" ESCAPE "ab"', ['SC2070']],
  ['SELECT TOP 1.5 * FROM c', ['SC2062']],
  ['SELECT TOP @n * FROM c', ['SC2062']],
  ['SELECT * FROM c WHERE COUNT(1) > 1', ['SC2073']],
  ['SELECT VALUE SUM(COUNT(1)) FROM c', ['SC2073']],
  ['SELECT c.a FROM c GROUP BY COUNT(1)', ['SC2073']],
  ['SELECT c.a, COUNT(1) FROM c', ['SC2102']],
  ['SELECT MIN(c.a) + MAX(c.a) FROM c', [COMPOSED]],
  ['SELECT VALUE {"sum": SUM(c.a)} FROM c', [COMPOSED]],
  ['SELECT c.a, ABS(AVG(c.b)) AS x FROM c GROUP BY c.a', [COMPOSED]],
  ['SELECT FullTextScore(c.a, "x") FROM c', ['SC2240']],
  ['SELECT VALUE FullTextScore(c.a, "x") FROM c', ['SC2240']],
  ['SELECT FullTextScore(c.a, "x") AS s FROM c ORDER BY RANK FullTextScore(c.a, "x")', ['SC2240']],
  ['SELECT VALUE {"s": FullTextScore(c.a, "x")} FROM c ORDER BY RANK FullTextScore(c.a, "x")', ['SC2240']],
  ['SELECT s.score FROM (SELECT FullTextScore(c.a, "x") AS score FROM c) s', ['SC2240']],
  ['SELECT c.id FROM c WHERE FullTextScore(c.a, "x") > 0', ['SC2240']],
  ['SELECT VALUE RRF(FullTextScore(c.a, "x"), FullTextScore(c.b, "x")) FROM c', ['SC2240']],
  ['SELECT * FROM c ORDER BY FullTextScore(c.a, "x")', ['SC2240']],
  ['SELECT * FROM c ORDER BY RANK UPPER(c.a)', ['SC2221']],
  ['SELECT * FROM c ORDER BY RANK RRF(FullTextScore(c.a, "x"))', ['SC2221']],
  ['SELECT * FROM c ORDER BY RANK RRF(FullTextScore(c.a, "x"), UPPER(c.a))', ['SC2221']],
  ['SELECT * FROM c ORDER BY RANK RRF(FullTextScore(c.a, "x"), [1])', ['SC2221']],
  ['SELECT * FROM c ORDER BY RANK FullTextScore(c.a, "x"), FullTextScore(c.b, "x")', ['SC1001']],
  ['SELECT * FROM c ORDER BY RANK FullTextScore(c.a, "x") DESC', ['SC1001']],
  ['SELECT * FROM c ORDER BY RANK FullTextScore(c.a, ["x"])', ['SC2241']],
  ['SELECT * FROM c ORDER BY RANK FullTextScore(c.a, c.b)', ['SC2241']],
  ['SELECT * FROM c ORDER BY RANK FullTextScore(c.a, 1)', ['SC2241']],
  ['SELECT * FROM c ORDER BY RANK FullTextScore(c.a, {"term": "x", "distance": 3})', ['SC2241']],
  ['SELECT * FROM c ORDER BY RANK FullTextScore("text", "x")', ['SC2241']],
  ['SELECT * FROM c ORDER BY RANK FullTextScore(c.a)', ['SC2050']],
  ['SELECT * FROM c ORDER BY RANK RRF(FullTextScore(c.a, "x"), FullTextScore(c.b, "x"), 1)', ['SC2228']],
  ['SELECT * FROM c ORDER BY RANK RRF(FullTextScore(c.a, "x"), FullTextScore(c.b, "x"), [1])', ['SC2229']],
  ['SELECT * FROM c ORDER BY RANK RRF(FullTextScore(c.a, "x"), FullTextScore(c.b, "x"), [1, "2"])', ['SC2229']],
  ['SELECT * FROM c ORDER BY RANK FullTextScore(c.a, "x") OFFSET @n LIMIT 10', [NOT_LITERAL]],
  ['SELECT * FROM c ORDER BY RANK FullTextScore(c.a, "x") OFFSET 0 LIMIT @n', [NOT_LITERAL]],
  [GROUPED_RANK, [GROUPED_ORDER]],
  ['SELECT * FROM c WHERE FullTextContains(LOWER(c.a), "x")', ['SC2223']],
  ['SELECT * FROM c WHERE FullTextContains(c.a, c.b)', ['SC2223']],
  ['SELECT * FROM c WHERE FullTextContains(c.a, ["x"])', ['SC2223']],
  ['SELECT * FROM c WHERE FullTextContainsAll(c.a, "x", 1)', ['SC2224']],
  ['SELECT * FROM c WHERE FullTextContainsAll(c.a, ["x", "y"])', ['SC2224']],
  ['SELECT * FROM c WHERE FullTextContainsAny("text", "x")', ['SC2225']],
  ['SELECT * FROM c WHERE EXISTS(SELECT 1 FROM x IN c.l WHERE FullTextContainsAny(x.a, x.b))', ['SC2225']],
  ['SELECT TOP 1 VALUE VectorDistance(c.v, [1], false, {"searchListSizeMultiplier": -100}) FROM c', ['SC2213']],
  ['SELECT TOP 1 VALUE VectorDistance(c.v, [1], false, {"searchListSizeMultiplier": 101}) FROM c', ['SC2213']],
  ['SELECT TOP 1 VALUE VectorDistance(c.v, [1], false, {"searchListSizeMultiplier": 1.5}) FROM c', ['SC2213']],
  ['SELECT TOP 1 VALUE VectorDistance(c.v, [1], false, {"quantizedVectorListMultiplier": 0}) FROM c', ['SC2213']],
  ['SELECT TOP 1 VALUE VectorDistance(c.v, [1], false, {"filterPriority": 2}) FROM c', ['SC2213']],
  ['SELECT TOP 1 VALUE VectorDistance(c.v, [1], false, {"distanceFunction": "hamming"}) FROM c', ['SC2213']],
  ['SELECT TOP 1 VALUE VectorDistance(c.v, [1], false, {"dataType": "float64"}) FROM c', ['SC2213']],
  ['SELECT TOP 1 VALUE VectorDistance(c.v, [1], 1) FROM c', ['SC2213']],
  ['SELECT TOP 1 * FROM c ORDER BY VectorDistance(c.v, [1], false, "x")', ['SC2213']],
  ['SELECT TOP 1 * FROM c ORDER BY RANK RRF(VectorDistance(c.v, [1], 1), FullTextScore(c.a, "x"))', ['SC2213']],
  ['SELECT VALUE ARRAY(SELECT VALUE x FROM x IN c.l ORDER BY x) FROM c', ['SC2202']],
  ['SELECT VALUE FIRST(SELECT VALUE x FROM x IN c.l ORDER BY x) FROM c', ['SC2202']],
  ['SELECT VALUE EXISTS(SELECT TOP 1 VALUE x FROM x IN c.l) FROM c', ['SC2203']],
  ['SELECT VALUE (SELECT TOP 1 VALUE x FROM x IN c.l) FROM c', ['SC2203']],
  ['SELECT VALUE ARRAY(SELECT VALUE x FROM x IN c.l OFFSET 1 LIMIT 2) FROM c', ['SC2204']],
  ['SELECT VALUE ARRAY(SELECT VALUE x FROM x IN c.l ORDER BY x OFFSET 1 LIMIT 2) FROM c', ['SC2202', 'SC2204']],
  ['SELECT * FROM c WHERE 1 IN (SELECT TOP 2 VALUE x FROM x IN c.l)', ['SC2203']],
  ['SELECT * FROM (SELECT VALUE c FROM c ORDER BY c.a) AS d', ['SC2202']],
  ['SELECT c.id, x FROM c JOIN (SELECT TOP 1 VALUE y FROM y IN c.l) AS x', ['SC2203']],
  ['SELECT VALUE ARRAY(SELECT VALUE ARRAY(SELECT TOP 1 VALUE y FROM y IN x) FROM x IN c.l) FROM c', ['SC2203']],
  ['SELECT VALUE x FROM c JOIN x IN c.l ORDER BY x', [CORRELATED]],
  ['SELECT VALUE x.a FROM c JOIN x IN c.l ORDER BY x.a DESC', [CORRELATED]],
  ['SELECT DISTINCT VALUE x.a FROM c JOIN x IN c.l ORDER BY x.a', [CORRELATED]],
  ['SELECT VALUE x FROM c JOIN c.o AS x ORDER BY x.a', [CORRELATED]],
  ['SELECT VALUE x FROM c JOIN (SELECT VALUE c.a + 1) AS x ORDER BY x', ['2206']],
  ['SELECT * FROM c ORDER BY LOWER(c.a)', ['2206']],
  ['SELECT * FROM c ORDER BY c.a + 1', ['2206']],
  ['SELECT c.a, COUNT(1) AS n FROM c GROUP BY c.a ORDER BY c.a', [GROUPED_ORDER]],
  ['SELECT TOP 4294967296 * FROM c', ['SC2062']],
  ['SELECT * FROM c OFFSET 4294967296 LIMIT 1', ['SC2062']],
  ['SELECT * FROM c OFFSET 0 LIMIT 4294967296', ['SC2062']],
  ['SELECT VALUE c.l[c.n] FROM c', ['SC2990']],
  ['SELECT VALUE c[LOWER(c.name)] FROM c', ['SC2990']],
  ['SELECT * FROM c GROUP BY c.a', ['SC2041']],
  ['SELECT c.b FROM c GROUP BY c.a', ['SC2102']],
  ['SELECT c.a.b FROM c GROUP BY c.a', ['SC2102']],
  ['SELECT * FROM c JOIN x IN c.l', ['SC2039']],
  ['SELECT *', ['SC2040']],
  ['SELECT NOPE(c.a) FROM c', ['SC2005']],
  ['SELECT VALUE ABS() FROM c', ['SC2050']],
  ['SELECT VALUE d FROM c', ['SC2001']],
];

test.each(rejected.map(([text, mistakes]) => [text.slice(0, 120), mistakes, text] as const))(
  '%s is rejected with %j',
  (_, mistakes, text) => {
    expect(mistakesOf(text)).toEqual(mistakes);
  },
);

/** Rejected while it runs, when the rows are known. */
const WHILE_RUNNING = ['SC2061'];

test('every code that a query can be rejected with has a query above', () => {
  const directory = path.resolve(__dirname, '..');
  const sources = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(path.join(directory, name), 'utf8'));
  const codes = new Set(sources.flatMap((source) => source.match(/(?<=')(?:SC)?[123]\d{3}(?=')/g) ?? []));
  const tested = new Set([...rejected.flatMap(([, mistakes]) => mistakes), ...WHILE_RUNNING]);
  expect(codes.size).toBeGreaterThan(30);
  expect([...codes].filter((code) => !tested.has(code))).toEqual([]);
});

test('a scalar sub-query of two rows is rejected with SC2061 while the query runs', () => {
  const query = compileQuery('SELECT VALUE (SELECT VALUE x FROM x IN c.l) FROM c');
  expect(() => [...query.run([{ l: [1, 2] }], { now: 0, random: () => 0 })]).toThrow('SC2061');
});

test.each<[string, readonly QueryParameter[]]>([
  ['SELECT * FROM c WHERE FullTextContainsAll(c.a, @x, "y")', [{ name: '@x', value: 'x' }]],
  ['SELECT * FROM c ORDER BY RANK FullTextScore(c.a.b, @x)', [{ name: '@x', value: 'x' }]],
  ['SELECT TOP @n * FROM c', [{ name: '@n', value: 4_294_967_295 }]],
])('%s is accepted with its parameters', (text, parameters) => {
  expect(mistakesOf(text, parameters)).toEqual([]);
});

test.each([
  'SELECT VALUE c.a FROM c JOIN x IN c.l ORDER BY c.a',
  'SELECT DISTINCT VALUE c.a FROM c JOIN x IN c.l ORDER BY c.a',
  'SELECT VALUE c FROM c IN f.children ORDER BY c.a',
  'SELECT VALUE ARRAY(SELECT g.name, COUNT(1) AS n FROM g IN c.l GROUP BY g) FROM c',
  'SELECT TOP 4294967295 * FROM c',
  'SELECT c.id FROM c ORDER BY RANK FullTextScore(c.a, "x", {"term": "y", "distance": 2})',
  'SELECT c.id FROM c ORDER BY RANK RRF(VectorDistance(c.v, [1]), FullTextScore(c.a, "x"), [2, -1])',
  'SELECT c.id FROM c ORDER BY RANK VectorDistance(c.v, [1]) OFFSET 0 LIMIT 10',
  'SELECT c.id FROM c WHERE FullTextContains(c.l[0].a, "x")',
  `SELECT VALUE VectorDistance(c.v, [1], null, {"dataType": "Float32", "distanceFunction": "Euclidean", "searchListSizeMultiplier": 100, "quantizedVectorListMultiplier": 1, "filterPriority": 0.5}) FROM c`,
  `SELECT * FROM c WHERE ${repeated('c.a', 501, ' AND ')}`,
  `SELECT ${repeated('udf.f(c.a)', 10, ', ')} FROM c`,
  'SELECT VALUE c.l[0] FROM c',
  'SELECT VALUE c[@name] FROM c',
])('%s is accepted', (text) => {
  expect(mistakesOf(text)).toEqual([]);
});
