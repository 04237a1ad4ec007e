import { isAggregate } from '../functions/aggregates.ts';
import type { Expression, Query } from '../syntax/ast.ts';
import { printExpression } from '../syntax/printer.ts';
import { queryError } from '../syntax/query-error.ts';
import { childrenOf, sourceName, sourcesOf } from '../syntax/walk.ts';

/** A grouped query may only select from its groups: throws SC2041 for `*`, SC2102 for any other property. */
export function checkGrouping(query: Query): void {
  const { selection } = query.select;
  if (selection.kind === 'all') throw queryError('SC2041', "'SELECT *' is not allowed with GROUP BY.", selection);
  const keys = new Set(query.groupBy?.map(printExpression));
  const names = new Set(sourcesOf(query.from).map(sourceName));
  const selected = selection.kind === 'value' ? [selection.expression] : selection.items.map((item) => item.expression);
  for (const expression of selected) checkGrouped(expression, { keys, names });
}

interface Grouped {
  /** The group keys, printed. */
  readonly keys: ReadonlySet<string>;
  /** The names that the query's own FROM binds. Those of an enclosing query have one value for all rows of a group. */
  readonly names: ReadonlySet<string | undefined>;
}

function checkGrouped(node: Expression, grouped: Grouped): void {
  if (isAggregate(node) || (grouped.keys.size > 0 && grouped.keys.has(printExpression(node)))) return;
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

/** The name at the root of a path; undefined for an expression that is no path. */
function rootOf(node: Expression): string | undefined {
  if (node.kind === 'property' || node.kind === 'index') return rootOf(node.object);
  return node.kind === 'identifier' ? node.name : undefined;
}

/** Functions that ORDER BY accepts, since an index of their own has their order. */
const SORTABLE = new Set(['VECTORDISTANCE', '_FULLTEXTSCORE']);

/** A query may only sort by properties, which the index keeps in order: throws 2206 for anything else. */
export function checkOrder(query: Query): void {
  if (query.orderBy === undefined || query.orderBy.rank) return;
  for (const { expression } of query.orderBy.items) {
    if (isPath(expression) || isSortableCall(expression)) continue;
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
