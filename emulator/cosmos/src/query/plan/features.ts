import { CosmosError } from '../../model/errors.ts';
import type { QueryInfo } from './query-plan.ts';

/** What a client must be able to do to merge a plan, by the names of `x-ms-cosmos-supported-query-features`. */
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

/** Throws the gateway's 400 when the plan needs what the client has not said it can do. */
export function requireFeatures(info: QueryInfo, supported: ReadonlySet<string> | undefined): void {
  if (supported === undefined) return;
  const missing = Object.entries(FEATURES)
    .filter(([name, isNeeded]) => !supported.has(name) && isNeeded(info))
    .map(([name]) => `Query contained ${name}, which the calling client does not support.`);
  if (missing.length === 0) return;
  const head =
    'Query contains 1 or more unsupported features. Upgrade your SDK to a version that does support the requested features:';
  throw new CosmosError('BadRequest', [head, ...missing].join('\n'));
}
