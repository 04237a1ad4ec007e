import { isAggregate } from '../functions/aggregates.ts';
import type { Expression, Query } from '../syntax/ast.ts';
import { printExpression } from '../syntax/printer.ts';
import { planError, type QueryMistake, queryError, queryErrors } from '../syntax/query-error.ts';
import { childrenOf, expressionsOf, fromQueriesOf, queriesOf, sourceName, sourcesOf } from '../syntax/walk.ts';

/**
 * Sub-queries, also those that FROM selects from, neither sort nor cut: throws SC2202, SC2203 and SC2204, all of them together.
 * Source: azure-cosmos-dotnet-v3, issue 1723.
 */
export function checkSubqueries(query: Query): void {
  const mistakes = subqueriesOf(query).flatMap(mistakesOfSubquery);
  if (mistakes.length > 0) throw queryErrors(mistakes);
}

function subqueriesOf(query: Query): readonly Query[] {
  const nested = expressionsOf(query).flatMap(queriesBelow);
  return [...fromQueriesOf(query), ...nested].flatMap((inner) => [inner, ...subqueriesOf(inner)]);
}

function queriesBelow(node: Expression): readonly Query[] {
  return [...queriesOf(node), ...childrenOf(node).flatMap(queriesBelow)];
}

function mistakesOfSubquery({ select, orderBy, offsetLimit }: Query): readonly QueryMistake[] {
  const mistakes: QueryMistake[] = [];
  if (select.top) mistakes.push({ code: 'SC2203', message: "'TOP' is not supported in subqueries.", span: select.top });
  if (orderBy) mistakes.push({ code: 'SC2202', message: "'ORDER BY' is not supported in subqueries.", span: orderBy });
  if (offsetLimit) {
    const message = "'OFFSET LIMIT' clause is not supported in subqueries.";
    mistakes.push({ code: 'SC2204', message, span: offsetLimit });
  }
  return mistakes;
}

/**
 * A grouped query may only select from its groups: throws SC2041 for `*`, SC2102 for any other property.
 *
 * @param isInner whether it is a sub-query, which may also select properties of its keys
 */
export function checkGrouping(query: Query, isInner: boolean): void {
  const { selection } = query.select;
  if (selection.kind === 'all') throw queryError('SC2041', "'SELECT *' is not allowed with GROUP BY.", selection);
  const keys = new Set(query.groupBy?.map(printExpression));
  const names = new Set(sourcesOf(query.from).map(sourceName));
  const selected = selection.kind === 'value' ? [selection.expression] : selection.items.map((item) => item.expression);
  for (const expression of selected) checkGrouped(expression, { keys, names, isInner });
}

interface Grouped {
  /** The group keys, printed. */
  readonly keys: ReadonlySet<string>;
  /** The names that the query's own FROM binds. Those of an enclosing query have one value for all rows of a group. */
  readonly names: ReadonlySet<string | undefined>;
  readonly isInner: boolean;
}

function checkGrouped(node: Expression, grouped: Grouped): void {
  if (isAggregate(node) || isGroupKey(node, grouped)) return;
  const root = rootOf(node);
  if (root !== undefined) {
    if (!grouped.names.has(root)) return;
    throw queryError(
      'SC2102',
      `Property reference '${printExpression(node)}' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.`,
      node,
    );
  }
  for (const child of childrenOf(node)) checkGrouped(child, grouped);
}

function isGroupKey(node: Expression, { keys, isInner }: Grouped): boolean {
  if (keys.size === 0) return false;
  if (keys.has(printExpression(node))) return true;
  return isInner && node.kind === 'property' && isGroupKey(node.object, { keys, names: new Set(), isInner });
}

/** The name at the root of a path; undefined for an expression that is no path. */
function rootOf(node: Expression): string | undefined {
  if (node.kind === 'property' || node.kind === 'index') return rootOf(node.object);
  return node.kind === 'identifier' ? node.name : undefined;
}

/** Functions that ORDER BY accepts, since an index of their own has their order. */
const SORTABLE = new Set(['VECTORDISTANCE', '_FULLTEXTSCORE']);

/**
 * A query may only sort by properties of its items, which the index keeps in order: throws 2206 for anything else. The gateway has
 * errors of its own for values of a JOIN, and for GROUP BY.
 */
export function checkOrder(query: Query): void {
  const { orderBy, groupBy } = query;
  if (orderBy === undefined || orderBy.rank) return;
  if (groupBy !== undefined) throw planError('ORDER BY is not supported together with GROUP BY.');
  const [, ...joined] = sourcesOf(query.from);
  const joinedNames = new Map(joined.map((source) => [sourceName(source), source.collection.kind]));
  for (const { expression } of orderBy.items) {
    const kind = joinedNames.get(rootOf(expression));
    // Source: azure-cosmos-dotnet-v2, issue 679.
    if (kind === 'path') throw planError('Order-by over correlated collections is not supported.');
    if (kind === undefined && (isPath(expression) || isSortableCall(expression))) continue;
    const message = 'Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.';
    throw queryError('2206', message, expression);
  }
}

function isPath(node: Expression): boolean {
  if (node.kind === 'identifier') return true;
  if (node.kind === 'property') return isPath(node.object);
  return (
    node.kind === 'index' && (node.index.kind === 'literal' || node.index.kind === 'parameter') && isPath(node.object)
  );
}

function isSortableCall(node: Expression): boolean {
  return node.kind === 'call' && !node.udf && SORTABLE.has(node.name.toUpperCase());
}
