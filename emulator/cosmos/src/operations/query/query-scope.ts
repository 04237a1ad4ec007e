import type { Account, Container } from '../../account/account.ts';
import type { ContainerDefinition } from '../../model/container/container-definition.ts';
import { CosmosError } from '../../model/errors.ts';
import { parsePropertyPath } from '../../model/json.ts';
import { type EpkRange, intersectEpkRanges } from '../../model/partition-key/effective-partition-key.ts';
import type { QueryParameter } from '../../query/compile-query.ts';
import { isSinglePartition, type QueryRange, rangesOf } from '../../query/plan/query-target.ts';
import type { DistanceFunction } from '../../query/values/evaluation-context.ts';
import type { ItemSelection } from '../../store/store.ts';
import { type FeedScope, type FeedSelection, selectFeed } from '../feed.ts';
import { METADATA_RANGE, type OperationResult } from '../result.ts';
import { METADATA_READ_CHARGE } from '../throughput/request-charge.ts';
import { type OutlinePolicy, outlineQuery, type QueryOutline } from './query-outline.ts';

/** A query as a request has it. */
export interface QueryBody {
  readonly text: string;
  readonly parameters: readonly QueryParameter[];
}

/** Each key is a selection of its own. More keys than this are read as one scan. */
const MAX_TARGETS = 100;

/** The items of the request, without the partition keys that the query's filter excludes. */
export function selectForQuery(container: Container, targets: QueryTargets, scope: FeedScope): FeedSelection {
  const feed = selectFeed(container, scope);
  if (targets === undefined || targets.length > MAX_TARGETS) return feed;
  return { ...feed, selections: feed.selections.flatMap((selection) => narrow(container, selection, targets)) };
}

/** The physical partitions that a query over the whole container must visit. */
function targetRanges(container: Container, targets: QueryTargets): readonly number[] {
  return container.ranges.flatMap((bounds, range) =>
    targets === undefined || targets.some((target) => intersectEpkRanges(target, bounds)) ? [range] : [],
  );
}

/** The partition keys that the filter of a query leaves, hashed; undefined: everything. */
export type QueryTargets = readonly EpkRange[] | undefined;

/** Hashes each key: once for a query. */
export function targetsOf({ definition }: Container, { target }: QueryOutline): QueryTargets {
  if (target.kind === 'all') return undefined;
  return target.kind === 'none' ? [] : rangesOf(target, definition.partitionKey).map(toEpkRange);
}

/** A point holds the items of one key. */
function toEpkRange({ min, max }: QueryRange): EpkRange {
  return min === max ? { min, max: `${min}FF` } : { min, max };
}

function narrow(
  { ranges }: Container,
  selection: ItemSelection,
  targets: readonly EpkRange[],
): readonly ItemSelection[] {
  const { min = '', max = '' } = ranges[selection.range] ?? {};
  const { minEpk = min, maxEpk = max } = selection;
  return targets.flatMap((target) => {
    const both = intersectEpkRanges(target, { min: minEpk, max: maxEpk });
    return both ? [{ ...selection, minEpk: both.min, maxEpk: both.max }] : [];
  });
}

/**
 * The gateway plans a query that is not for one partition key, and rejects it unless the request enables that, however many physical
 * partitions there are. Source: `PartitionRoutingHelper` of azure-cosmos-dotnet-v3.
 *
 * @param crossesPartitions whether the request enables queries over several partition keys
 * @throws CosmosError BadRequest
 */
export function assertOnePartition(
  { definition: { partitionKey } }: Container,
  outline: QueryOutline,
  { scope, crossesPartitions }: { readonly scope: FeedScope; readonly crossesPartitions: boolean },
): void {
  if (scope.partitionKey !== undefined || scope.range !== undefined) return;
  if (partitionKey.systemKey || isSinglePartition(outline.target, partitionKey)) return;
  outline.assertPlannable();
  if (crossesPartitions) return;
  throw new CosmosError(
    'BadRequest',
    'Cross partition query is required but disabled. Please set x-ms-documentdb-query-enablecrosspartition to true, specify x-ms-documentdb-partitionkey, or revise your query to avoid this exception.',
  );
}

/**
 * Rejects, with the query plan, a query whose rows would have to be merged from several physical partitions. So does the
 * gateway, which leaves merging to the client. A query that only filters reads one partition after the other.
 *
 * @throws CosmosError BadRequest, substatus 1004
 */
export function assertServedWithoutMerge(
  container: Container,
  outline: QueryOutline,
  { scope, targets }: { readonly scope: FeedScope; readonly targets: QueryTargets },
): void {
  const { isRanked, sortsByDistance } = outline;
  if (!isRanked && (scope.partitionKey !== undefined || scope.range !== undefined)) return;
  // The client rejects a vector search without TOP or LIMIT, which it learns from the plan.
  const isPlanned = isRanked || sortsByDistance;
  if (!isPlanned && targetRanges(container, targets).length <= 1) return;
  const { text, needsMerge } = outline.plan();
  if (!needsMerge) return;
  throw new CosmosError('BadRequest', NOT_SERVED, {
    substatus: 1004,
    body: { additionalErrorInfo: text },
  });
}

/** The gateway's own message. */
const NOT_SERVED =
  'The provided cross partition query can not be directly served by the gateway. This is a first chance (internal) exception that all newer clients will know how to handle gracefully. This exception is traced, but unless you see it bubble up as an exception (which only happens on older SDK clients), then you can safely ignore this message.';

/** The members of a container's definition that outlines of queries depend on. */
export function outlinePolicyOf({ definition }: Container): OutlinePolicy {
  return {
    partitionKey: definition.partitionKey,
    geospatialType: definition.geospatialConfig.type,
    distances: distanceFunctionsOf(definition),
  };
}

/** The distance functions of the vector policy by their paths. */
export function distanceFunctionsOf({
  vectorEmbeddingPolicy,
}: ContainerDefinition): ReadonlyMap<string, DistanceFunction> {
  const embeddings = vectorEmbeddingPolicy?.vectorEmbeddings ?? [];
  return new Map(embeddings.map((one) => [keyOf(parsePropertyPath(one.path)), one.distanceFunction]));
}

/** A path without the quotes that a definition may put around names. */
function keyOf(names: readonly string[]): string {
  return names.map((name) => `/${name}`).join('');
}

export interface QueryPlanInput {
  readonly body: QueryBody;
  /** What the client can merge; absent: everything. */
  readonly supportedFeatures?: ReadonlySet<string>;
  /** Whether the client has left. */
  isClosed(): boolean;
}

/** How a client has to run a query over the physical partitions. @throws CosmosError BadRequest for a query that has no plan */
export async function readQueryPlan(
  account: Account,
  container: Container,
  { body, supportedFeatures, isClosed }: QueryPlanInput,
): Promise<OperationResult> {
  const policy = { ...outlinePolicyOf(container), ...(supportedFeatures && { supportedFeatures }) };
  const computed = container.definition.computedProperties ?? [];
  const { outline } = await outlineQuery(account, { ...body, computed, policy, isClosed });
  return { status: 200, body: outline.plan().text, charge: METADATA_READ_CHARGE, container, range: METADATA_RANGE };
}
