import fc from 'fast-check';
import { type QueryCase, runCase } from '../testing/query-case.ts';
import { queryCases } from '../testing/query-generator.ts';
import { referenceRows } from '../testing/reference-evaluator.ts';
import { parseQuery } from './syntax/parser.ts';
import { printQuery } from './syntax/printer.ts';

/** `LAZURITE_QUERY_CASES=100000 npx jest reference.test` looks longer. */
const numRuns = Number(process.env.LAZURITE_QUERY_CASES ?? 3_000);

const context = { now: Date.UTC(2024, 0, 31, 12), random: () => 0.5 };

function expected(input: QueryCase): string {
  return JSON.stringify(referenceRows(parseQuery(input.text), { ...input, context }));
}

test('a compiled query gives the rows of the reference evaluator', () => {
  fc.assert(
    fc.property(queryCases(), (input) => {
      expect(JSON.stringify(runCase(input, context))).toBe(expected(input));
    }),
    { numRuns },
  );
}, 600_000);

test('a printed query is the same query', () => {
  fc.assert(
    fc.property(queryCases(), (input) => {
      const text = printQuery(parseQuery(input.text));
      expect(printQuery(parseQuery(text))).toBe(text);
      expect(JSON.stringify(runCase({ ...input, text }, context))).toBe(expected(input));
    }),
    { numRuns: Math.ceil(numRuns / 10) },
  );
}, 600_000);
