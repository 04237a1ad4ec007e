import fc from 'fast-check';
import { CosmosError } from '../../model/errors.ts';
import { rejectionOf } from '../../testing/run-query.ts';
import { compileQuery } from '../compile-query.ts';
import { MAX_QUERY_LENGTH } from './lexer.ts';
import { parseQuery } from './parser.ts';
import { printQuery } from './printer.ts';

/** How the service prints an expression is how it reads it: every operator gets its parentheses. */
test.each([
  ['1 + 2 * 3', '(1 + (2 * 3))'],
  ['1 - 2 - 3', '((1 - 2) - 3)'],
  ['c.a = 1 AND c.b = 2 OR c.c = 3', '(((c.a = 1) AND (c.b = 2)) OR (c.c = 3))'],
  ['c.a = 1 or not c.b', '((c.a = 1) OR (NOT c.b))'],
  ['c.a <> 1', '(c.a != 1)'],
  ['c.a BETWEEN 1 AND 2 AND c.b', '((c.a BETWEEN 1 AND 2) AND c.b)'],
  ['c.a NOT BETWEEN 1 AND 2', '(c.a NOT BETWEEN 1 AND 2)'],
  ['c.a NOT IN (1, "x", null)', '(c.a NOT IN (1, "x", null))'],
  ['c.a LIKE "a!%" ESCAPE "!"', '(c.a LIKE "a!%" ESCAPE "!")'],
  ['c.a ? 1 : c.b ? 2 : 3', '(c.a ? 1 : (c.b ? 2 : 3))'],
  ['c.a ?? c.b ?? 1', '((c.a ?? c.b) ?? 1)'],
  ['c.a < 1 = true', '((c.a < 1) = true)'],
  ['1 | 2 ^ 3 & 4', '(1 | (2 ^ (3 & 4)))'],
  ['1 << 2 + 3', '(1 << (2 + 3))'],
  ['-c.a * ~1', '((-c.a) * (~1))'],
  ['-1 - -2', '(-1 - -2)'],
  ['0x1F', '31'],
  ['.5e1', '5'],
  ['1.', '1'],
  ['0.1', '0.10000000000000001'],
  ['1e300', '1.0000000000000001e+300'],
  [`'it\\'s "so" \\u0041\\n'`, '"it\'s \\"so\\" A\\n"'],
  ['c["a b"].c["d"][0][@p]', 'c["a b"].c.d[0][@p]'],
  ['c["order"]', 'c["order"]'],
  ['{"a": 1, b: [1, {}]}', '{"a": 1, "b": [1, {}]}'],
  ['udf.f(1)', 'udf.f(1)'],
  ['UDF.f(1)', 'udf.f(1)'],
  ['Udf.f(1)', 'udf.f(1)'],
  ['-Infinity', '-Infinity'],
  ['NaN', 'NaN'],
  ['c.NaN.Infinity', 'c.NaN.Infinity'],
  ['c.a /* a * b */ + 1 -- the end', '(c.a + 1)'],
  ['EXISTS(SELECT VALUE t FROM t IN c.tags)', 'EXISTS(SELECT VALUE t\nFROM t IN c.tags)'],
  ['ALL(SELECT VALUE t FROM t IN c.tags)', 'ALL(SELECT VALUE t\nFROM t IN c.tags)'],
  ['first', 'first'],
])('the expression %s reads as %s', (text, printed) => {
  const select = parseQuery(`SELECT VALUE ${text}\nFROM c`);
  expect(printQuery(select)).toBe(`SELECT VALUE ${printed}\nFROM c`);
  expect(printQuery(parseQuery(printQuery(select)))).toBe(printQuery(select));
});

