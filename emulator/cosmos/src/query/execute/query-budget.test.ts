import fc from 'fast-check';
import { CosmosError } from '../../model/errors.ts';
import type { JsonValue } from '../../model/json.ts';
import { compileQuery, type QueryParameter } from '../compile-query.ts';
import { YIELD } from './evaluation-frame.ts';
import { DEFAULT_WORK_LIMITS, type WorkLimits } from './work-limit.ts';

const context = { now: Date.UTC(2024, 0, 2), random: () => 0.5 };

interface Outcome {
  readonly rows: readonly JsonValue[];
  readonly yields: number;
  /** The status of the error that ended the query. */
  readonly status?: number;
}

/** Runs a query until it has yielded `maxYields` times, which stands for the end of its time. */
function outcomeOf(
  text: string,
  documents: readonly JsonValue[],
  parameters: readonly QueryParameter[] = [],
  { maxYields = 500, ...limits }: Partial<WorkLimits> & { readonly maxYields?: number } = {},
): Outcome {
  const rows: JsonValue[] = [];
  let yields = 0;
  const isExpired = () => yields >= maxYields;
  try {
    const query = compileQuery(text, parameters);
    for (const row of query.steps(documents, context, { limits: { ...DEFAULT_WORK_LIMITS, ...limits, isExpired } })) {
      if (row === YIELD) yields += 1;
      else rows.push(row);
    }
  } catch (error) {
    if (!(error instanceof CosmosError)) throw error;
    return { rows, yields, status: error.status };
  }
  return { rows, yields };
}

const large = { s: 'x'.repeat(1_900_000), arr: Array.from({ length: 12_000 }, (_, index) => index) };
const wide = { arr: Array.from({ length: 200_000 }, (_, index) => index) };

test('an array of long strings that a sub-query makes is rejected before it fills the memory', () => {
  const text = 'SELECT VALUE ARRAY_LENGTH(ARRAY(SELECT VALUE UPPER(CONCAT(c.s, ToString(a))) FROM a IN c.arr)) FROM c';
  expect(outcomeOf(text, [large])).toMatchObject({ rows: [], status: 400 });
});

test('long strings that a sub-query only compares do not count as held, and the query yields between them', () => {
  const text = 'SELECT VALUE (SELECT VALUE COUNT(1) FROM a IN c.arr WHERE CONCAT(c.s, ToString(a)) = "x") FROM c';
  const { rows, yields } = outcomeOf(text, [{ ...large, arr: large.arr.slice(0, 200) }]);
  expect(rows).toEqual([0]);
  expect(yields).toBeGreaterThan(100);
});

test.each([200, 1_000, 20_000])('a LIKE pattern with %d repetitions is answered within one stretch', (times) => {
  const parameters = [{ name: '@p', value: `%${'a'.repeat(times)}b%_` }];
  const text = 'SELECT VALUE c.s LIKE @p FROM c';
  expect(outcomeOf(text, [{ s: 'a'.repeat(1_900_000) }], parameters)).toMatchObject({ rows: [false] });
});

test.each([
  ['a search in an array for each item', '(SELECT VALUE COUNT(1) FROM a IN c.arr WHERE ARRAY_CONTAINS(c.arr, -a))'],
  ['two joins', '(SELECT VALUE COUNT(1) FROM a IN c.arr JOIN b IN c.arr WHERE a = -b)'],
  ['three joins', 'EXISTS(SELECT VALUE 1 FROM a IN c.arr JOIN b IN c.arr JOIN d IN c.arr WHERE a + b + d = -1)'],
  ['nested sub-queries', '(SELECT VALUE SUM((SELECT VALUE COUNT(1) FROM b IN c.arr WHERE b = a)) FROM a IN c.arr)'],
  ['IN with a sub-query', '-1 IN (SELECT VALUE a + b FROM a IN c.arr JOIN b IN c.arr)'],
  [
    'a sub-query behind AND',
    'IS_ARRAY(c.arr) AND EXISTS(SELECT VALUE 1 FROM a IN c.arr JOIN b IN c.arr WHERE a + b < 0)',
  ],
])('a query with %s yields until its time is up', (_, expression) => {
  const { rows, yields, status } = outcomeOf(`SELECT VALUE ${expression} FROM c`, [wide], [], { maxYields: 40 });
  if (status === undefined) expect(rows).toHaveLength(1);
  else expect([400, 408]).toContain(status);
  expect(yields).toBeGreaterThan(10);
});

test.each(['SELECT c.k, COUNT(1) AS n FROM c GROUP BY c.k', 'SELECT DISTINCT VALUE c.k FROM c'])(
  'keys of 1.9 MB are distinguished without being held: %s',
  (text) => {
    const prefix = 'k'.repeat(1_900_000);
    function* documents(): Iterable<JsonValue> {
      for (let index = 0; index < 20; index += 1) yield { k: prefix + String(index % 10) };
    }
    const counted = `SELECT VALUE COUNT(1) FROM (${text})`;
    expect([...compileQuery(counted).run(documents(), context)]).toEqual([10]);
  },
);

