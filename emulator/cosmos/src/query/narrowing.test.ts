import fc from 'fast-check';
import type { JsonValue } from '../model/json.ts';
import { type QueryCase, runCase } from '../testing/query-case.ts';
import { queryCases } from '../testing/query-generator.ts';
import { type CompiledQuery, compileQuery } from './compile-query.ts';
import type { PathCondition } from './plan/filters.ts';
import { equalValues } from './values/equality.ts';
import { compareScalars, compareValues } from './values/operators.ts';
import { isObject, type Value } from './values/value.ts';

/** `LAZURITE_QUERY_CASES=100000 npx jest narrowing.test` looks longer. */
const numRuns = Number(process.env.LAZURITE_QUERY_CASES ?? 1_000);

const context = { now: Date.UTC(2024, 0, 31, 12), random: () => 0.5 };

function compile({ text, parameters }: QueryCase): CompiledQuery {
  return compileQuery(
    text,
    [...parameters].map(([name, value]) => ({ name, value })),
  );
}

function check(holds: (input: QueryCase, query: CompiledQuery) => void): void {
  fc.assert(
    fc.property(queryCases(), (input) => holds(input, compile(input))),
    { numRuns },
  );
}

function valueAt(document: JsonValue, path: readonly string[]): Value {
  return path.reduce<Value>((value, name) => (isObject(value) ? value[name] : undefined), document);
}

test.each(['a', 'n', 's'])('partitions that a query on /%s does not visit would add no row', (name) => {
  check((input, query) => {
    const target = query.target({ partitionKey: { paths: [`/${name}`], kind: 'Hash', version: 2 } });
    const visited = input.documents.filter((document) => {
      if (target.kind !== 'keys') return target.kind === 'all';
      return target.keys.some(([key]) => equalValues(key, valueAt(document, [name])));
    });
    expect(runCase({ ...input, documents: visited }, context)).toEqual(runCase(input, context));
  });
});

test('documents that do not meet the filters for the store would add no row', () => {
  check((input, query) => {
    const read = input.documents.filter((document) =>
      query.filters.conditions.every((condition) => meets(document, condition)),
    );
    expect(runCase({ ...input, documents: read }, context)).toEqual(runCase(input, context));
  });
});

test('sorted input returns the same rows as sorting', () => {
  check((input, { filters: { orderBy } }) => {
    if (orderBy === undefined) return;
    const [{ path, descending } = { path: [], descending: false }] = orderBy;
    const documents = input.documents.toSorted(
      (left, right) => compareValues(valueAt(left, path), valueAt(right, path)) * (descending ? -1 : 1),
    );
    expect(runCase({ ...input, documents }, context, { sortedInput: true })).toEqual(runCase(input, context));
  });
});

function meets(document: JsonValue, { path, among, lower, upper, prefix }: PathCondition): boolean {
  const value = valueAt(document, path);
  const isAbove = (order: number | undefined, inclusive: boolean) =>
    order !== undefined && (inclusive ? order >= 0 : order > 0);
  return (
    (among === undefined || among.some((scalar) => equalValues(scalar, value))) &&
    (lower === undefined || isAbove(compareScalars(value, lower.value), lower.inclusive)) &&
    (upper === undefined || isAbove(compareScalars(upper.value, value), upper.inclusive)) &&
    (prefix === undefined || (typeof value === 'string' && value.startsWith(prefix)))
  );
}
