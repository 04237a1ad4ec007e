import type { PartitionKeyDefinition } from '../../model/partition-key/partition-key.ts';
import { parsePropertyPath } from '../../model/property-path.ts';
import type { Parameters } from '../compile/compilation.ts';
import { countOf } from '../compile/count.ts';
import { distanceFunctionOf, isVectorDistance } from '../compile/vector-distance.ts';
import type { OrderByItem, Query } from '../syntax/ast.ts';
import { printExpression } from '../syntax/printer.ts';
import { planError } from '../syntax/query-error.ts';
import type { VectorPolicy } from '../values/evaluation-context.ts';
import { type PlannedItem, plannedItems } from './aggregates.ts';
import { distinctCountOf } from './distinct-count.ts';
import { requireFeatures } from './features.ts';
import { hybridSearchOf } from './hybrid-search.ts';
import { keysPassing } from './partition-key-filter.ts';
import { documentName } from './property-reference.ts';
import type { QueryInfo, QueryPlan } from './query-plan.ts';
import { isSinglePartition, type QueryTarget, rangesOf, targetOf } from './query-ranges.ts';
import { rewriteQuery } from './rewrite.ts';

/** What a plan depends on besides the query. */
export interface PlanPolicy extends VectorPolicy {
  readonly partitionKey: PartitionKeyDefinition;
  /** `x-ms-cosmos-supported-query-features`: what the client can merge; absent: everything. */
  readonly supportedFeatures?: ReadonlySet<string>;
}

/**
 * Plans a query as the service's gateway does: which effective partition keys to visit, what each partition runs, and how the
 * client merges the answers. Throws a CosmosError 400 for what the gateway cannot distribute.
 */
export function planQuery(query: Query, parameters: Parameters, policy: PlanPolicy): QueryPlan {
  const target = queryTarget(query, parameters, policy.partitionKey);
  const queryRanges = rangesOf(target, policy.partitionKey);
  if (query.orderBy?.rank) {
    const hybridSearchQueryInfo = hybridSearchOf(query, { parameters, policy });
    return { partitionedQueryExecutionInfoVersion: 2, hybridSearchQueryInfo, queryRanges };
  }
  const single = isSinglePartition(target, policy.partitionKey);
  const queryInfo = distinctCountOf(query) ?? infoOf(query, { parameters, policy, single });
  requireFeatures(queryInfo, policy.supportedFeatures);
  return { partitionedQueryExecutionInfoVersion: 2, queryInfo, queryRanges };
}

/** Which partition keys the query must visit. */
export function queryTarget(query: Query, parameters: Parameters, definition: PartitionKeyDefinition): QueryTarget {
  if (query.from === undefined) return { kind: 'none' };
  const paths = definition.paths.map(parsePropertyPath);
  return targetOf(keysPassing(query.where, { document: documentName(query), paths, parameters }), definition);
}

interface InfoContext {
  readonly parameters: Parameters;
  readonly policy: PlanPolicy;
  /** The query stays in one logical partition, whose server sorts, skips and limits by itself. */
  readonly single: boolean;
}

function infoOf(query: Query, context: InfoContext): QueryInfo {
  const items = plannedItems(query);
  const hasAggregate = items.some((item) => item.aggregate !== undefined);
  const merges = hasAggregate || query.groupBy !== undefined || query.select.distinct;
  // Whoever removes duplicates must see the rows in order, even those of one partition.
  const sortItems = sortItemsOf(query, hasAggregate || (context.single && !query.select.distinct));
  const { top, offset, limit } = countsOf(query, context, merges);
  const info: Omit<QueryInfo, 'rewrittenQuery'> = {
    distinctType: distinctTypeOf(query),
    top,
    offset,
    limit,
    orderBy: sortItems.map((item) => directionOf(item, context)),
    orderByExpressions: sortItems.map((item) => printExpression(item.expression)),
    groupByExpressions: (query.groupBy ?? []).map(printExpression),
    ...aggregation(query, items),
    hasSelectValue: query.select.selection.kind === 'value',
    hasNonStreamingOrderBy: sortItems.some(isVectorDistance),
    dCountInfo: null,
  };
  if (!merges && sortItems.length === 0 && limit === null) return { ...info, rewrittenQuery: '' };
  const rewrite = {
    items,
    top: merges ? undefined : (top ?? undefined),
    limit: merges || limit === null ? undefined : (offset ?? 0) + limit,
  };
  return { ...info, rewrittenQuery: rewriteQuery(query, rewrite) };
}

/** What the client sorts by; nothing when one partition does it, or when there is but the one row of an aggregate. */
function sortItemsOf({ groupBy, orderBy }: Query, isSorted: boolean): readonly OrderByItem[] {
  if (groupBy !== undefined && orderBy !== undefined) {
    throw planError('ORDER BY is not supported together with GROUP BY.');
  }
  return isSorted ? [] : (orderBy?.items ?? []);
}

interface Counts {
  readonly top: number | null;
  readonly offset: number | null;
  readonly limit: number | null;
}

function countsOf({ from, select, offsetLimit }: Query, { parameters, single }: InfoContext, merges: boolean): Counts {
  const top = select.top === undefined ? null : countOf(select.top, 'TOP', parameters);
  const counts = { top: from === undefined ? null : top, offset: null, limit: null };
  if (offsetLimit === undefined) return counts;
  const offset = countOf(offsetLimit.offset, 'OFFSET', parameters);
  const limit = countOf(offsetLimit.limit, 'LIMIT', parameters);
  return single && !merges ? counts : { ...counts, offset, limit };
}

function directionOf(item: OrderByItem, { parameters, policy }: InfoContext): 'Ascending' | 'Descending' {
  if (item.direction !== undefined) return item.direction === 'DESC' ? 'Descending' : 'Ascending';
  if (!isVectorDistance(item)) return 'Ascending';
  return distanceFunctionOf(item.expression, parameters, policy) === 'euclidean' ? 'Ascending' : 'Descending';
}

/** Ordered: equal rows come one after another, because the query sorts by exactly what it selects. */
function distinctTypeOf(query: Query): QueryInfo['distinctType'] {
  if (!query.select.distinct) return 'None';
  const selected = plannedItems(query).map((item) => printExpression(item.expression));
  const sorted = new Set(query.orderBy?.items.map((item) => printExpression(item.expression)));
  const same = selected.length > 0 && selected.length === sorted.size && selected.every((text) => sorted.has(text));
  return same ? 'Ordered' : 'Unordered';
}

function aggregation(
  query: Query,
  items: readonly PlannedItem[],
): Pick<QueryInfo, 'aggregates' | 'groupByAliases' | 'groupByAliasToAggregateType'> {
  const aggregates = items.flatMap((item) => (item.aggregate === undefined ? [] : [item.aggregate]));
  if (query.select.selection.kind === 'value') {
    return { aggregates, groupByAliases: [], groupByAliasToAggregateType: {} };
  }
  if (aggregates.length === 0 && query.groupBy === undefined) {
    return { aggregates: [], groupByAliases: [], groupByAliasToAggregateType: {} };
  }
  return {
    aggregates: [],
    groupByAliases: items.map((item) => item.name),
    groupByAliasToAggregateType: Object.fromEntries(items.map((item) => [item.name, item.aggregate ?? null])),
  };
}
