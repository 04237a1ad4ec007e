import type { ContainerDefinition } from '../model/container/container-definition.ts';
import { uniqueKeyReader } from '../model/container/unique-key.ts';
import { indexedValueCounter, scalarCoverage } from '../model/indexing/index-coverage.ts';
import type { JsonObject } from '../model/json.ts';
import {
  type EpkRange,
  effectivePartitionKey,
  indexOfRange,
  splitEpkSpace,
} from '../model/partition-key/effective-partition-key.ts';
import {
  formatPartitionKey,
  type PartitionKeyDefinition,
  type PartitionKeyValue,
  partitionKeyExtractor,
} from '../model/partition-key/partition-key.ts';
import type { StoredResource } from '../store/store.ts';

export interface Database {
  readonly id: string;
  readonly rid: string;
  readonly resource: StoredResource;
}

/** A container, prepared once for the requests that use it. */
export interface Container {
  readonly id: string;
  readonly rid: string;
  /** The number in the rid, by which the store knows its items. */
  readonly number: number;
  readonly database: Database;
  readonly resource: StoredResource;
  readonly definition: ContainerDefinition;
  /** `dbs/{rid}/colls/{rid}/` */
  readonly self: string;
  /** `dbs/{id}/colls/{id}`, percent-encoded: fit for a header. */
  readonly altPath: string;
  /** Its physical partitions, in order; the index is the id. */
  readonly ranges: readonly EpkRange[];
  /** The item's value of each unique key, told apart by key. */
  readonly uniqueKeysOf: (item: JsonObject) => readonly string[];
  readonly partitionKeyOf: (item: JsonObject) => PartitionKeyValue;
  /** Where the logical partition with this key lies; the last ones asked for are remembered. */
  readonly locate: (partitionKey: PartitionKeyValue) => PartitionLocation;
  /** How many values of an item its indexing policy covers. */
  readonly indexedValuesOf: (item: JsonObject) => number;
  /** Whether its indexing policy covers the scalars at a property path. */
  readonly isIndexed: (path: readonly string[]) => boolean;
  /** The counter that gives each physical partition its LSNs. */
  readonly lsnCounters: readonly string[];
}

export interface PartitionLocation {
  /** The key as compact JSON. */
  readonly partitionKey: string;
  readonly epk: string;
  /** The physical partition. */
  readonly range: number;
}

/** What the store keeps of a container. */
export interface ContainerRecord {
  readonly number: number;
  /** Physical partitions, fixed when the container is made. */
  readonly rangeCount: number;
  readonly definition: ContainerDefinition;
}

export function toContainer(resource: StoredResource, database: Database): Container {
  const record = JSON.parse(resource.body) as ContainerRecord; // written by `createContainer` alone
  const { definition, number, rangeCount } = record;
  const ranges = splitEpkSpace(rangeCount, definition.partitionKey);
  return {
    id: resource.id,
    rid: resource.rid,
    number,
    database,
    resource,
    definition,
    self: `dbs/${database.rid}/colls/${resource.rid}/`,
    altPath: `dbs/${encodeURIComponent(database.id)}/colls/${encodeURIComponent(resource.id)}`,
    ranges,
    uniqueKeysOf: uniqueKeyReader(definition.uniqueKeyPolicy),
    partitionKeyOf: partitionKeyExtractor(definition.partitionKey),
    locate: partitionLocator(definition.partitionKey, ranges),
    indexedValuesOf: indexedValueCounter(definition.indexingPolicy),
    isIndexed: scalarCoverage(definition.indexingPolicy),
    lsnCounters: ranges.map((_, range) => `lsn ${number} ${range}`),
  };
}

/** How many logical partitions a container remembers, because hashing a key costs more than looking it up. */
const REMEMBERED_LOCATIONS = 10_000;

function partitionLocator(definition: PartitionKeyDefinition, ranges: readonly EpkRange[]): Container['locate'] {
  const known = new Map<string, PartitionLocation>();
  return (key) => {
    const partitionKey = formatPartitionKey(key);
    const remembered = known.get(partitionKey);
    if (remembered) return remembered;
    const epk = effectivePartitionKey(key, definition);
    const location = { partitionKey, epk, range: indexOfRange(ranges, epk) };
    if (known.size >= REMEMBERED_LOCATIONS) known.clear();
    known.set(partitionKey, location);
    return location;
  };
}
