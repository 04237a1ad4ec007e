import type { Expression, Query } from '../syntax/ast.ts';
import { printExpression, printList, printOrderBy, printSource } from '../syntax/printer.ts';
import { sourceName, sourcesOf } from '../syntax/walk.ts';
import type { PlannedItem } from './query-plan.ts';

/** A placeholder that the client replaces by `true`, or by a filter that continues after the last row that it has seen. */
export const ORDER_BY_FILTER = '{documentdb-formattableorderbyquery-filter}';

export interface Rewrite {
  readonly items: readonly PlannedItem[];
  /** TOP, when each partition may stop there. */
  readonly top?: number | undefined;
  /** OFFSET plus LIMIT, when each partition may stop there. */
  readonly limit?: number | undefined;
}

/** The query that each partition runs, with what the client needs to merge their rows: sort keys, group keys, partial aggregates. */
export function rewriteQuery(query: Query, rewrite: Rewrite): string {
  if (query.groupBy !== undefined) return rewriteGroupBy(query, query.groupBy, rewrite);
  if (rewrite.items.some((item) => item.aggregate !== undefined)) return rewriteAggregate(query, rewrite);
  if (query.orderBy !== undefined) return rewriteOrderBy(query, rewrite);
  return lines(printHead(query, rewrite.items), printFrom(query), printWhere(query.where), printLimit(rewrite.limit));
}

function rewriteGroupBy(query: Query, keys: readonly Expression[], { items }: Rewrite): string {
  const groupKeys = keys.map((key) => `{"item": ${printExpression(key)}}`).join(', ');
  return lines(
    `SELECT [${groupKeys}] AS groupByItems, ${printPayload(query, items)} AS payload`,
    printFrom(query),
    printWhere(query.where),
    `GROUP BY ${printList(keys)}`,
  );
}

function rewriteAggregate(query: Query, { items }: Rewrite): string {
  const payload = printPayload(query, items);
  const head = query.select.selection.kind === 'value' ? `SELECT VALUE ${payload}` : `SELECT ${payload} AS payload`;
  return lines(head, printFrom(query), printWhere(query.where));
}

function rewriteOrderBy(query: Query, { items, top, limit }: Rewrite): string {
  const orderBy = query.orderBy ?? { rank: false, items: [], start: 0, end: 0 };
  const sortKeys = orderBy.items.map((item) => `{"item": ${printExpression(item.expression)}}`).join(', ');
  const stop = top === undefined ? '' : `TOP ${top} `;
  return lines(
    `SELECT ${stop}${rootName(query)}._rid, [${sortKeys}] AS orderByItems, ${printPayload(query, items)} AS payload`,
    printFrom(query),
    `WHERE ${orderByFilter(query)}`,
    printOrderBy(orderBy),
    printLimit(limit),
  );
}

function orderByFilter({ where, select: { selection } }: Query): string {
  const placeholder = `(${ORDER_BY_FILTER})`;
  const filter = where === undefined ? placeholder : `(${printExpression(where)} AND ${placeholder})`;
  if (selection.kind !== 'value') return filter;
  // SELECT VALUE leaves out undefined; as a payload it would come through as a row without one.
  return `(${filter} AND IS_DEFINED(${printExpression(selection.expression)}))`;
}

/** The parts of a sorted query that the components of a hybrid search need as well. */
export interface FilteredPayload {
  /** What a row carries. */
  readonly payload: string;
  readonly filter: string;
  /** The name of the source that has the `_rid`. */
  readonly root: string;
}

export function printFilteredPayload(query: Query, items: readonly PlannedItem[]): FilteredPayload {
  return { payload: printPayload(query, items), filter: orderByFilter(query), root: rootName(query) };
}

function printPayload(query: Query, items: readonly PlannedItem[]): string {
  const { selection } = query.select;
  if (selection.kind === 'all') return rootName(query);
  const [only] = items;
  if (selection.kind === 'value' && only !== undefined) {
    return only.aggregate === undefined
      ? printExpression(only.expression)
      : `[${printPartialAggregate(only.expression)}]`;
  }
  return `{${items.map((item) => `${JSON.stringify(item.name)}: ${printItem(item)}`).join(', ')}}`;
}

function printItem({ aggregate, expression }: PlannedItem): string {
  return aggregate === undefined ? printExpression(expression) : printPartialAggregate(expression);
}

function printHead({ select }: Query, items: readonly PlannedItem[]): string {
  const head = select.distinct ? 'SELECT DISTINCT' : 'SELECT';
  if (select.selection.kind === 'all') return `${head} *`;
  if (select.selection.kind === 'value') return `${head} VALUE ${printList(items.map((item) => item.expression))}`;
  const printed = select.selection.items.map(
    ({ expression, alias }) => `${printExpression(expression)}${alias === undefined ? '' : ` AS ${alias}`}`,
  );
  return `${head} ${printed.join(', ')}`;
}

/** The name of the first source, which carries the document's `_rid`. */
function rootName({ from }: Query): string {
  const [first] = sourcesOf(from);
  return (first && sourceName(first)) ?? 'c';
}

function printFrom({ from }: Query): string | undefined {
  return from && `FROM ${printSource(from)}`;
}

function printWhere(where: Expression | undefined): string | undefined {
  return where && `WHERE ${printExpression(where)}`;
}

function printLimit(limit: number | undefined): string | undefined {
  return limit === undefined ? undefined : `OFFSET 0 LIMIT ${limit}`;
}

function lines(...clauses: readonly (string | undefined)[]): string {
  return clauses.filter((clause) => clause !== undefined).join('\n');
}

/** The partial result of an aggregate that each partition sends, for the client to merge. */
function printPartialAggregate(expression: Expression): string {
  if (expression.kind !== 'call') throw new RangeError('Only a call is an aggregate');
  const argument = expression.arguments.map(printExpression).join(', ');
  const name = expression.name.toUpperCase();
  if (name === 'AVG') return `{"item": {"sum": SUM(${argument}), "count": COUNT(${argument})}}`;
  if (name !== 'MIN' && name !== 'MAX') return `{"item": ${name}(${argument})}`;
  // The count distinguishes a partition without values from one whose extreme is undefined.
  const pair = `{"${name.toLowerCase()}": ${name}(${argument}), "count": COUNT(${argument})}`;
  return `{"item": ${name}(${argument}), "item2": ${pair}}`;
}
