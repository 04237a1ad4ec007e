import type { Query } from '../syntax/ast.ts';
import { outputNames } from '../syntax/output-names.ts';
import { printQuery } from '../syntax/printer.ts';
import { plannedItems } from './aggregates.ts';
import type { QueryInfo } from './query-plan.ts';

/**
 * `SELECT COUNT(1) FROM (SELECT DISTINCT ...)`: no partition can count alone, so each sends its distinct rows and the client counts.
 * Undefined for any other query.
 */
export function distinctCountOf(query: Query): QueryInfo | undefined {
  const { from, select } = query;
  if (from?.kind !== 'aliased' || from.collection.kind !== 'subquery') return undefined;
  const inner = from.collection.query;
  const [only, ...more] = plannedItems(query);
  if (!inner.select.distinct || only?.aggregate !== 'Count' || more.length > 0) return undefined;
  if (query.where !== undefined || query.groupBy !== undefined || query.offsetLimit !== undefined) return undefined;
  const isValue = select.selection.kind === 'value';
  return {
    distinctType: 'Unordered',
    top: null,
    offset: null,
    limit: null,
    orderBy: [],
    orderByExpressions: [],
    groupByExpressions: [],
    groupByAliases: [],
    aggregates: [],
    groupByAliasToAggregateType: {},
    rewrittenQuery: printQuery(inner),
    hasSelectValue: isValue,
    hasNonStreamingOrderBy: false,
    dCountInfo: { dCountAlias: select.selection.kind === 'list' ? (outputNames(select.selection.items)[0] ?? '') : '' },
  };
}
