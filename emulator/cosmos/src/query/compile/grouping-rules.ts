import { aggregateFunctions } from '../functions/aggregates.ts';
import type { Expression, Query } from '../syntax/ast.ts';
import { printExpression } from '../syntax/printer.ts';
import { queryError } from '../syntax/query-error.ts';
import { childrenOf } from '../syntax/walk.ts';

/** What a grouped query selects must come from its groups: throws SC2041 for `*`, SC2102 for any other property. */
export function checkGrouping(query: Query): void {
  const { selection } = query.select;
  if (selection.kind === 'all') throw queryError('SC2041', "'SELECT *' is not allowed with GROUP BY.", selection);
  const keys = new Set(query.groupBy?.map(printExpression));
  const selected = selection.kind === 'value' ? [selection.expression] : selection.items.map((item) => item.expression);
  for (const expression of selected) checkGrouped(expression, keys);
}

function checkGrouped(node: Expression, keys: ReadonlySet<string>): void {
  if (isAggregate(node) || keys.has(printExpression(node))) return;
  if (isReference(node)) {
    throw queryError(
      'SC2102',
      `Property reference '${printExpression(node)}' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.`,
      node,
    );
  }
  for (const child of childrenOf(node)) checkGrouped(child, keys);
}

export function isAggregate(node: Expression): boolean {
  return node.kind === 'call' && !node.udf && aggregateFunctions.has(node.name.toUpperCase());
}

function isReference(node: Expression): boolean {
  if (node.kind === 'property' || node.kind === 'index') return isReference(node.object);
  return node.kind === 'identifier';
}
