import type { AggregateType } from './aggregates.ts';
import type { QueryRange } from './query-ranges.ts';

/** What the query plan request answers, name for name. Source: `PartitionedQueryExecutionInfo` of the SDKs. */
export interface QueryPlan {
  readonly partitionedQueryExecutionInfoVersion: 2;
  readonly queryInfo: QueryInfo;
  readonly queryRanges: readonly QueryRange[];
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
  /** Those of a select list, null for what is no aggregate. */
  readonly groupByAliasToAggregateType: Readonly<Record<string, AggregateType | null>>;
  /** Empty when the partitions run the query as it is. */
  readonly rewrittenQuery: string;
  readonly hasSelectValue: boolean;
  readonly hasNonStreamingOrderBy: boolean;
  readonly dCountInfo: { readonly dCountAlias: string } | null;
}