test.each([
  ['select distinct top 5 value c.a from c', 'SELECT DISTINCT TOP 5 VALUE c.a\nFROM c'],
  [
    'SELECT TOP @n c.a AS x, c.b y FROM Families.children[0] AS c',
    'SELECT TOP @n c.a AS x, c.b AS y\nFROM Families.children[0] AS c',
  ],
  [
    'SELECT * FROM f JOIN c IN f.children JOIN (SELECT VALUE 1) AS s',
    'SELECT *\nFROM f\nJOIN c IN f.children\nJOIN (SELECT VALUE 1) AS s',
  ],
  ['SELECT c.a FROM c GROUP BY c.a, c.b', 'SELECT c.a\nFROM c\nGROUP BY c.a, c.b'],
  [
    'SELECT * FROM c ORDER BY c.a, c.b DESC OFFSET @o LIMIT 2',
    'SELECT *\nFROM c\nORDER BY c.a, c.b DESC\nOFFSET @o LIMIT 2',
  ],
  ['SELECT * FROM c ORDER BY RANK FullTextScore(c.t, "x")', 'SELECT *\nFROM c\nORDER BY RANK FullTextScore(c.t, "x")'],
  ['SELECT * FROM c ORDER BY rank.a', 'SELECT *\nFROM c\nORDER BY rank.a'],
])('%s is printed in the layout of the service', (text, printed) => {
  expect(printQuery(parseQuery(text))).toBe(printed);
});

test('every node has its position in the text', () => {
  const text = 'SELECT  c.a + f(1) FROM c';
  const { selection } = parseQuery(text).select;
  const expression = selection.kind === 'list' ? selection.items[0]?.expression : undefined;
  expect(text.slice(expression?.start, expression?.end)).toBe('c.a + f(1)');
  const right = expression?.kind === 'binary' ? expression.right : undefined;
  expect(text.slice(right?.start, right?.end)).toBe('f(1)');
});

test.each([
  ['', 'SC1002', ''],
  ['SELECT', 'SC1002', ''],
  ['SELECT * FROM', 'SC1002', ''],
  ['SELECT udf.f(r.a), FROM Root r', 'SC1001', 'FROM'],
  ['SELECT * FROM c WHERE', 'SC1002', ''],
  ['SELECT * FROM c WHERE c.a = ', 'SC1002', ''],
  ['SELECT * FROM c WHERE c.order = 1', 'SC1001', 'order'],
  ['SELECT * FROM c; DROP', 'SC1010', ';'],
  ['SELECT * FROM c c2 c3', 'SC1001', 'c3'],
  ['SELECT * FROM c GROUP c.a', 'SC1001', 'c'],
  ['SELECT * FROM c OFFSET 1', 'SC1002', ''],
  ['SELECT TOP "1" * FROM c', 'SC1001', '"1"'],
  ['SELECT VALUE (1', 'SC1002', ''],
  ['SELECT VALUE c.a NOT 1 FROM c', 'SC1001', 'NOT'],
  ['SELECT VALUE "abc', 'SC1012', '"abc'],
  ['SELECT VALUE "a\\q"', 'SC1012', '"a\\q"'],
  ['SELECT VALUE "a\nb"', 'SC1012', '"a\nb"'],
  ['SELECT VALUE 1a', 'SC1011', '1'],
  ['SELECT VALUE /* 1', 'SC1010', '/'],
  ['SELECT VALUE NULL', 'SC2001', 'NULL'],
  ['SELECT c.a FROM d', 'SC2001', 'c'],
  ['SELECT * FROM c JOIN t IN d.tags', 'SC2001', 'd.tags'],
  ['SELECT BADFUNC(1)', 'SC2005', 'BADFUNC(1)'],
  ['SELECT udf.f(1)', 'SC2005', 'udf.f(1)'],
  ["SELECT * FROM r WHERE STARTSWITH(r.key, 'a', 'b', 'c')", 'SC2050', "STARTSWITH(r.key, 'a', 'b', 'c')"],
  ['SELECT * FROM c JOIN t IN c.tags', 'SC2039', '*'],
  ['SELECT *', 'SC2040', '*'],
  ['SELECT * FROM c GROUP BY c.age', 'SC2041', '*'],
  ['SELECT c.a, COUNT(1) FROM c', 'SC2102', 'c.a'],
  ['SELECT c.b.d FROM c GROUP BY c.b.e', 'SC2102', 'c.b.d'],
  ['SELECT * FROM c WHERE COUNT(1) > 1', 'SC2073', 'COUNT(1)'],
  ['SELECT VALUE SUM(MAX(c.a)) FROM c', 'SC2073', 'MAX(c.a)'],
  ['SELECT * FROM c ORDER BY LOWER(c.a)', '2206', 'LOWER(c.a)'],
  ['SELECT TOP 1.5 * FROM c', 'SC2062', '1.5'],
  ['SELECT TOP @n * FROM c', 'SC2062', '@n'],
  ['SELECT c.a FROM c JOIN c IN c.tags', 'SC2031', 'c IN c.tags'],
  ['SELECT VALUE c.a LIKE "x" ESCAPE "ab" FROM c', 'SC2070', '"ab"'],
])('%j is rejected with %s at %j', (text, code, at) => {
  expect(rejectionOf(text)).toMatchObject({ code, at });
});

