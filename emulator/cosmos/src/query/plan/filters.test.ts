import fc from 'fast-check';
import type { JsonObject } from '../../model/json.ts';
import { runQuery } from '../../testing/run-query.ts';
import { compileQuery } from '../compile-query.ts';
import { compareScalars } from '../values/operators.ts';
import type { Value } from '../values/value.ts';
import type { PathCondition, QueryFilters } from './filters.ts';

test.each<[string, readonly PathCondition[]]>([
  ['c.a = 1', [{ path: ['a'], among: [1] }]],
  ['1 = c.a.b', [{ path: ['a', 'b'], among: [1] }]],
  ['c.a IN (1, "x", null)', [{ path: ['a'], among: [1, 'x', null] }]],
  ['c.a = 1 OR c.a = 2', [{ path: ['a'], among: [1, 2] }]],
  ['c.a = 1 OR c.b = 2', []],
  [
    'c.a > 1 AND c.b <= "x"',
    [
      { path: ['a'], lower: { value: 1, inclusive: false } },
      { path: ['b'], upper: { value: 'x', inclusive: true } },
    ],
  ],
  ['1 < c.a', [{ path: ['a'], lower: { value: 1, inclusive: false } }]],
  [
    'c.a BETWEEN 1 AND 2',
    [{ path: ['a'], lower: { value: 1, inclusive: true }, upper: { value: 2, inclusive: true } }],
  ],
  ['c.a', [{ path: ['a'], among: [true] }]],
  ['NOT c.a', [{ path: ['a'], among: [false] }]],
  ['STARTSWITH(c.a, "x")', [{ path: ['a'], prefix: 'x' }]],
  ['STARTSWITH(c.a, "x", true)', []],
  ['c.a LIKE "x%y"', [{ path: ['a'], prefix: 'x' }]],
  ['c.a LIKE "xy"', [{ path: ['a'], among: ['xy'] }]],
  ['ARRAY_CONTAINS([1, 2], c.a)', [{ path: ['a'], among: [1, 2] }]],
  ['c.a = @p', [{ path: ['a'], among: ['p'] }]],
  ['c.a = [1]', []],
  ['c.a != 1', []],
  ['c.a + 1 = 2', []],
  ['c = 1', []],
])('WHERE %s narrows to %j', (where, conditions) => {
  expect(compileQuery(`SELECT * FROM c WHERE ${where}`, [{ name: '@p', value: 'p' }]).filters.conditions).toEqual(
    conditions,
  );
});

test.each<[string, QueryFilters['orderBy']]>([
  [
    'SELECT * FROM c ORDER BY c.a, c.b.d DESC',
    [
      { path: ['a'], descending: false },
      { path: ['b', 'd'], descending: true },
    ],
  ],
  ['SELECT * FROM c', undefined],
])('%s sorts the documents by %j', (text, orderBy) => {
  expect(compileQuery(text).filters.orderBy).toEqual(orderBy);
});

test('a source that is not the document narrows nothing', () => {
  expect(compileQuery('SELECT * FROM c IN r.items WHERE c.a = 1').filters.conditions).toEqual([]);
  expect(compileQuery('SELECT * FROM r.items c WHERE c.a = 1').filters.conditions).toEqual([]);
  expect(compileQuery('SELECT VALUE t FROM c JOIN t IN c.t WHERE t.a = 1').filters.conditions).toEqual([]);
});

const scalar = fc.constantFrom<Value[]>(null, true, false, 0, 1, 2, 'a', 'ab', 'b', undefined, '');
const document = fc.record({ a: scalar, b: scalar }).map((record) => JSON.parse(JSON.stringify(record)) as JsonObject); // drops undefined
const property = fc.constantFrom('c.a', 'c.b');
const literal = fc.constantFrom('null', 'true', 'false', '0', '1', '2', '"a"', '"ab"', '"b"', '""');
const comparison = fc.oneof(
  fc.tuple(property, fc.constantFrom('=', '<', '<=', '>', '>=', '!='), literal).map((parts) => parts.join(' ')),
  fc.tuple(literal, fc.constantFrom('=', '<', '<=', '>', '>='), property).map((parts) => parts.join(' ')),
  fc.tuple(property, literal, literal).map(([name, low, high]) => `(${name} BETWEEN ${low} AND ${high})`),
  fc
    .tuple(property, fc.boolean(), literal, literal)
    .map(([name, not, x, y]) => `${name} ${not ? 'NOT ' : ''}IN (${x}, ${y})`),
  fc
    .tuple(property, fc.constantFrom('a%', '%a', 'a_', 'ab', '%'))
    .map(([name, pattern]) => `${name} LIKE "${pattern}"`),
  property.map((name) => `STARTSWITH(${name}, "a")`),
  property,
);
const { filter } = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    comparison,
    fc.tuple(tie('filter'), fc.constantFrom('AND', 'OR'), tie('filter')).map((parts) => `(${parts.join(' ')})`),
    tie('filter').map((inner) => `NOT (${inner})`),
  ),
}));

test('every document that passes a filter meets its conditions', () => {
  fc.assert(
    fc.property(filter, fc.array(document, { minLength: 1, maxLength: 20 }), (where, documents) => {
      const text = `SELECT * FROM c WHERE ${where}`;
      const { conditions } = compileQuery(text).filters;
      for (const passing of runQuery(text, documents) as readonly JsonObject[]) {
        for (const condition of conditions) expect(meets(passing, condition)).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['c.a = 1', true],
  ['c.a = 1 OR c.a = 2', true],
  ['c.a IN (1, 2)', true],
  ['c.a BETWEEN 1 AND 2', true],
  ['c.a = 1 AND c.b = 2', false],
  ['c.a = 1 AND c.b != 2', false],
  ['c.a = 1 AND LOWER(c.b) = "x"', false],
  ['c.a = 2 OR (c.a = 1 AND c.b != 2)', false],
  ['c.a NOT IN (1, 2)', false],
  ['c.a LIKE "x%y"', false],
])('the conditions say all that %s does: %s', (where, expected) => {
  expect(compileQuery(`SELECT VALUE COUNT(1) FROM c WHERE ${where}`).filters.areExact).toBe(expected);
});

test('a filter, its negation and neither of them partition the documents', () => {
  fc.assert(
    fc.property(filter, fc.array(document, { maxLength: 20 }), (where, documents) => {
      const count = (condition: string) => runQuery(`SELECT VALUE 1 FROM c WHERE ${condition}`, documents).length;
      const neither = count(`IS_BOOL(${where}) = false`);
      expect(count(where) + count(`NOT (${where})`) + neither).toBe(documents.length);
    }),
    { numRuns: 1_000 },
  );
});

function meets(item: JsonObject, { path, among, lower, upper, prefix }: PathCondition): boolean {
  const value = path.reduce<Value>((current, name) => (current as JsonObject | undefined)?.[name], item); // paths of one step
  if (among !== undefined && !among.some((one) => one === value)) return false;
  if (prefix !== undefined && !(typeof value === 'string' && value.startsWith(prefix))) return false;
  const above = lower === undefined ? 1 : compareScalars(value, lower.value);
  const below = upper === undefined ? -1 : compareScalars(value, upper.value);
  if (above === undefined || below === undefined) return false;
  return (
    (above > 0 || (above === 0 && lower?.inclusive === true)) &&
    (below < 0 || (below === 0 && upper?.inclusive === true))
  );
}
