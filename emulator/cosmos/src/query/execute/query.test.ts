import type { JsonValue } from '../../model/json.ts';
import { runQuery } from '../../testing/run-query.ts';

const families = [
  {
    id: 'AndersenFamily',
    lastName: 'Andersen',
    children: [{ firstName: 'Henriette', gender: 'female', grade: 5, pets: [{ givenName: 'Fluffy' }] }],
    address: { state: 'WA', city: 'Seattle' },
    isRegistered: true,
    n: 1,
  },
  {
    id: 'WakefieldFamily',
    children: [
      {
        familyName: 'Merriam',
        givenName: 'Jesse',
        gender: 'female',
        grade: 1,
        pets: [{ givenName: 'Goofy' }, { givenName: 'Shadow' }],
      },
      { familyName: 'Miller', givenName: 'Lisa', gender: 'female', grade: 8 },
    ],
    address: { state: 'NY', city: 'NY' },
    isRegistered: false,
    n: 2,
    'odd name': 'x',
  },
  { id: 'Nobody', lastName: null, n: 2, 'a-b': { '0': 'zero' } },
];

/** The value of an expression over the first family. */
function evaluate(expression: string): JsonValue | undefined {
  return runQuery(`SELECT VALUE ${expression} FROM c`, [families[0] ?? null])[0];
}

test.each<[string, JsonValue | undefined]>([
  ['1 + 2 * 3', 7],
  ['7 / 2', 3.5],
  ['7 % 4', 3],
  ['1 / 0', undefined],
  ['NaN', undefined],
  ['[1, -Infinity, {"a": NaN, "b": 2}]', [1, { b: 2 }]],
  ['c.n < Infinity', true],
  ['c.n BETWEEN -Infinity AND Infinity', true],
  ['Infinity >= Infinity', true],
  ['c.n != NaN', true],
  ['NaN = NaN', false],
  ['"1" < Infinity', undefined],
  ['IS_NUMBER(Infinity)', true],
  ['IS_FINITE_NUMBER(NaN)', false],
  ['TOSTRING(-Infinity)', '-Infinity'],
  ['1 + "1"', undefined],
  ['1 + null', undefined],
  ['-c.n', -1],
  ['-"1"', undefined],
  ['~5', -6],
  ['6 & 3', 2],
  ['6 | 1', 7],
  ['6 ^ 3', 5],
  ['1 << 4', 16],
  ['-16 >> 2', -4],
  ['-1 >>> 28', 15],
  ['1.5 | 1', undefined],
  ['"a" || "b"', 'ab'],
  ['"a" || 1', undefined],
  ['c.none ?? "d"', 'd'],
  ['null ?? "d"', null],
  ['true ? 1 : 2', 1],
  ['1 ? 1 : 2', 2],
  ['c.none ? 1 : 2', 2],
  ['1 = 1.0', true],
  ['1 = "1"', false],
  ['null = undefined', undefined],
  ['null = null', true],
  ['[1, {"a": 2}] = [1, {"a": 2}]', true],
  ['{"a": 1, "b": 2} = {"b": 2, "a": 1}', true],
  ['1 != "1"', true],
  ['1 < 2', true],
  ['"a" < "b"', true],
  ['false < true', true],
  ['1 < "2"', undefined],
  ['[1] < [2]', undefined],
  ['true AND undefined', undefined],
  ['false AND undefined', false],
  ['undefined AND false', false],
  ['true OR undefined', true],
  ['undefined OR true', true],
  ['false OR undefined', undefined],
  ['true AND 1', undefined],
  ['NOT true', false],
  ['NOT 1', undefined],
  ['NOT undefined', undefined],
  ['2 BETWEEN 1 AND 3', true],
  ['2 NOT BETWEEN 1 AND 3', false],
  ['"b" BETWEEN "a" AND "c"', true],
  ['2 BETWEEN "a" AND 3', undefined],
  ['2 IN (1, 2)', true],
  ['2 NOT IN (1, 2)', false],
  ['2 IN (1, c.none)', undefined],
  ['2 IN (2, c.none)', true],
  ['c.none IN (1, 2)', undefined],
  ['[1] IN ([1], 2)', true],
  ['5 IN (SELECT VALUE x.grade FROM x IN c.children)', true],
  ['"abc" LIKE "a%"', true],
  ['"abc" LIKE "%b%"', true],
  ['"abc" LIKE "_b_"', true],
  ['"abc" LIKE "b"', false],
  ['"abc" NOT LIKE "b%"', true],
  ['"a%c" LIKE "a!%c" ESCAPE "!"', true],
  ['"abc" LIKE "a!%c" ESCAPE "!"', false],
  ['"b" LIKE "[a-c]"', true],
  ['"d" LIKE "[^a-c]"', true],
  ['"[" LIKE "["', true],
  ['"" LIKE "%"', true],
  ['"😀" LIKE "_"', true],
  ['"aXbXc" LIKE "a%X%c"', true],
  ['1 LIKE "1"', undefined],
  ['c.address["city"]', 'Seattle'],
  ['c.children[0].firstName', 'Henriette'],
  ['c.children["0"]', undefined],
  ['c.children.length', undefined],
  ['c.toString', undefined],
  ['c.__proto__', undefined],
  ['c["constructor"]', undefined],
  ['c.id.length', undefined],
  ['{"a": c.none, "b": 1}', { b: 1 }],
  ['[c.none, 1]', [1]],
  ['{"__proto__": 1}["__proto__"]', 1],
  ['EXISTS(SELECT VALUE p FROM p IN c.children WHERE p.grade > 4)', true],
  ['EXISTS(SELECT VALUE c.none)', false],
  ['EXISTS(SELECT c.none)', true],
  ['ARRAY(SELECT VALUE p.grade FROM p IN c.children)', [5]],
  ['ALL(SELECT VALUE p.grade > 4 FROM p IN c.children)', true],
  ['(SELECT VALUE COUNT(1) FROM p IN c.children)', 1],
  ['(SELECT VALUE p FROM p IN c.none)', undefined],
  ['ABS(-1) + LENGTH("abc")', 4],
  ['IIF(true, 1, 2)', 1],
])('the expression %s is %j', (text, value) => {
  expect(evaluate(text)).toEqual(value);
});