test.each([
  ['parentheses', `SELECT VALUE ${'('.repeat(10_000)}1`],
  ['arrays', `SELECT VALUE ${'['.repeat(10_000)}`],
  ['sub-queries', `SELECT ${'(SELECT '.repeat(10_000)}`],
  ['prefix operators', `SELECT VALUE ${'NOT '.repeat(10_000)}1`],
  ['signs', `SELECT VALUE ${'- '.repeat(10_000)}1`],
  ['conditions', `SELECT VALUE ${'1 ? 1 : '.repeat(10_000)}1`],
  ['operators in a row', `SELECT VALUE ${'1 + '.repeat(10_000)}1`],
  ['steps in a row', `SELECT VALUE c${'.a'.repeat(10_000)} FROM c`],
])('a query too deep in %s is rejected', (_, text) => {
  expect(rejectionOf(text)?.code).toBe('SC3002');
});

test('a query of 262,144 characters is read, a longer one rejected', () => {
  const padded = (length: number) => 'SELECT 1'.padEnd(length);
  expect(rejectionOf(padded(MAX_QUERY_LENGTH))).toBeUndefined();
  expect(rejectionOf(padded(MAX_QUERY_LENGTH + 1))?.code).toBe('SC3020');
});

const piece = fc.oneof(
  fc.constantFrom(
    ...'SELECT DISTINCT TOP VALUE FROM WHERE GROUP BY ORDER OFFSET LIMIT JOIN IN AS EXISTS ARRAY ALL NOT AND OR'.split(
      ' ',
    ),
    ...'LIKE ESCAPE BETWEEN UDF udf true null undefined RANK ASC DESC COUNT SUM UPPER IS_DEFINED RRF'.split(' '),
    ...'* ( ) [ ] { } , . : ? ?? || = != < <= + - / % & | ^ ~ << >>> "a" \'b\' 1 0 2.5e3 c c.a c["x"] @p $ ; -- /* */ \\'.split(
      ' ',
    ),
  ),
  fc.string({ maxLength: 3 }),
);

test('any text gives a query or a CosmosError 400, never another error', () => {
  const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(' '));
  const anyText = fc.oneof(
    text,
    text.map((rest) => `SELECT ${rest}`),
    text.map((rest) => `SELECT * FROM c WHERE ${rest}`),
    fc.string(),
  );
  fc.assert(
    fc.property(anyText, (query) => {
      try {
        compileQuery(query, [{ name: '@p', value: 1 }]);
      } catch (error) {
        expect(error).toBeInstanceOf(CosmosError);
        expect(error).toHaveProperty('status', 400);
      }
    }),
    { numRuns: 5_000 },
  );
});
