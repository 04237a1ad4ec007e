import type { MessagePort } from 'node:worker_threads';
import type { Clock, Closeable, Log, Randomness } from '@lazurite/runtime';
import type { ContainerDefinition } from '../model/container/container-definition.ts';
import { uniqueKeyReader } from '../model/container/unique-key.ts';
import { CosmosError } from '../model/errors.ts';
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
import type { ContinuationTokens } from '../model/requests/continuation-token.ts';
import type { ResourceTokens } from '../model/requests/resource-token.ts';
import type { QueryCompiler } from '../query/compile-query.ts';
import type { QueryScheduler } from '../query/execute/query-turns.ts';
import type { ScriptLimits } from '../script-worker/protocol.ts';
import type { ScriptEngine } from '../scripts/script-engine.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { Store, StoredResource } from '../store/store.ts';
import type { IndexBuilder } from './index-builder.ts';

/** What every operation works with. */
export interface Account {
  readonly store: Store;
  readonly commits: GroupCommit;
  readonly catalog: Catalog;
  readonly notifications: ChangeNotifications;
  /** Absent: throughput is not enforced. */
  readonly throughputGate?: ThroughputGate;
  readonly scripts: ScriptEngine;
  readonly scriptLimits: ScriptLimits;
  readonly queries: QueryCompiler;
  readonly queryScheduler: QueryScheduler;
  /** Absent: queries that need much run on this thread. */
  readonly queryThread?: QueryThread;
  readonly indexBuilder: IndexBuilder;
  readonly continuations: ContinuationTokens;
  readonly resourceTokens: ResourceTokens;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly history: History;
}

/** What has become of the past of the account. */
export interface History {
  /** Clients may have seen LSNs that are no more, and their session tokens are accepted. */
  wasRolledBack: boolean;
}

/** A thread of its own for queries that need much. It reads items through this one. */
export interface QueryThread extends Closeable {
  /**
   * Runs one task, which the code of the thread knows; one at a time.
   *
   * @param transferred ports in the task
   *
   * @throws CosmosError as the task does, or when it takes too much time or memory, or the client has left
   */
  run(task: unknown, isClosed: () => boolean, transferred?: readonly MessagePort[]): Promise<unknown>;
}

/** Whose request units are spent: a container's, or a database's that its containers share. */
export interface ThroughputOwner {
  /** Its `_rid`. */
  readonly rid: string;
  /** Request units per second of all its physical partitions together. */
  readonly requestUnits: number;
  readonly partitions: number;
}

/** Keeps account of the request units of each physical partition. */
export interface ThroughputGate {
  /** @throws CosmosError TooManyRequests, 3200, while one of these partitions has spent more than it has */
  assertAvailable(owner: ThroughputOwner, partitions: readonly number[]): void;
  /** Takes the charge of a request, in equal parts, from the partitions that it has read or written. */
  spend(owner: ThroughputOwner, partitions: readonly number[], requestUnits: number): void;
  /** Applies another rate from now on. */
  setRate(owner: Omit<ThroughputOwner, 'partitions'>): void;
}

/** The time as Cosmos DB keeps it: whole seconds since the Unix epoch. */
export function nowInSeconds({ clock }: Pick<Account, 'clock'>): number {
  return Math.floor(clock.now() / 1000);
}

/** A new entity tag, with its quotes. */
export function newEtag({ randomness }: Pick<Account, 'randomness'>): string {
  return `"${randomness.uuid()}"`;
}