test.each<[string, readonly JsonValue[]]>([
  ['SELECT VALUE c.id FROM c', ['AndersenFamily', 'WakefieldFamily', 'Nobody']],
  ['SELECT VALUE c.lastName FROM c', ['Andersen', null]],
  ['SELECT c.lastName FROM c', [{ lastName: 'Andersen' }, {}, { lastName: null }]],
  ['SELECT c.n, c.n + 1, c.n AS m, "x" FROM c WHERE c.n = 1', [{ n: 1, $1: 2, m: 1, $2: 'x' }]],
  ['SELECT VALUE f.id FROM Families f WHERE f.isRegistered', ['AndersenFamily']],
  ['SELECT VALUE f.id FROM Families f WHERE NOT f.isRegistered', ['WakefieldFamily']],
  ['SELECT VALUE root.id FROM root WHERE root.address.state = "NY"', ['WakefieldFamily']],
  ['SELECT * FROM Families.children[0].firstName', ['Henriette']],
  ['SELECT VALUE x.grade FROM x IN Families.children', [5, 1, 8]],
  ['SELECT VALUE children[0].grade FROM Families.children', [5, 1]],
  [
    'SELECT f.id, p.givenName FROM f JOIN c IN f.children JOIN p IN c.pets',
    [
      { id: 'AndersenFamily', givenName: 'Fluffy' },
      { id: 'WakefieldFamily', givenName: 'Goofy' },
      { id: 'WakefieldFamily', givenName: 'Shadow' },
    ],
  ],
  ['SELECT VALUE c.grade FROM f JOIN c IN f.children WHERE c.grade > 1 AND f.n = 2', [8]],
  ['SELECT VALUE a FROM f JOIN a IN f.none', []],
  ['SELECT VALUE s FROM f JOIN (SELECT VALUE c.grade FROM c IN f.children WHERE c.grade > 4) AS s', [5, 8]],
  ['SELECT VALUE s.total FROM (SELECT COUNT(1) AS total FROM c) s', [3]],
  ['SELECT VALUE x FROM (SELECT DISTINCT VALUE c.n FROM c) AS x WHERE x > 1', [2]],
  ['SELECT * FROM (SELECT c.n FROM c WHERE c.n = 1)', [{ n: 1 }]],
  ['SELECT VALUE LAST(SELECT VALUE k.grade FROM k IN c.children) FROM c', [5, 8]],
  ['SELECT VALUE FIRST(SELECT VALUE k.grade FROM k IN c.children) FROM c', [5, 1]],
  ['SELECT DISTINCT VALUE c.n FROM c', [1, 2]],
  ['SELECT DISTINCT c.none FROM c', [{}]],
  ['SELECT TOP 2 VALUE c.id FROM c', ['AndersenFamily', 'WakefieldFamily']],
  ['SELECT TOP 0 VALUE c.id FROM c', []],
  ['SELECT VALUE c.id FROM c OFFSET 1 LIMIT 1', ['WakefieldFamily']],
  ['SELECT VALUE c.id FROM c OFFSET 9 LIMIT 1', []],
  ['SELECT VALUE c.id FROM c ORDER BY c.id DESC', ['WakefieldFamily', 'Nobody', 'AndersenFamily']],
  ['SELECT VALUE c.id FROM c ORDER BY c.n DESC, c.id ASC', ['Nobody', 'WakefieldFamily', 'AndersenFamily']],
  ['SELECT VALUE c.id FROM c ORDER BY c.lastName', ['WakefieldFamily', 'Nobody', 'AndersenFamily']],
  ['SELECT TOP 1 VALUE c.id FROM c ORDER BY c.id', ['AndersenFamily']],
  ['SELECT DISTINCT VALUE c.n FROM c ORDER BY c.n DESC', [2, 1]],
  ['SELECT VALUE c.id FROM c ORDER BY c.id OFFSET 1 LIMIT 1', ['Nobody']],
  [
    'SELECT COUNT(1) AS n, c.n AS key FROM c GROUP BY c.n',
    [
      { n: 1, key: 1 },
      { n: 2, key: 2 },
    ],
  ],
  ['SELECT VALUE COUNT(1) FROM c GROUP BY c.n', [1, 2]],
  ['SELECT c.none, COUNT(1) AS n FROM c GROUP BY c.none', [{ n: 3 }]],
  [
    'SELECT UPPER(c.id) AS id, MAX(c.n) AS n FROM c GROUP BY UPPER(c.id), c.n OFFSET 2 LIMIT 5',
    [{ id: 'NOBODY', n: 2 }],
  ],
  ['SELECT VALUE {"sum": SUM(c.n), "avg": AVG(c.n)} FROM c', [{ sum: 5, avg: 5 / 3 }]],
  ['SELECT SUM(c.n) + 1 FROM c', [{ $1: 6 }]],
  ['SELECT VALUE COUNT(1) FROM c WHERE false', [0]],
  ['SELECT VALUE MIN(c.n) FROM c WHERE false', []],
  ['SELECT MIN(c.n), MAX(c.lastName) FROM c', [{ $1: 1, $2: 'Andersen' }]],
  ['SELECT VALUE COUNT(c.lastName) FROM c', [2]],
  [
    'SELECT c.n, (SELECT VALUE COUNT(1) FROM k IN c.children) AS kids FROM c WHERE c.n = 2',
    [
      { n: 2, kids: 2 },
      { n: 2, kids: 0 },
    ],
  ],
  [
    'SELECT VALUE ARRAY(SELECT k.grade, COUNT(1) AS n FROM k IN c.children GROUP BY k.grade) FROM c WHERE c.n = 1',
    [[{ grade: 5, n: 1 }]],
  ],
  ['SELECT 1', [{ $1: 1 }]],
  ['SELECT VALUE 1 WHERE false', []],
  ['SELECT VALUE c["odd name"] FROM c', ['x']],
  ['SELECT VALUE c["a-b"]["0"] FROM c', ['zero']],
])('%s', (text, rows) => {
  expect(runQuery(text, families)).toEqual(rows);
});

