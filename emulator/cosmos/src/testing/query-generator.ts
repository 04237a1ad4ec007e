import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { condition, expression, joined, path, type Text } from './expression-generator.ts';
import type { QueryCase } from './query-case.ts';
import { scalarValue, smallValue } from './value-generator.ts';

/** Queries of every clause over documents that share a few property names and values, so that most conditions hold for some. */
export function queryCases(): fc.Arbitrary<QueryCase> {
  return fc.record({ text: queryText(), parameters: parameterValues, documents: documentSets });
}

export const parameterValues: fc.Arbitrary<ReadonlyMap<string, JsonValue>> = fc.tuple(scalarValue, smallValue).map(
  ([p, q]) =>
    new Map([
      ['@p', p],
      ['@q', q],
    ]),
);

const inner = mostly({ x: scalarValue, y: smallValue });

const document = mostly({
  a: smallValue,
  b: scalarValue,
  n: fc.integer({ min: -3, max: 3 }),
  s: fc.constantFrom('', 'a', 'ab', 'B', 'é', '😀', '\uff5e'),
  t: fc.array(smallValue, { maxLength: 4 }),
  o: inner,
  l: fc.array(inner, { maxLength: 3 }),
});

export const documentSets: fc.Arbitrary<readonly JsonValue[]> = fc
  .oneof(
    { weight: 9, arbitrary: fc.array(document, { minLength: 3, maxLength: 9 }) },
    fc.array(document, { maxLength: 2 }),
  )
  .map((documents) => documents.map((properties, index) => ({ id: String(index), ...properties })));

/** Objects of which each property is missing in one of five. */
function mostly(properties: Readonly<Record<string, fc.Arbitrary<JsonValue>>>): fc.Arbitrary<JsonObject> {
  const members = Object.entries(properties).map(([name, value]) =>
    fc.oneof({ weight: 4, arbitrary: value.map((present) => ({ [name]: present })) }, fc.constant({})),
  );
  return fc.tuple(...members).map((parts) => Object.assign({}, ...parts));
}

/** FROM, with the names that it binds. */
interface From {
  readonly text: string;
  readonly names: readonly string[];
}

const sources: fc.Arbitrary<From> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ text: 'FROM c', names: ['c'] }) },
  fc.constantFrom(
    { text: 'FROM root r', names: ['r'] },
    { text: 'FROM c.o', names: ['o'] },
    { text: 'FROM c["o"].y AS y', names: ['y'] },
    { text: 'FROM v IN c.t', names: ['v'] },
    { text: 'FROM c JOIN v IN c.t', names: ['c', 'v'] },
    { text: 'FROM c JOIN v IN c.l JOIN w IN c.t', names: ['c', 'v', 'w'] },
    { text: 'FROM c JOIN v IN c.t JOIN w IN v', names: ['c', 'v', 'w'] },
    { text: 'FROM c JOIN o IN c.o.y', names: ['c', 'o'] },
    { text: 'FROM c JOIN c.o AS o', names: ['c', 'o'] },
  ),
  condition(1, ['v']).map((text) => ({
    text: `FROM c JOIN (SELECT VALUE v FROM v IN c.t WHERE ${text}) AS w`,
    names: ['c', 'w'],
  })),
  fc
    .oneof(fc.constant('d'), expression(1, ['d']))
    .map((value) => ({ text: `FROM (SELECT VALUE ${value} FROM d) AS e`, names: ['e'] })),
);

export function queryText(): Text {
  return sources.chain((from) =>
    fc.oneof({ weight: 3, arbitrary: plainQuery(from) }, groupedQuery(from), aggregateQuery(from)),
  );
}

function plainQuery({ text, names }: From): Text {
  const selection = fc.oneof(
    ...(names.length === 1 ? [fc.constant('*')] : []),
    expression(2, names).map((value) => `VALUE ${value}`),
    fc.array(expression(2, names), { minLength: 1, maxLength: 3 }).map(named),
    path(names),
  );
  // Nothing sorts by the values of a JOIN.
  const sorted = path(names.slice(0, 1));
  const order = fc.array(fc.tuple(sorted, fc.constantFrom('', ' ASC', ' DESC')), { maxLength: 2 });
  return joined(
    fc.constant('SELECT'),
    fc.constantFrom('', '', 'DISTINCT'),
    selection,
    fc.constant(text),
    where(names),
    order.map((items) => (items.length === 0 ? '' : `ORDER BY ${items.map((item) => item.join('')).join(', ')}`)),
    rarely(fc.tuple(fc.nat(5), fc.nat(5)).map(([offset, limit]) => `OFFSET ${offset} LIMIT ${limit}`)),
  );
}

function groupedQuery({ text, names }: From): Text {
  return fc.array(path(names), { minLength: 1, maxLength: 2 }).chain((keys) => {
    const key = fc.constantFrom(...keys);
    const item = fc.oneof(
      key,
      key.map((value) => `IS_DEFINED(${value})`),
      aggregate(names),
      aggregate(names).map((value) => `{"n": ${value}}`),
    );
    return joined(
      fc.constant('SELECT'),
      fc.oneof(
        item.map((value) => `VALUE ${value}`),
        fc.array(item, { minLength: 1, maxLength: 3 }).map(named),
      ),
      fc.constant(text),
      where(names),
      fc.constant(`GROUP BY ${keys.join(', ')}`),
      rarely(fc.tuple(fc.nat(3), fc.nat(3)).map(([offset, limit]) => `OFFSET ${offset} LIMIT ${limit}`)),
    );
  });
}

function aggregateQuery({ text, names }: From): Text {
  return joined(
    fc.constant('SELECT'),
    fc.oneof(
      aggregate(names).map((value) => `VALUE ${value}`),
      fc.array(aggregate(names), { minLength: 1, maxLength: 3 }).map(named),
    ),
    fc.constant(text),
    where(names),
  );
}

function aggregate(names: readonly string[]): Text {
  const name = fc.constantFrom('COUNT', 'SUM', 'AVG', 'MIN', 'MAX', 'COUNTIF', 'MAKELIST', 'MAKESET');
  return fc
    .tuple(name, fc.oneof(fc.constant('1'), expression(1, names)))
    .map(([called, value]) => `${called}(${value})`);
}

function where(names: readonly string[]): Text {
  return optional(condition(2, names).map((text) => `WHERE ${text}`));
}

function optional(text: Text): Text {
  return fc.oneof(fc.constant(''), text);
}

function rarely(text: Text): Text {
  return fc.oneof({ weight: 3, arbitrary: fc.constant('') }, text);
}

/** A select list in which some items go without a name. */
function named(items: readonly string[]): string {
  return items.map((item, index) => (index === 1 ? `(${item})` : `${item} AS p${index}`)).join(', ');
}
