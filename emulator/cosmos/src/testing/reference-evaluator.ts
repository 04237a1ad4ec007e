import type { JsonValue } from '../model/json.ts';
import type { Collection, Count, Expression, Query, SelectItem, Source } from '../query/syntax/ast.ts';
import { equalValues } from '../query/values/equality.ts';
import type { EvaluationContext } from '../query/values/evaluation-context.ts';
import { compareValues } from '../query/values/operators.ts';
import { isArray, type Value } from '../query/values/value.ts';
import {
  evaluateExpression,
  type Group,
  hasAggregate,
  type Names,
  property,
  type Run,
} from './reference-expression.ts';

export interface ReferenceInput {
  readonly documents: readonly JsonValue[];
  readonly parameters: ReadonlyMap<string, JsonValue>;
  readonly context: EvaluationContext;
}

/**
 * The rows of a query, computed in the plainest way: every clause turns a whole list into another one, and nothing is
 * prepared, skipped or looked up. It shares with the compiler only the syntax tree, the values and the functions, so that
 * where the two agree it is not by a common mistake.
 */
export function referenceRows(query: Query, { documents, parameters, context }: ReferenceInput): readonly JsonValue[] {
  const run: QueryRun = {
    parameters,
    context,
    rowsOf: (inner, outer) => evaluateQuery(inner, outer, run),
  };
  return evaluateQuery(query, new Map(), { ...run, documents });
}

interface QueryRun extends Run {
  /** What the first name of FROM stands for; absent in a query that sees the names of another. */
  readonly documents?: readonly JsonValue[];
}

function evaluateQuery(query: Query, outer: Names, run: QueryRun): readonly JsonValue[] {
  const rows = rowsOfFrom(query.from, [outer], run);
  const matching = rows.filter((row) => query.where === undefined || valueIn(query.where, row, run) === true);
  const groups = groupsOf(query, matching, outer, run);
  const sorted = query.orderBy === undefined ? groups : sortGroups(query.orderBy.items, groups, run);
  const selected = sorted.map((group) => select(query, group, run)).filter((value) => value !== undefined);
  const distinct = query.select.distinct ? withoutRepetition(selected) : selected;
  const skipped = query.offsetLimit === undefined ? distinct : distinct.slice(count(query.offsetLimit.offset, run));
  const limited = query.offsetLimit === undefined ? skipped : skipped.slice(0, count(query.offsetLimit.limit, run));
  return query.select.top === undefined ? limited : limited.slice(0, count(query.select.top, run));
}

function rowsOfFrom(source: Source | undefined, rows: readonly Names[], run: QueryRun): readonly Names[] {
  if (source === undefined) return rows;
  if (source.kind === 'join') {
    return rowsOfFrom(source.right, rowsOfFrom(source.left, rows, run), withoutDocuments(run));
  }
  const name = source.alias ?? defaultName(source.collection);
  return rows.flatMap((row) => {
    const values = valuesOf(source.collection, row, run);
    const bound = source.kind === 'iteration' ? values.flatMap((value) => (isArray(value) ? value : [])) : values;
    return bound.map((value): Names => (name === undefined ? row : new Map([...row, [name, value]])));
  });
}

function withoutDocuments({ documents: _, ...run }: QueryRun): QueryRun {
  return run;
}

function defaultName(collection: Collection): string | undefined {
  if (collection.kind === 'subquery') return undefined;
  const names = collection.steps.filter((step) => typeof step === 'string');
  return names.at(-1) ?? collection.root;
}

function valuesOf(collection: Collection, row: Names, run: QueryRun): readonly JsonValue[] {
  if (collection.kind === 'subquery') return evaluateQuery(collection.query, row, run);
  const roots: readonly Value[] = run.documents ?? [row.get(collection.root)];
  return roots
    .map((root) => collection.steps.reduce<Value>((value, step) => property(value, step), root))
    .filter((value) => value !== undefined);
}

function groupsOf(query: Query, rows: readonly Names[], outer: Names, run: Run): readonly Group[] {
  const { groupBy } = query;
  if (groupBy === undefined) {
    const isAggregate = [...selectedExpressions(query), ...orderExpressions(query)].some(hasAggregate);
    return isAggregate ? [{ first: rows[0] ?? outer, rows }] : rows.map((row) => ({ first: row, rows: [row] }));
  }
  const groups: { readonly keys: readonly Value[]; readonly first: Names; readonly rows: Names[] }[] = [];
  for (const row of rows) {
    const keys = groupBy.map((expression) => valueIn(expression, row, run));
    const group = groups.find((other) => other.keys.every((key, index) => equalValues(key, keys[index])));
    if (group === undefined) groups.push({ keys, first: row, rows: [row] });
    else group.rows.push(row);
  }
  return groupBy.length > 1 ? groups : groups.sort((left, right) => compareValues(left.keys[0], right.keys[0]));
}

function selectedExpressions({ select: { selection } }: Query): readonly Expression[] {
  if (selection.kind === 'all') return [];
  return selection.kind === 'value' ? [selection.expression] : selection.items.map((item) => item.expression);
}

function orderExpressions(query: Query): readonly Expression[] {
  return query.orderBy?.items.map((item) => item.expression) ?? [];
}

function sortGroups(
  items: readonly { readonly expression: Expression; readonly direction?: 'ASC' | 'DESC' }[],
  groups: readonly Group[],
  run: Run,
): readonly Group[] {
  return groups.toSorted((left, right) => {
    const orders = items.map(({ expression, direction }) => {
      const order = compareValues(
        evaluateExpression(expression, left, run),
        evaluateExpression(expression, right, run),
      );
      return direction === 'DESC' ? -order : order;
    });
    return orders.find((order) => order !== 0) ?? 0;
  });
}

function select({ select: { selection } }: Query, group: Group, run: Run): Value {
  if (selection.kind === 'value') return evaluateExpression(selection.expression, group, run);
  if (selection.kind === 'list') return selectList(selection.items, group, run);
  return [...group.first.values()].at(-1); // the only name of FROM is the last one bound
}

function selectList(items: readonly SelectItem[], group: Group, run: Run): Value {
  const members: [string, JsonValue][] = [];
  let unnamed = 0;
  for (const { expression, alias } of items) {
    const name = alias ?? lastStep(expression) ?? `$${++unnamed}`;
    const value = evaluateExpression(expression, group, run);
    if (value !== undefined) members.push([name, value]);
  }
  return Object.fromEntries(members);
}

function lastStep(expression: Expression): string | undefined {
  return expression.kind === 'identifier' || expression.kind === 'property' ? expression.name : undefined;
}

function valueIn(expression: Expression, row: Names, run: Run): Value {
  return evaluateExpression(expression, { first: row, rows: [row] }, run);
}

function withoutRepetition(values: readonly JsonValue[]): readonly JsonValue[] {
  return values.filter((value, index) => values.findIndex((other) => equalValues(other, value)) === index);
}

function count(node: Count, run: Run): number {
  const value = node.kind === 'literal' ? node.value : run.parameters.get(node.name);
  return typeof value === 'number' ? value : 0;
}
