import type { Expression } from '../syntax/ast.ts';
import type { QueryRange } from './query-target.ts';

/** The response of the query plan request, name for name. Source: `PartitionedQueryExecutionInfo` of the SDKs. */
export interface QueryPlan {
  readonly partitionedQueryExecutionInfoVersion: 2;
  /** Absent for ORDER BY RANK, which has `hybridSearchQueryInfo`. */
  readonly queryInfo?: QueryInfo;
  readonly hybridSearchQueryInfo?: HybridSearchQueryInfo;
  readonly queryRanges: readonly QueryRange[];
}

/** How the client computes ORDER BY RANK: it reads statistics, runs one query per score, and fuses the rows. */
export interface HybridSearchQueryInfo {
  readonly globalStatisticsQuery: string;
  readonly componentQueryInfos: readonly QueryInfo[];
  /** One per component; empty when there is only one. */
  readonly componentWeights: readonly number[];
  readonly skip: number | null;
  readonly take: number | null;
  readonly requiresGlobalStatistics: boolean;
}

export interface QueryInfo {
  readonly distinctType: 'None' | 'Ordered' | 'Unordered';
  readonly top: number | null;
  readonly offset: number | null;
  readonly limit: number | null;
  readonly orderBy: readonly ('Ascending' | 'Descending')[];
  readonly orderByExpressions: readonly string[];
  readonly groupByExpressions: readonly string[];
  readonly groupByAliases: readonly string[];
  /** Those of `SELECT VALUE`. */
  readonly aggregates: readonly AggregateType[];
  /** Those of a select list, null for an item that is no aggregate. */
  readonly groupByAliasToAggregateType: Readonly<Record<string, AggregateType | null>>;
  /** Empty when the partitions run the query as it is. */
  readonly rewrittenQuery: string;
  readonly hasSelectValue: boolean;
  readonly hasNonStreamingOrderBy: boolean;
  readonly dCountInfo: { readonly dCountAlias: string } | null;
}

/** The name of each aggregate in a plan. */
export const AGGREGATE_TYPES = {
  AVG: 'Average',
  COUNT: 'Count',
  COUNTIF: 'CountIf',
  MAKELIST: 'MakeList',
  MAKESET: 'MakeSet',
  MAX: 'Max',
  MIN: 'Min',
  SUM: 'Sum',
} as const;
export type AggregateType = (typeof AGGREGATE_TYPES)[keyof typeof AGGREGATE_TYPES];

/** An item of the select list; `aggregate` only when it is one. */
export interface PlannedItem {
  readonly name: string;
  readonly expression: Expression;
  readonly aggregate: AggregateType | undefined;
}
