import fc from 'fast-check';
import { scalarFunctions } from '../query/functions/catalogue.ts';
import type { FunctionCategory } from '../query/functions/scalar-function.ts';
import { BINARY_OPERATORS } from '../query/syntax/ast.ts';
import { scalarValue } from './value-generator.ts';

export type Text = fc.Arbitrary<string>;

/** Functions that give another value each time, that only ORDER BY RANK may call, or whose arguments follow rules: {@link search}. */
const LEFT_OUT = /^(?:RAND|RRF|VECTORDISTANCE|FULLTEXT\w*)$/;

const functions = [...scalarFunctions.values()].filter(({ name }) => !LEFT_OUT.test(name));

/** A valid expression over the names, at most `depth` operators or functions deep. */
export function expression(depth: number, names: readonly string[]): Text {
  const leaf = fc.oneof({ weight: 3, arbitrary: path(names) }, literal, fc.constantFrom('@p', '@q'));
  if (depth === 0) return leaf;
  const inner = expression(depth - 1, names);
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    { weight: 4, arbitrary: binary(inner) },
    { weight: 3, arbitrary: call(inner, names) },
    search(inner, names),
    predicate(inner),
    collection(inner),
    subquery(depth, names),
  );
}

/** A name, or a property of it that is present in some documents and not in others. */
export function path(names: readonly string[]): Text {
  const step = fc.constantFrom(
    '',
    '.a',
    '.b',
    '.n',
    '.s',
    '.t',
    '.o',
    '.l',
    '.o.x',
    '.o.y',
    '.t[0]',
    '.l[1].x',
    '["a"]',
    '.x',
    '.none',
    '.length',
  );
  const end = fc.oneof({ weight: 5, arbitrary: fc.constant('') }, fc.constantFrom('.x', '[0]', '["y"]'));
  return fc.tuple(fc.constantFrom(...names), step, end).map((parts) => parts.join(''));
}

/** An expression that is often true or false. */
export function condition(depth: number, names: readonly string[]): Text {
  const value = expression(depth > 1 ? 1 : 0, names);
  const leaf = fc.oneof(
    fc
      .tuple(path(names), fc.constantFrom('=', '!=', '<', '<=', '>', '>='), value)
      .map((parts) => `(${parts.join(' ')})`),
    fc
      .tuple(fc.constantFrom('IS_DEFINED', 'IS_NUMBER', 'IS_STRING', 'IS_ARRAY'), path(names))
      .map(([check, of]) => `${check}(${of})`),
    predicate(value),
    like,
    fc
      .tuple(fc.constantFrom('i', 'i = 1'), path(names))
      .map(([item, source]) => `ALL(SELECT VALUE ${item} FROM i IN ${source})`),
    fc.tuple(path(names), scalarValue).map(([array, item]) => `ARRAY_CONTAINS(${array}, ${JSON.stringify(item)})`),
    fc.constantFrom('true', 'false'),
  );
  if (depth === 0) return leaf;
  const inner = condition(depth - 1, names);
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    {
      weight: 3,
      arbitrary: fc
        .tuple(inner, fc.constantFrom('AND', 'OR', 'OR', '??', '=', '!='), inner)
        .map((parts) => `(${parts.join(' ')})`),
    },
    inner.map((negated) => `NOT (${negated})`),
    expression(depth, names),
  );
}

/** The texts one after the other, with a space between. */
export function joined(...parts: readonly Text[]): Text {
  return fc.tuple(...parts).map((texts) => texts.filter((text) => text !== '').join(' '));
}

const literal: Text = fc.oneof(
  scalarValue.map((value) => JSON.stringify(value)),
  fc.constantFrom('undefined', "'it\\'s'", '-2', '0x1F', '1e3'),
);

function binary(inner: Text): Text {
  const number = fc.oneof(inner, fc.constantFrom('5', '-7', '3', '0.5', '0', '31'));
  const arithmetic = fc.constantFrom('+', '-', '*', '/', '%', '|', '^', '&', '<<', '>>', '>>>');
  return fc
    .oneof(
      fc.tuple(inner, fc.constantFrom(...BINARY_OPERATORS, '=', '<', 'AND', 'OR'), inner),
      fc.tuple(number, arithmetic, number),
    )
    .map((parts) => `(${parts.join(' ')})`);
}

/** A LIKE over a short alphabet, so that every turn of the matching is taken. */
const like: Text = fc
  .tuple(
    fc.string({ unit: fc.constantFrom('a', 'b', '😀'), maxLength: 8 }),
    fc.array(fc.constantFrom('a', 'b', '%', '_', '[ab]', '[^a]', '!%', '!a'), { maxLength: 6 }),
    fc.constantFrom('', ' ESCAPE "!"'),
  )
  .map(([text, pattern, escaped]) => `("${text}" LIKE "${pattern.join('')}"${escaped})`);

