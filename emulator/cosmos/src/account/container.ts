import type { ContainerDefinition } from '../model/container-definition.ts';
import { type EpkRange, indexOfRange, splitEpkSpace } from '../model/effective-partition-key.ts';
import type { JsonObject } from '../model/json.ts';
import { type PartitionKeyValue, partitionKeyExtractor } from '../model/partition-key.ts';
import { uniqueKeyReader } from '../model/unique-key.ts';
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
  /** The counter that gives each physical partition its LSNs. */
  readonly lsnCounters: readonly string[];
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
    lsnCounters: ranges.map((_, range) => `lsn ${number} ${range}`),
  };
}

/** The physical partition that holds an effective partition key. */
export function rangeOfEpk({ ranges }: Container, epk: string): number {
  return ranges.length === 1 ? 0 : indexOfRange(ranges, epk);
}
