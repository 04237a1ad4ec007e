import type { Expression, Query } from '../syntax/ast.ts';
import { queryError } from '../syntax/query-error.ts';

/** Functions that may be sorted by: their order comes from an index of their own. */
const SORTABLE = new Set(['VECTORDISTANCE', '_FULLTEXTSCORE']);

/** A query sorts by properties, which the index keeps in order: throws 2206 for anything else. */
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
