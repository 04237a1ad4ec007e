import type { Container } from '../account/account.ts';
import { CosmosError } from '../model/errors.ts';
import { type EpkRange, epkRangeOf, intersectEpkRanges } from '../model/partition-key/effective-partition-key.ts';
import {
  formatPartitionKey,
  fullPartitionKey,
  isPartitionKeyPrefix,
  type PartitionKeyValue,
} from '../model/partition-key/partition-key.ts';
import type { ItemSelection } from '../store/store.ts';

/** Which items of a container a feed covers. Without a member: all. */
export interface FeedScope {
  /** Only this logical partition, or those under a prefix of a hierarchical key. */
  readonly partitionKey?: PartitionKeyValue;
  /** Only this physical partition. */
  readonly range?: number;
  /** Only effective partition keys between these. */
  readonly epks?: EpkRange;
}

/** A scope in the terms of the store. */
export interface FeedSelection {
  /** One for each physical partition that the scope touches, in order. */
  readonly selections: readonly ItemSelection[];
  /** The one logical partition of the scope. Others may share its effective partition key. */
  readonly partitionKey?: string;
}

/** @throws CosmosError BadRequest when the partition key does not fit the container, or is not in the physical partition */
export function selectFeed(container: Container, scope: FeedScope): FeedSelection {
  const { partitionKey, epks } = scope;
  const { partitionKey: definition } = container.definition;
  const isPartial = partitionKey === undefined || isPartitionKeyPrefix(partitionKey, definition);
  const key = isPartial ? partitionKey : fullPartitionKey(partitionKey, definition);
  const bounds = [key && epkRangeOf(key, definition), epks].filter((one) => one !== undefined);
  const selections = selectionsOf(container, bounds, scope.range);
  if (selections.length === 0)
    throw new CosmosError('BadRequest', 'The physical partition holds nothing that is asked for');
  return isPartial || !key ? { selections } : { selections, partitionKey: formatPartitionKey(key) };
}

/** Whether a row of one of the selections belongs to the feed. */
export function isSelected(row: { readonly partitionKey: string }, { partitionKey }: FeedSelection): boolean {
  return partitionKey === undefined || partitionKey === row.partitionKey;
}

function selectionsOf(
  { number, ranges }: Container,
  bounds: readonly EpkRange[],
  only: number | undefined,
): ItemSelection[] {
  return ranges.flatMap((whole, range) => {
    if (only !== undefined && only !== range) return [];
    if (bounds.length === 0) return [{ container: number, range }];
    const epks = bounds.reduce<EpkRange | undefined>((left, right) => left && intersectEpkRanges(left, right), whole);
    return epks ? [{ container: number, range, minEpk: epks.min, maxEpk: epks.max }] : [];
  });
}

/** Which page of a feed a client requests. */
export interface FeedPage {
  /** The most items that the page may hold; always positive. */
  readonly maxItemCount: number;
  /** The continuation of the page before; absent: from the start. */
  readonly continuation?: string;
}

/** A page of a short list. Its continuation is the rid of its last resource. */
export function takePage<T extends { readonly rid: string }>(
  all: readonly T[],
  { maxItemCount, continuation }: FeedPage,
): { taken: readonly T[]; continuation: { continuation?: string } } {
  const start = continuation === undefined ? 0 : all.findIndex(({ rid }) => rid === continuation) + 1;
  if (continuation !== undefined && start === 0) throw invalidContinuation();
  const taken = all.slice(start, start + maxItemCount);
  const last = taken.at(-1);
  return { taken, continuation: last && start + taken.length < all.length ? { continuation: last.rid } : {} };
}

export function invalidContinuation(): CosmosError {
  return new CosmosError('BadRequest', 'Invalid Continuation Token');
}

/** A feed page: the resources' JSON texts under the name of their kind. */
export function toFeedJson(parentRid: string, name: string, resources: readonly string[]): string {
  return `{"_rid":"${parentRid}","${name}":[${resources.join(',')}],"_count":${resources.length}}`;
}

/** A feed of databases, containers, offers…: few and small, so all of it is read. */
export interface ResourceFeed {
  /** The rid of the resource it belongs to; empty for the account. */
  readonly parentRid: string;
  /** The member of the response that lists the resources, for example `Databases`. */
  readonly name: string;
  /** JSON texts. */
  readonly resources: readonly string[];
}
