import type { JSONValue, SqlQuerySpec } from '@azure/cosmos';
import fc from 'fast-check';
import { Picker } from '../../emulator/cosmos/src/testing/corruption/corruptions.ts';
import { parameterValues, queryText } from '../../emulator/cosmos/src/testing/query-generator.ts';

/** How many are generated at a time. */
const CHUNK = 100;

/** Endless, and the same for the same seed: queries of every clause and function, and queries whose parts multiply. */
export function* generatedQueries(seed: number): Iterable<SqlQuerySpec> {
  const pick = new Picker(seed);
  const ofEveryClause = fc.tuple(queryText(), parameterValues);
  for (let chunk = 0; ; chunk++)
    for (const [text, values] of fc.sample(ofEveryClause, { seed: seed + chunk, numRuns: CHUNK })) {
      // Values of the generator are JSON.
      const parameters = [...values].map(([name, value]) => ({ name, value: value as JSONValue }));
      yield { query: text, parameters };
      yield multiplyingQuery(pick);
    }
}

function multiplyingQuery(pick: Picker): SqlQuerySpec {
  const value = expression(pick, 3);
  const filter = pick.among(['', '', ` WHERE ${expression(pick, 2)}`]);
  const clause = pick.among(['', '', '', ` ORDER BY ${pick.among(PATHS)}`, ` GROUP BY ${expression(pick, 1)}`]);
  const from = pick.among(['', '', 'JOIN y IN c.arr', 'JOIN y IN c.t JOIN z IN c.t']);
  const selection = clause.startsWith(' GROUP')
    ? `${pick.among(AGGREGATES)}(${value}) AS n`
    : `${pick.among(['', '', 'DISTINCT '])}VALUE ${value}`;
  return { query: `SELECT ${selection} FROM c JOIN x IN (SELECT VALUE ["x", c.s]) ${from}${filter}${clause}` };
}

const PATHS = ['c', 'c.a', 'c.s', 'c.t', 'c.arr', 'c.o', 'c.l', 'c.g'];
const LEAVES = [...PATHS, 'x', '1', '"a"', '[c.s, c.s]', '{"o": c.o}', 'c.arr[0]', 'undefined'];
const AGGREGATES = ['COUNT', 'SUM', 'MAX', 'MAKELIST', 'MAKESET'];
const UNARY =
  'UPPER ToString LENGTH REVERSE StringToArray ObjectToArray ST_ISVALID ST_AREA ARRAY_SUM ARRAY_MEDIAN TRIM'.split(' ');
const BINARY =
  'CONCAT ARRAY_CONTAINS SetUnion SetIntersect SetDifference SetEqual ARRAY_CONCAT ARRAY_CONTAINS_ANY CONTAINS INDEX_OF LastIndexOf StringSplit RegexMatch ST_WITHIN ST_INTERSECTS ST_DISTANCE FullTextContains ENDSWITH REPLICATE'.split(
    ' ',
  );
const OPERATORS = ['=', '<', '||', 'LIKE', 'AND', 'OR', '??', '+'];

function expression(pick: Picker, depth: number): string {
  if (depth === 0) return pick.among(LEAVES);
  const inner = () => expression(pick, depth - 1);
  const form = pick.among(FORMS);
  return form(inner, pick);
}

const FORMS: readonly ((inner: () => string, pick: Picker) => string)[] = [
  (_, pick) => pick.among(LEAVES),
  (inner, pick) => `${pick.among(UNARY)}(${inner()})`,
  (inner, pick) => `${pick.among(BINARY)}(${inner()}, ${inner()})`,
  (inner, pick) => `(${inner()} ${pick.among(OPERATORS)} ${inner()})`,
  (inner) => `REPLACE(${inner()}, "a", ${inner()})`,
  (inner) => `ARRAY(SELECT VALUE ${inner()} FROM x IN c.arr)`,
  (inner) => `ARRAY(SELECT DISTINCT VALUE ${inner()} FROM x IN c.arr WHERE ${inner()} != x)`,
  (inner) => `(SELECT VALUE COUNT(1) FROM x IN c.arr JOIN y IN c.arr WHERE ${inner()} = y)`,
  (inner) => `EXISTS(SELECT VALUE 1 FROM x IN c.arr WHERE ${inner()} = ${inner()})`,
];
