import type { Container } from '../../account/container.ts';
import { CosmosError } from '../../model/errors.ts';
import { isVectorDistance } from '../../query/compile/vector-distance.ts';
import type { CompiledQuery } from '../../query/compile-query.ts';
import type { QueryPlan } from '../../query/plan/query-plan.ts';
import type { FeedScope } from '../feed-scope.ts';
import { planPolicyOf } from './query-plan.ts';
import { targetRanges } from './query-scope.ts';

/**
 * Refuses, with the plan, a query whose rows would have to be merged from several physical partitions: as the gateway does, which
 * leaves that to the client. A query that only filters is answered one partition after the other.
 *
 * @throws CosmosError BadRequest, substatus 1004
 */
export function refuseToMerge(container: Container, query: CompiledQuery, scope: FeedScope): void {
  const { orderBy } = query.query;
  const isRanked = orderBy?.rank === true;
  if (!isRanked && (scope.partitionKey !== undefined || scope.range !== undefined)) return;
  // The client refuses a search by vectors without TOP or LIMIT, which it learns from the plan.
  const isPlanned = isRanked || orderBy?.items.some(isVectorDistance) === true;
  if (!isPlanned && targetRanges(container, query).length <= 1) return;
  const plan = query.plan(planPolicyOf(container));
  if (!needsMerge(plan)) return;
  throw new CosmosError('BadRequest', NOT_SERVED, {
    substatus: 1004,
    body: { additionalErrorInfo: JSON.stringify(plan) },
  });
}

/** The gateway's words. */
const NOT_SERVED =
  'The provided cross partition query can not be directly served by the gateway. This is a first chance (internal) exception that all newer clients will know how to handle gracefully. This exception is traced, but unless you see it bubble up as an exception (which only happens on older SDK clients), then you can safely ignore this message.';

function needsMerge({ queryInfo }: QueryPlan): boolean {
  if (queryInfo === undefined) return true;
  return (
    queryInfo.distinctType !== 'None' ||
    queryInfo.orderBy.length > 0 ||
    queryInfo.groupByExpressions.length > 0 ||
    queryInfo.aggregates.length > 0 ||
    queryInfo.groupByAliases.length > 0 ||
    queryInfo.dCountInfo !== null ||
    queryInfo.top !== null ||
    queryInfo.limit !== null
  );
}
