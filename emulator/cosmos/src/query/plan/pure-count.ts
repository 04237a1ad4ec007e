import { isAggregate } from '../compile/clause-rules.ts';
import type { Expression, Query } from '../syntax/ast.ts';
import { anyExpression, expressionsOf, sourcesOf } from '../syntax/walk.ts';
import { documentName } from './property-reference.ts';

/** Whether the one row of a query says nothing but how many documents pass its filter: `SELECT VALUE COUNT(1) FROM c WHERE ...`. */
export function isPureCount(query: Query): boolean {
  const { select, groupBy, orderBy, offsetLimit, from } = query;
  if (groupBy || orderBy || offsetLimit || select.distinct || select.top !== undefined) return false;
  if (documentName(query) === undefined || sourcesOf(from).length !== 1) return false;
  const { where: _, ...unfiltered } = query;
  const selected = expressionsOf(unfiltered);
  return selected.some((node) => anyExpression(node, isAggregate)) && selected.every(countsDocuments);
}

/** No name of a document is in it, but for counting. */
function countsDocuments(node: Expression): boolean {
  return !anyExpression(node, (part) => {
    if (part.kind === 'identifier' || part.kind === 'subquery' || part.kind === 'in') return true;
    return part.kind === 'call' && isAggregate(part) && !isCountOfAll(part);
  });
}

function isCountOfAll(node: Extract<Expression, { kind: 'call' }>): boolean {
  const [argument] = node.arguments;
  return node.name.toUpperCase() === 'COUNT' && argument?.kind === 'literal' && argument.value !== undefined;
}
