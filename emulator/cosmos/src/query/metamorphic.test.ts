import fc from 'fast-check';
import type { JsonValue } from '../model/json.ts';
import { condition, expression, path } from '../testing/expression-generator.ts';
import { runCase } from '../testing/query-case.ts';
import { documentSets, parameterValues } from '../testing/query-generator.ts';
import { canonicalKey } from './values/canonical-key.ts';
import { compareValues } from './values/operators.ts';
import type { Value } from './values/value.ts';

/** `LAZURITE_QUERY_CASES=100000 npx jest metamorphic.test` looks longer. */
const numRuns = Number(process.env.LAZURITE_QUERY_CASES ?? 1_000);

const context = { now: Date.UTC(2024, 0, 31, 12), random: () => 0.5 };

interface Data {
  readonly parameters: ReadonlyMap<string, JsonValue>;
  readonly documents: readonly JsonValue[];
}

const data: fc.Arbitrary<Data> = fc.record({ parameters: parameterValues, documents: documentSets });

function keysOf(rows: readonly Value[]): readonly string[] {
  return rows.map(canonicalKey);
}

function check(
  text: fc.Arbitrary<string>,
  holds: (text: string, run: (query: string) => readonly Value[]) => void,
): void {
  fc.assert(
    fc.property(text, data, (generated, input) => {
      holds(generated, (query) => runCase({ ...input, text: query }, context));
    }),
    { numRuns },
  );
}

test('a filter, its negation, and neither of them partition the items', () => {
  check(condition(2, ['c']), (filter, run) => {
    const all = keysOf(run('SELECT * FROM c'));
    const parts = [filter, `NOT (${filter})`, `NOT IS_BOOL(${filter})`].map((where) =>
      run(`SELECT * FROM c WHERE ${where}`),
    );
    expect([...keysOf(parts.flat())].sort()).toEqual([...all].sort());
  });
});

test.each(['', 'DISTINCT '])('SELECT %sVALUE gives the same rows page by page', (distinct) => {
  check(
    fc.tuple(path(['c']), path(['c'])).map(([value, order]) => `${value} FROM c ORDER BY ${order} DESC`),
    (query, run) => {
      const text = `SELECT ${distinct}VALUE ${query}`;
      const whole = run(text);
      for (const size of [1, 2, 5]) {
        const pages = Array.from({ length: whole.length / size + 1 }, (_, page) =>
          run(`${text} OFFSET ${page * size} LIMIT ${size}`),
        );
        expect(pages.flat(1)).toEqual(whole);
      }
    },
  );
});

test('TOP gives the first rows', () => {
  check(expression(2, ['c']), (value, run) => {
    const rows = run(`SELECT VALUE ${value} FROM c`);
    expect(run(`SELECT TOP 2 VALUE ${value} FROM c`)).toEqual(rows.slice(0, 2));
  });
});

test('ORDER BY keeps every row and puts none before a lesser one', () => {
  check(path(['c']), (key, run) => {
    const ascending = run(`SELECT * FROM c ORDER BY ${key}`);
    expect([...keysOf(ascending)].sort()).toEqual([...keysOf(run('SELECT * FROM c'))].sort());
    const order = run(`SELECT VALUE [${key}] FROM c ORDER BY ${key}`);
    expect(keysOf(run(`SELECT VALUE [${key}] FROM c ORDER BY ${key} DESC`))).toEqual([...keysOf(order)].reverse());
  });
});

test('the groups of GROUP BY are the distinct keys in their order, and their counts add up', () => {
  check(path(['c']), (key, run) => {
    const groups = run(`SELECT VALUE [[${key}], COUNT(1)] FROM c GROUP BY ${key}`) as [JsonValue, number][]; // as selected
    const distinct = run(`SELECT DISTINCT VALUE [${key}] FROM c`).toSorted(compareValues);
    expect(groups.map(([group]) => canonicalKey(group))).toEqual(keysOf(distinct));
    expect([groups.reduce((total, [, count]) => total + count, 0)]).toEqual(run('SELECT VALUE COUNT(1) FROM c'));
  });
});

test('a join over ARRAY() of a filter is the filter over the join', () => {
  check(condition(1, ['c', 'v']), (filter, run) => {
    const joined = run(`SELECT VALUE v FROM c JOIN v IN c.t WHERE ${filter}`);
    expect(run(`SELECT VALUE w FROM c JOIN (SELECT VALUE v FROM v IN c.t WHERE ${filter}) AS w`)).toEqual(joined);
    expect(run(`SELECT VALUE ARRAY(SELECT VALUE v FROM v IN c.t WHERE ${filter}) FROM c`).flat(1)).toEqual(joined);
  });
});