test.each<[string, Record<string, JsonValue>, readonly JsonValue[]]>([
  ['SELECT VALUE c.id FROM c WHERE c.address = @a', { '@a': { city: 'NY', state: 'NY' } }, ['WakefieldFamily']],
  ['SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(@ids, c.id)', { '@ids': ['Nobody', 'x'] }, ['Nobody']],
  ['SELECT VALUE c.id FROM c WHERE c.n = @none', {}, []],
  ['SELECT VALUE c[@name] FROM c', { '@name': 'n' }, [1, 2, 2]],
  ['SELECT VALUE c.children[@at].grade FROM c', { '@at': 1 }, [8]],
  ['SELECT TOP @n VALUE c.id FROM c', { '@n': 1 }, ['AndersenFamily']],
  ['SELECT VALUE c.id FROM c OFFSET @o LIMIT @l', { '@o': 1, '@l': 1 }, ['WakefieldFamily']],
  ['SELECT VALUE c.id FROM c WHERE c.id LIKE @p', { '@p': '%o%y' }, ['Nobody']],
  ['SELECT VALUE @v', { '@v': [1, null] }, [[1, null]]],
])('%s with %j', (text, parameters, rows) => {
  expect(runQuery(text, families, parameters)).toEqual(rows);
});

test('rewritten queries of partitions run', () => {
  const documents = [
    { _rid: 'a', x: 2, t: 'p' },
    { _rid: 'b', x: 1, t: 'q' },
    { _rid: 'c', x: 4, t: 'p' },
  ];
  expect(
    runQuery(
      'SELECT c._rid, [{"item": c.x}] AS orderByItems, c AS payload FROM c WHERE (true) ORDER BY c.x',
      documents,
    ),
  ).toEqual(
    [1, 0, 2].map((at) => ({
      _rid: documents[at]?._rid,
      orderByItems: [{ item: documents[at]?.x }],
      payload: documents[at],
    })),
  );
  expect(
    runQuery(
      'SELECT [{"item": c.t}] AS groupByItems, {"n": {"item": COUNT(1)}, "t": c.t} AS payload FROM c GROUP BY c.t',
      documents,
    ),
  ).toEqual([
    { groupByItems: [{ item: 'p' }], payload: { n: { item: 2 }, t: 'p' } },
    { groupByItems: [{ item: 'q' }], payload: { n: { item: 1 }, t: 'q' } },
  ]);
  expect(runQuery('SELECT VALUE [{"item": {"sum": SUM(c.x), "count": COUNT(c.x)}}] FROM c', documents)).toEqual([
    [{ item: { sum: 7, count: 3 } }],
  ]);
});