/** The databases and containers by name or rid, prepared once. An operation that changes one calls `forget`. */
export class Catalog {
  readonly #store: Store;
  readonly #databases = new Map<string, Database>();
  readonly #containers = new Map<string, Container>();
  #byNumber: ReadonlyMap<number, Container> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws CosmosError NotFound */
  database(name: string): Database {
    const known = this.#databases.get(name);
    if (known) return known;
    const resource = findResource(this.#store, { kind: 'dbs', parentRid: '', name });
    const database = { id: resource.id, rid: resource.rid, resource };
    this.#databases.set(name, database);
    return database;
  }

  /** @throws CosmosError NotFound, also for the database */
  container(databaseName: string, name: string): Container {
    const key = `${databaseName}/${name}`;
    const known = this.#containers.get(key);
    if (known) return known;
    const database = this.database(databaseName);
    const container = toContainer(
      findResource(this.#store, { kind: 'colls', parentRid: database.rid, name }),
      database,
    );
    this.#containers.set(key, container);
    return container;
  }

  containers(database: Database): Container[] {
    return this.#store.resources.list('colls', database.rid).map((resource) => toContainer(resource, database));
  }

  /** The container whose items the store keeps under this number; undefined when there is none. */
  containerByNumber(number: number): Container | undefined {
    this.#byNumber ??= new Map(this.allContainers().map((container) => [container.number, container]));
    return this.#byNumber.get(number);
  }

  forget(): void {
    this.#byNumber = undefined;
    this.#databases.clear();
    this.#containers.clear();
  }

  allContainers(): Container[] {
    const databases = this.#store.resources.list('dbs', '');
    return databases.flatMap((resource) => this.containers({ id: resource.id, rid: resource.rid, resource }));
  }
}

/** A resource by its name or rid. Looks for a name first: a name that looks like a rid is a name. @throws CosmosError NotFound */
export function findResource(
  { resources }: Pick<Store, 'resources'>,
  { kind, parentRid, name }: { readonly kind: string; readonly parentRid: string; readonly name: string },
): StoredResource {
  const byName = resources.get(kind, parentRid, name);
  if (byName) return byName;
  const byRid = resources.getByRid(name);
  if (byRid?.kind === kind && byRid.parentRid === parentRid) return byRid;
  throw notFound();
}

export function notFound(): CosmosError {
  return new CosmosError('NotFound', 'Entity with the specified id does not exist in the system.');
}

export function alreadyExists(): CosmosError {
  return new CosmosError('Conflict', 'Entity with the specified id already exists in the system.');
}

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
  /** The item's value of each unique key, in the order of the keys. */
  readonly uniqueKeysOf: (item: JsonObject) => readonly string[];
  readonly partitionKeyOf: (item: JsonObject) => PartitionKeyValue;
  /** Where the logical partition with this key lies. Recent ones are cached. */
  readonly locate: (partitionKey: PartitionKeyValue) => PartitionLocation;
  /** How many values of an item its indexing policy covers. */
  readonly indexedValuesOf: (item: JsonObject) => number;
  /** Whether its indexing policy covers the scalars at a property path. */
  readonly isIndexed: (path: readonly string[]) => boolean;
  /** Whether it has a change feed of all versions and deletes. */
  readonly keepsAllVersions: boolean;
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
  /** Physical partitions, fixed when the container is created. */
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
    uniqueKeysOf: definition.uniqueKeyPolicy ? uniqueKeyReader(definition.uniqueKeyPolicy) : () => [],
    partitionKeyOf: partitionKeyExtractor(definition.partitionKey),
    locate: partitionLocator(definition.partitionKey, ranges),
    indexedValuesOf: indexedValueCounter(definition.indexingPolicy),
    isIndexed: scalarCoverage(definition.indexingPolicy),
    keepsAllVersions: (definition.changeFeedPolicy?.retentionDuration ?? 0) > 0,
    lsnCounters: ranges.map((_, range) => `lsn ${number} ${range}`),
  };
}

/** How many locations a container caches, because hashing a key costs more than a look-up. */
const MAX_CACHED_LOCATIONS = 10_000;

function partitionLocator(definition: PartitionKeyDefinition, ranges: readonly EpkRange[]): Container['locate'] {
  const cache = new Map<string, PartitionLocation>();
  return (key) => {
    const partitionKey = formatPartitionKey(key);
    const cached = cache.get(partitionKey);
    if (cached) return cached;
    const epk = effectivePartitionKey(key, definition);
    const location = { partitionKey, epk, range: indexOfRange(ranges, epk) };
    if (cache.size >= MAX_CACHED_LOCATIONS) cache.clear();
    cache.set(partitionKey, location);
    return location;
  };
}

/** Says that a container has changed. What has changed is read from its change feed. */
export interface ContainerChange {
  /** The id of the database. */
  readonly database: string;
  /** The id of the container. */
  readonly container: string;
  /** The `_rid` of the container: another one made under the same name has another. */
  readonly containerRid: string;
  /** The id of the physical partition, as a number. */
  readonly range: number;
  /** The last LSN written to it. */
  readonly lsn: number;
}

export type ChangeListener = (change: ContainerChange) => void;

/** Notifies subscribers in this process of writes, once these are on disk. */
export class ChangeNotifications {
  readonly #listeners = new Set<ChangeListener>();
  readonly #log: Log;
  /** A plain property, because every write reads it. */
  hasSubscribers = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** @returns a function that ends the subscription; calling it twice does nothing */
  subscribe(listener: ChangeListener): () => void {
    const own: ChangeListener = (change) => listener(change); // one listener may subscribe twice
    this.#listeners.add(own);
    this.hasSubscribers = true;
    return () => {
      this.#listeners.delete(own);
      this.hasSubscribers = this.#listeners.size > 0;
    };
  }

  publish(change: ContainerChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#log.error({ err: error }, 'A listener for container changes failed');
      }
    }
  }
}
