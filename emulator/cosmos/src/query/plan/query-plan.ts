import type { QueryRange } from './query-ranges.ts';
import type { AggregateType } from './rewrite.ts';

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
