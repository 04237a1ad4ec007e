import type { Container } from '../account/container.ts';
import { CosmosError } from '../model/errors.ts';
import { type EpkRange, epkRangeOf, intersectEpkRanges } from '../model/partition-key/effective-partition-key.ts';
import {
  formatPartitionKey,
  fullPartitionKey,
  isPartitionKeyPrefix,
  type PartitionKeyValue,
} from '../model/partition-key/partition-key.ts';
import type { ItemSelection } from '../store/store.ts';

/** Which items of a container a feed is of; nothing named: all. */
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
  /** The one logical partition that is meant: others may share its effective partition key. */
  readonly partitionKey?: string;
}

/** @throws CosmosError BadRequest when the partition key does not fit the container, or is not in the physical partition */
export function selectFeed(container: Container, scope: FeedScope): FeedSelection {
  const { partitionKey, epks } = scope;
  const { partitionKey: definition } = container.definition;
  const isPartial = partitionKey === undefined || isPartitionKeyPrefix(partitionKey, definition);
  const key = isPartial ? partitionKey : fullPartitionKey(partitionKey, definition);
  const wanted = [key && epkRangeOf(key, definition), epks].filter((bounds) => bounds !== undefined);
  const selections = selectionsOf(container, wanted, scope.range);
  if (selections.length === 0)
    throw new CosmosError('BadRequest', 'The physical partition holds nothing that is asked for');
  return isPartial || !key ? { selections } : { selections, partitionKey: formatPartitionKey(key) };
}

/** Whether a row that one of the selections holds is meant. */
export function isSelected(row: { readonly partitionKey: string }, { partitionKey }: FeedSelection): boolean {
  return partitionKey === undefined || partitionKey === row.partitionKey;
}

function selectionsOf(
  { number, ranges }: Container,
  wanted: readonly EpkRange[],
  only: number | undefined,
): ItemSelection[] {
  return ranges.flatMap((bounds, range) => {
    if (only !== undefined && only !== range) return [];
    if (wanted.length === 0) return [{ container: number, range }];
    const epks = wanted.reduce<EpkRange | undefined>((left, right) => left && intersectEpkRanges(left, right), bounds);
    return epks ? [{ container: number, range, minEpk: epks.min, maxEpk: epks.max }] : [];
  });
}
