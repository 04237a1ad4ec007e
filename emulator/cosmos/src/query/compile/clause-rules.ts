import { aggregateFunctions } from '../functions/aggregates.ts';
import type { Expression, Query } from '../syntax/ast.ts';
import { printExpression } from '../syntax/printer.ts';
import { queryError } from '../syntax/query-error.ts';
import { childrenOf, sourcesOf } from '../syntax/walk.ts';
import { nameOf } from './from.ts';

/** What a grouped query selects must come from its groups: throws SC2041 for `*`, SC2102 for any other property. */
export function checkGrouping(query: Query): void {
  const { selection } = query.select;
  if (selection.kind === 'all') throw queryError('SC2041', "'SELECT *' is not allowed with GROUP BY.", selection);
  const keys = new Set(query.groupBy?.map(printExpression));
  const names = new Set(sourcesOf(query.from).map(nameOf));
  const selected = selection.kind === 'value' ? [selection.expression] : selection.items.map((item) => item.expression);
  for (const expression of selected) checkGrouped(expression, { keys, names });
}

interface Grouped {
  /** The group keys, printed. */
  readonly keys: ReadonlySet<string>;
  /** What the query's own FROM binds; the names of a query around it are the same for all rows of a group. */
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

export function isAggregate(node: Expression): boolean {
  return node.kind === 'call' && !node.udf && aggregateFunctions.has(node.name.toUpperCase());
}

/** The name a path starts from; undefined for what is no path. */
function rootOf(node: Expression): string | undefined {
  if (node.kind === 'property' || node.kind === 'index') return rootOf(node.object);
  return node.kind === 'identifier' ? node.name : undefined;
}