test('a scalar sub-query of several rows is rejected', () => {
  expect(() => runQuery('SELECT VALUE (SELECT VALUE k FROM k IN c.children) FROM c', families)).toThrow(/cardinality/);
});

test('a LIKE pattern of many wildcards takes time in proportion to pattern and text', () => {
  const text = 'a'.repeat(20_000);
  expect(runQuery(`SELECT VALUE @t LIKE "${'%a'.repeat(50)}b"`, [], { '@t': text })).toEqual([false]);
});

// Source: the results of "GROUP BY", Cosmos DB query reference.
test('groups of one key come in its order, the one without a value first', () => {
  const documents = ['python', undefined, 'c-sharp', 'javascript', 'python', 2, null, true].map((lang) => ({
    ...(lang !== undefined && { lang }),
  }));
  const groups = [{}, { lang: null }, { lang: true }, { lang: 2 }, { lang: 'c-sharp' }];
  const query = 'SELECT c.lang FROM c GROUP BY c.lang';
  expect(runQuery(query, documents)).toEqual([...groups, { lang: 'javascript' }, { lang: 'python' }]);
  expect(runQuery(`${query} OFFSET 4 LIMIT 2`, documents)).toEqual([{ lang: 'c-sharp' }, { lang: 'javascript' }]);
  const inner = 'SELECT VALUE ARRAY(SELECT VALUE x FROM x IN c.l GROUP BY x) FROM c';
  expect(runQuery(inner, [{ l: [3, 1, 2, 1] }])).toEqual([[1, 2, 3]]);
});

test('groups of several keys come in the order of their first rows', () => {
  const documents = [
    { a: 'y', b: 2 },
    { a: 'x', b: 1 },
    { a: 'y', b: 1 },
    { a: 'y', b: 2 },
  ];
  expect(runQuery('SELECT c.a, c.b FROM c GROUP BY c.a, c.b', documents)).toEqual(documents.slice(0, 3));
});
