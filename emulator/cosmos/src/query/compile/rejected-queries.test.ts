import { compileQuery } from '../compile-query.ts';

/** The codes of the mistakes that a query is rejected for; a message where the gateway has no code. */
function mistakesOf(text: string): readonly string[] {
  try {
    compileQuery(text);
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message.replace('Message: ', '') : '';
    const { errors = [], Errors = [] } = JSON.parse(message) as { errors?: { code: string }[]; Errors?: string[] };
    return [...errors.map(({ code }) => code), ...Errors];
  }
}

const CORRELATED = 'Order-by over correlated collections is not supported.';
const GROUPED_ORDER = 'ORDER BY is not supported together with GROUP BY.';

test.each<[string, readonly string[]]>([
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
  ['SELECT * FROM c GROUP BY c.a', ['SC2041']],
  ['SELECT c.b FROM c GROUP BY c.a', ['SC2102']],
  ['SELECT c.a.b FROM c GROUP BY c.a', ['SC2102']],
  ['SELECT * FROM c JOIN x IN c.l', ['SC2039']],
  ['SELECT *', ['SC2040']],
  ['SELECT NOPE(c.a) FROM c', ['SC2005']],
  ['SELECT VALUE ABS() FROM c', ['SC2050']],
  ['SELECT VALUE d FROM c', ['SC2001']],
])('%s is rejected with %j', (text, mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});

test.each([
  'SELECT VALUE c.a FROM c JOIN x IN c.l ORDER BY c.a',
  'SELECT DISTINCT VALUE c.a FROM c JOIN x IN c.l ORDER BY c.a',
  'SELECT VALUE c FROM c IN f.children ORDER BY c.a',
  'SELECT VALUE ARRAY(SELECT g.name, COUNT(1) AS n FROM g IN c.l GROUP BY g) FROM c',
  'SELECT TOP 4294967295 * FROM c',
])('%s is accepted', (text) => {
  expect(mistakesOf(text)).toEqual([]);
});