function search(inner: Text, names: readonly string[]): Text {
  const text = fc.tuple(fc.constantFrom('FullTextContains', 'FullTextContainsAll'), fc.constantFrom(...names));
  return fc.oneof(
    text.map(([name, of]) => `${name}(${of}.s, "a")`),
    fc.tuple(inner, inner).map(([left, right]) => `VectorDistance(${left}, ${right})`),
  );
}

function call(inner: Text, names: readonly string[]): Text {
  return fc.constantFrom(...functions).chain(({ name, category, minArgs, maxArgs }) => {
    const fitting = fc
      .tuple(fc.constantFrom(...names), FITTING[category] ?? literal)
      .map(([of, text]) => text.replace('$', of));
    return fc
      .array(fc.oneof({ weight: 3, arbitrary: fitting }, inner), {
        minLength: minArgs,
        maxLength: Math.min(maxArgs, minArgs + 2),
      })
      .map((args) => `${name}(${args.join(', ')})`);
  });
}

/** Arguments that the functions of a category take, with `$` for a name in scope. */
const FITTING: Readonly<Partial<Record<FunctionCategory, Text>>> = {
  Array: fc.constantFrom('$.t', '$.l', '$.o', '[1, "a", null]', '[]', '1', '-1', '$.b'),
  'Date and time': fc.constantFrom(
    '"yyyy"',
    '"mm"',
    '"dd"',
    '"ns"',
    '1',
    '-3',
    '"2020-02-29T10:20:30.1234567Z"',
    '"1999-12-31"',
    '$.b',
    '0',
  ),
  'Full text search': fc.constantFrom('"The quick brown fox"', '"fox"', '$.s', '$.b'),
  Mathematical: fc.constantFrom('$.n', '$', '2', '-1.5', '0.1', '3', '0', '$.b'),
  Spatial: fc.constantFrom(
    '{"type": "Point", "coordinates": [1, 2]}',
    '{"type": "LineString", "coordinates": [[0, 0], [2, 4]]}',
    '$.o',
  ),
  String: fc.constantFrom('$.s', '$', '"aXbXc"', '"X"', '"a"', '1', '3', 'true', '"[1]"', '$.b'),
  'Vector search': fc.constantFrom('[1, 2]', '[0.5, -1]', '$.t', '[1]'),
};

function predicate(inner: Text): Text {
  const not = fc.constantFrom('', 'NOT ');
  const pattern = fc.constantFrom(
    '"%"',
    '"a%"',
    '"%b"',
    '"_"',
    '"%a_%"',
    '"[a-c]%"',
    '"[^a]_"',
    '"!%" ESCAPE "!"',
    '@p',
  );
  return fc.oneof(
    fc.tuple(fc.constantFrom('NOT', '-', '+', '~'), inner).map(([operator, value]) => `(${operator} ${value})`),
    fc.tuple(inner, inner, inner).map(([condition, yes, no]) => `(${condition} ? ${yes} : ${no})`),
    fc.tuple(inner, not, inner, inner).map(([value, no, low, high]) => `(${value} ${no}BETWEEN ${low} AND ${high})`),
    fc
      .tuple(inner, not, fc.array(inner, { minLength: 1, maxLength: 3 }))
      .map(([value, no, list]) => `(${value} ${no}IN (${list.join(', ')}))`),
    fc.tuple(inner, not, pattern).map(([value, no, like]) => `(${value} ${no}LIKE ${like})`),
  );
}

function collection(inner: Text): Text {
  return fc.oneof(
    fc.array(inner, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc.tuple(inner, inner).map(([x, y]) => `{"x": ${x}, y: ${y}}`),
  );
}

/** A query over one of the arrays in scope. Its own name may hide one of those around it. */
function subquery(depth: number, names: readonly string[]): Text {
  return fc.tuple(fc.constantFrom('i', ...names), path(names)).chain(([name, source]) => {
    const from = `FROM ${name} IN ${source}`;
    const inScope = [...new Set([...names, name])];
    const inside = expression(depth - 1, inScope);
    const holds = condition(depth - 1, inScope);
    const rows = fc
      .tuple(
        fc.oneof(inside, holds),
        fc.oneof(
          fc.constant(''),
          holds.map((text) => ` WHERE ${text}`),
        ),
      )
      .map(([value, filter]) => `SELECT VALUE ${value} ${from}${filter}`);
    return fc.oneof(
      fc
        .tuple(fc.constantFrom('EXISTS', 'ARRAY', 'ALL', 'FIRST', 'LAST'), rows)
        .map(([form, query]) => `${form}(${query})`),
      fc
        .tuple(fc.constantFrom('COUNT', 'SUM', 'MAX'), inside)
        .map(([called, value]) => `(SELECT VALUE ${called}(${value}) ${from})`),
      fc.tuple(path(names), rows).map(([value, query]) => `(${value} IN (${query}))`),
      expression(depth - 1, names).map((value) => `(SELECT VALUE ${value})`),
    );
  });
}