test('a geometry of 1,900 positions is compared with another within one stretch or rejected', () => {
  const ring = Array.from({ length: 1_900 }, (_, index) => {
    const angle = (index / 1_900) * 2 * Math.PI;
    return [Math.cos(angle), Math.sin(angle)];
  });
  const polygon = { type: 'Polygon', coordinates: [[...ring, ring[0] ?? []]] };
  const [valid] = outcomeOf('SELECT VALUE ST_ISVALID(c.g) FROM c', [{ g: polygon }]).rows;
  expect(valid).toBe(true);
  const point = { type: 'Point', coordinates: [0, 0] };
  expect(outcomeOf('SELECT VALUE ST_WITHIN(c.p, c.g) FROM c', [{ g: polygon, p: point }]).rows).toEqual([true]);
  expect(outcomeOf('SELECT VALUE ST_WITHIN(c.g, c.g) FROM c', [{ g: polygon }])).toMatchObject({ status: 400 });
});

test('many long searches in one expression are rejected', () => {
  const searches = Array.from({ length: 500 }, (_, index) => `ARRAY_CONTAINS(c.arr, ${-1 - index})`).join(' OR ');
  expect(outcomeOf(`SELECT VALUE ${searches} FROM c`, [wide])).toMatchObject({ rows: [], status: 400 });
});

test('rows that a sort holds count with the bytes of their documents', () => {
  const documents = Array.from({ length: 50 }, (_, index) => ({ index, s: 'x'.repeat(1_000) + String(index) }));
  const text = 'SELECT VALUE CONCAT(c.s, "!") FROM c ORDER BY c.s DESC';
  expect(outcomeOf(text, documents, [], { bytesHeld: 20_000 })).toMatchObject({ status: 400 });
  expect(outcomeOf(text, documents, [], { bytesHeld: 100_000 }).rows).toHaveLength(50);
});

test('the value of a sub-query behind a condition that changes between two evaluations is that of the current row', () => {
  const draws = [0.9, 0.9, 0.1, 0.9, 0.1, 0.1];
  const random = () => draws.shift() ?? 0.1;
  const text = 'SELECT VALUE RAND() > 0.5 ? (SELECT VALUE SUM(a) FROM a IN c.arr) : -1 FROM c';
  const rows = [...compileQuery(text).run([{ arr: [1] }, { arr: [2] }], { ...context, random })];
  expect(rows).toEqual([1, 2]);
});

const leaf = fc.constantFrom('c', 'c.s', 'c.t', 'c.arr', 'c.o', 'c.g', '1', '"a"', 'a', 'c.arr[0]', '[c.s, c.s]');
const expression = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    fc
      .tuple(
        fc.constantFrom(
          'UPPER',
          'ToString',
          'LENGTH',
          'REVERSE',
          'StringToArray',
          'ObjectToArray',
          'ST_ISVALID',
          'ARRAY_SUM',
        ),
        tie('expression'),
      )
      .map(([name, argument]) => `${name}(${argument})`),
    fc
      .tuple(
        fc.constantFrom(
          'CONCAT',
          'ARRAY_CONTAINS',
          'SetUnion',
          'ARRAY_CONCAT',
          'CONTAINS',
          'StringSplit',
          'RegexMatch',
          'ST_WITHIN',
          'FullTextContains',
        ),
        tie('expression'),
        tie('expression'),
      )
      .map(([name, left, right]) => `${name}(${left}, ${right})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('=', '<', '||', 'LIKE', 'AND', '??'), tie('expression'))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    tie('expression').map((inner) => `ARRAY(SELECT VALUE ${inner} FROM a IN c.arr)`),
    tie('expression').map((inner) => `(SELECT VALUE COUNT(1) FROM a IN c.arr JOIN b IN c.arr WHERE ${inner} = b)`),
    tie('expression').map((inner) => `EXISTS(SELECT DISTINCT VALUE ${inner} FROM a IN c.arr)`),
    fc
      .tuple(tie('expression'), tie('expression'))
      .map(([value, key]) => `ARRAY(SELECT DISTINCT VALUE ${value} FROM a IN c.arr WHERE ${key} != 1)`),
  ),
})).expression;

const document = fc.record({
  s: fc
    .tuple(fc.constantFrom('a', 'ab', '😀', 'a b '), fc.integer({ min: 0, max: 50_000 }))
    .map(([unit, times]) => unit.repeat(times)),
  t: fc.constantFrom('a', '%a%a%_b', `${'a'.repeat(400)}b`, '(a|b)*c', ''),
  arr: fc.oneof(
    fc.integer({ min: 0, max: 2_000 }).map((length) => Array.from({ length }, (_, index) => index)),
    fc.integer({ min: 0, max: 200 }).map((length) => Array.from({ length }, () => ({ a: [1, { b: 'c' }] }))),
  ),
  o: fc
    .integer({ min: 0, max: 2_000 })
    .map((count) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]))),
  g: fc.integer({ min: 2, max: 400 }).map((count) => ({
    type: 'LineString',
    coordinates: Array.from({ length: count }, (_, index) => [index % 50, (index * 7) % 50]),
  })),
});

test('a generated query over adversarial documents is answered, or rejected with a status of the service', () => {
  fc.assert(
    fc.property(expression, document, fc.constantFrom('', ' ORDER BY c.s', ' GROUP BY c.s'), (value, item, clause) => {
      const selection = clause.includes('GROUP') ? `COUNT(${value})` : value;
      const text = `SELECT VALUE ${selection} FROM c JOIN a IN (SELECT VALUE [c.t])${clause}`;
      const { status } = outcomeOf(text, [item, item], [], { maxYields: 30, bytesHeld: 16 * 1024 * 1024 });
      expect([undefined, 400, 408]).toContain(status);
    }),
    { numRuns: 150 },
  );
}, 120_000);
