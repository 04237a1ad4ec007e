import { CosmosError } from '../../model/errors.ts';
import { parsePropertyPath } from '../../model/json.ts';
import type { Parameters } from '../compile/compilation.ts';
import { constantOf, countOf } from '../compile/constants.ts';
import { distanceFunctionOf, isVectorDistance } from '../compile/vector-distance.ts';
import { isAggregate } from '../functions/aggregates.ts';
import type { Expression, OrderByItem, Query } from '../syntax/ast.ts';
import { printExpression, printQuery } from '../syntax/printer.ts';
import { planError } from '../syntax/query-error.ts';
import { anyExpression, documentName, outputNames, propertyPath } from '../syntax/walk.ts';
import type { VectorPolicy } from '../values/evaluation-context.ts';
import { hybridSearchOf } from './hybrid-search.ts';
import { AGGREGATE_TYPES, type AggregateType, type PlannedItem, type QueryInfo, type QueryPlan } from './query-plan.ts';
import { isSinglePartition, type QueryConstants, queryTarget, rangesOf, type TargetPolicy } from './query-target.ts';
import { printFilteredPayload, rewriteQuery } from './rewrite.ts';

/** What a plan depends on besides the query. */
export interface PlanPolicy extends VectorPolicy, TargetPolicy {
  /** `x-ms-cosmos-supported-query-features`: what the client can merge; absent: everything. */
  readonly supportedFeatures?: ReadonlySet<string>;
}

/**
 * Plans a query as the service's gateway does: which effective partition keys to visit, what each partition runs, and how the
 * client merges their rows. Throws a CosmosError 400 for what the gateway cannot distribute.
 */
export function planQuery(query: Query, constants: QueryConstants, policy: PlanPolicy): QueryPlan {
  const { parameters } = constants;
  const target = queryTarget(query, constants, policy);
  const queryRanges = rangesOf(target, policy.partitionKey);
  if (query.orderBy?.rank) {
    const hybridSearchQueryInfo = hybridSearchOf(query, {
      parameters,
      policy,
      filteredPayload: printFilteredPayload(query, plannedItems(query)),
    });
    return { partitionedQueryExecutionInfoVersion: 2, hybridSearchQueryInfo, queryRanges };
  }
  const single = isSinglePartition(target, policy.partitionKey);
  const queryInfo = distinctCountOf(query) ?? infoOf(query, { parameters, policy, single });
  requireFeatures(queryInfo, policy.supportedFeatures);
  return { partitionedQueryExecutionInfoVersion: 2, queryInfo, queryRanges };
}

interface InfoContext {
  readonly parameters: Parameters;
  readonly policy: PlanPolicy;
  /** Whether the query stays in one logical partition, whose server sorts, skips and limits by itself. */
  readonly single: boolean;
}

function infoOf(query: Query, context: InfoContext): QueryInfo {
  const items = plannedItems(query);
  const hasAggregate = items.some((item) => item.aggregate !== undefined);
  const merges = hasAggregate || query.groupBy !== undefined || query.select.distinct;
  // DISTINCT is merged from sorted rows, even those of one partition. A sort by the key itself stays in the plan, too.
  const isSorted = context.single && !query.select.distinct && !sortsByKey(query, context.policy);
  const sortItems = sortItemsOf(query, hasAggregate || isSorted);
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

/** The items of a select list; that of `SELECT VALUE x` is one item without a name, that of `SELECT *` none. */
export function plannedItems({ select: { selection } }: Query): readonly PlannedItem[] {
  if (selection.kind === 'all') return [];
  if (selection.kind === 'value') return [plannedItem(selection.expression, '')];
  const names = outputNames(selection.items);
  return selection.items.map((item, index) => plannedItem(item.expression, names[index] ?? ''));
}

function plannedItem(expression: Expression, name: string): PlannedItem {
  if (isAggregate(expression)) return { name, expression, aggregate: aggregateType(expression) };
  if (anyExpression(expression, isAggregate)) {
    throw planError('Compositions of aggregates and other expressions are not allowed.');
  }
  return { name, expression, aggregate: undefined };
}

function aggregateType(expression: Expression): AggregateType | undefined {
  const name = expression.kind === 'call' ? expression.name.toUpperCase() : '';
  return Object.entries(AGGREGATE_TYPES).find(([key]) => key === name)?.[1];
}

/** What the client sorts by: nothing when a single partition sorts, or when an aggregate leaves only one row. */
function sortItemsOf({ groupBy, orderBy }: Query, isSorted: boolean): readonly OrderByItem[] {
  if (groupBy !== undefined && orderBy !== undefined) {
    throw planError('ORDER BY is not supported together with GROUP BY.');
  }
  return isSorted ? [] : (orderBy?.items ?? []);
}

function sortsByKey(query: Query, { partitionKey }: PlanPolicy): boolean {
  const document = documentName(query);
  const keys = partitionKey.paths.map((path) => parsePropertyPath(path).join('\0'));
  return (
    query.orderBy?.items.some(({ expression }) => {
      const path = propertyPath(expression, document);
      return path !== undefined && keys.includes(path.join('\0'));
    }) ?? false
  );
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
  return distanceFunctionOf(item.expression, policy, (node) => constantOf(node, parameters)?.value) === 'euclidean'
    ? 'Ascending'
    : 'Descending';
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

/**
 * The plan of `SELECT COUNT(1) FROM (SELECT DISTINCT ...)`: no partition can count alone, so each sends its distinct rows and the
 * client counts them. Undefined for any other query.
 */
function distinctCountOf(query: Query): QueryInfo | undefined {
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

/** The features that a client needs to merge a plan, by their names in `x-ms-cosmos-supported-query-features`. */
const FEATURES: Readonly<Record<string, (info: QueryInfo) => boolean>> = {
  Distinct: (info) => info.distinctType !== 'None',
  OrderBy: (info) => info.orderBy.length > 0,
  MultipleOrderBy: (info) => info.orderBy.length > 1,
  NonStreamingOrderBy: (info) => info.hasNonStreamingOrderBy,
  OffsetAndLimit: (info) => info.limit !== null,
  Top: (info) => info.top !== null,
  GroupBy: (info) => info.groupByExpressions.length > 0,
  Aggregate: (info) => info.aggregates.length > 0,
  NonValueAggregate: (info) => info.groupByAliases.length > 0 && info.groupByExpressions.length === 0,
  MultipleAggregates: (info) => aggregatesOf(info).length > 1,
  ListAndSetAggregate: (info) => aggregatesOf(info).some((type) => type === 'MakeList' || type === 'MakeSet'),
  CountIf: (info) => aggregatesOf(info).includes('CountIf'),
  DCount: (info) => info.dCountInfo !== null,
};

function aggregatesOf(info: QueryInfo): readonly string[] {
  return [...info.aggregates, ...Object.values(info.groupByAliasToAggregateType).filter((type) => type !== null)];
}

/** Throws the gateway's 400 when the plan needs a feature that the client does not announce. */
function requireFeatures(info: QueryInfo, supported: ReadonlySet<string> | undefined): void {
  if (supported === undefined) return;
  const missing = Object.entries(FEATURES)
    .filter(([name, isNeeded]) => !supported.has(name) && isNeeded(info))
    .map(([name]) => `Query contained ${name}, which the calling client does not support.`);
  if (missing.length === 0) return;
  const head =
    'Query contains 1 or more unsupported features. Upgrade your SDK to a version that does support the requested features:';
  throw new CosmosError('BadRequest', [head, ...missing].join('\n'));
}
