import type { Clock, Log, Randomness } from '@lazurite/runtime';
import type { ContinuationTokens } from '../model/requests/continuation-token.ts';
import type { ResourceTokens } from '../model/requests/resource-token.ts';
import type { QueryCompiler } from '../query/query-cache.ts';
import type { ScriptLimits } from '../script-worker/protocol.ts';
import type { ScriptEngine } from '../scripts/script-engine.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { Store } from '../store/store.ts';
import type { Catalog } from './catalog.ts';
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
  readonly indexBuilder: IndexBuilder;
  readonly continuations: ContinuationTokens;
  readonly resourceTokens: ResourceTokens;
  readonly clock: Clock;
  readonly randomness: Randomness;
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
