import type { ItemIndexes, ItemQueries, ItemSelection } from './item-queries.ts';

export type { ItemSelection } from './item-queries.ts';

/**
 * The store port. Rules (what may be written, what an error is called) live above it; the adapters only store rows.
 * Every call is synchronous; writes are made inside `transaction` alone and are on disk when it returns.
 */
export interface Store {
  readonly resources: ResourceStore;
  readonly items: ItemStore;
  readonly queries: ItemQueries;
  readonly indexes: ItemIndexes;
  readonly uniqueKeys: UniqueKeyStore;
  readonly changeLog: ChangeLog;
  readonly counters: Counters;
  readonly space: StoreSpace;
  /** Runs `work` and makes its writes durable. When `work` or the commit throws, nothing of it stays. Never nested. */
  transaction<T>(work: () => T): T;
  /** Inside `transaction`: undoes the writes of `work` when it throws, and rethrows; the writes made before it stay. */
  savepoint<T>(work: () => T): T;
  /**
   * Before a read. A transaction looks by itself, and strictly; this looks at most every 100 ms.
   *
   * @throws StoreError StoreMoved while the files of the store are not where they were
   */
  assertInPlace(): void;
  /** Afterwards every other call throws, but a further `close` has no effect. */
  close(): void;
}

/** The counter of the commits that wrote something, in a store on disk. */
export const COMMITS = 'commits';

/** How much room a store takes on disk; nothing for one in memory. */
export interface StoreSize {
  /** Of the main file. */
  readonly bytes: number;
  /** The part of it that holds nothing. */
  readonly unusedBytes: number;
  /** What is written and not yet in the main file, and room for more of it. */
  readonly logBytes: number;
}

/** Gives room back to the file system. */
export interface StoreSpace {
  size(): StoreSize;
  /** Inside `transaction`: takes up to `maxBytes` that hold nothing out of the main file, which shrinks with the next `flush`. */
  release(maxBytes: number): void;
  /** Outside of `transaction`: moves the log into the main file. */
  flush(): void;
}

/** Numbers that only grow: LSNs, parts of resource ids. Their growth is undone with the transaction that caused it. */
export interface Counters {
  /** The last number given; 0 when none was. */
  current(name: string): number;
  /** Adds one and returns it; the first is 1. */
  next(name: string): number;
}

/** A database, a container, an offer, a stored procedure…: few, small, addressed by name below a parent or by rid. */
export interface StoredResource {
  readonly kind: string;
  /** The `_rid` of the resource it belongs to; empty for those of the account. */
  readonly parentRid: string;
  readonly id: string;
  readonly rid: string;
  readonly etag: string;
  /** Seconds since the Unix epoch. */
  readonly ts: number;
  /** What the resource holds besides these, as JSON text. */
  readonly body: string;
}

export interface ResourceStore {
  /** `undefined` when there is none. */
  get(kind: string, parentRid: string, id: string): StoredResource | undefined;
  /** `undefined` when there is none. */
  getByRid(rid: string): StoredResource | undefined;
  /** In the order in which they were created; empty when there is none. */
  list(kind: string, parentRid: string): StoredResource[];
  /** Adds it, or replaces the one with the same rid. */
  put(resource: StoredResource): void;
  /** False when there was none. */
  delete(rid: string): boolean;
}

export interface ItemKey {
  /** The number of the container, as its `_rid` holds it. */
  readonly container: number;
  /** The effective partition key: upper-case hex, ordered as text. */
  readonly epk: string;
  /** The partition key as compact JSON: distinguishes keys that share an effective partition key. */
  readonly partitionKey: string;
  readonly id: string;
}

export interface StoredItem extends ItemKey {
  /** Unique in the store and ascending with creation; part of the `_rid`. Survives a replace. */
  readonly number: number;
  /** The ordinal of the physical partition. */
  readonly range: number;
  readonly lsn: number;
  /** Seconds since the Unix epoch. */
  readonly ts: number;
  /** With its quotes, as `_etag` and the header have it. */
  readonly etag: string;
  /** Seconds since the Unix epoch from which it is gone; null: never. */
  readonly expiresAt: number | null;
  /** The item as JSON text with its system properties: the body of a point read. */
  readonly body: string;
}

/** Which changes of one physical partition. */
export interface ChangeSelection extends ItemSelection {
  /** Only those written at this time or later, in seconds since the Unix epoch. */
  readonly since?: number;
  /** Only those of this logical partition, as in `ItemKey`. */
  readonly partitionKey?: string;
}

/** One change of a feed. */
export interface Change {
  readonly lsn: number;
  /** The item, or the entry of the change log, as JSON text. */
  readonly body: string;
}

export interface ItemUsage {
  readonly count: number;
  /** Of an item's JSON text, in bytes, taken from up to 1,000 of them; 0 when there is none. */
  readonly averageBytes: number;
}

export interface ItemStore {
  /** `undefined` when there is none. An expired item is still there. */
  get(key: ItemKey): StoredItem | undefined;
  /** `undefined` when there is none. */
  getByNumber(container: number, number: number): StoredItem | undefined;
  insert(item: StoredItem): void;
  /** Replaces the item of the same key and number; it must be there. */
  update(item: StoredItem): void;
  /** False when there was none. */
  delete(key: ItemKey): boolean;
  /** Up to `limit` items with a number above `after`, in ascending number; empty at the end. */
  scan(selection: ItemSelection, after: number, limit: number): StoredItem[];
  /**
   * Items that have not expired at `now` (seconds) and have an LSN above `after`, in ascending LSN: up to `limit`, and
   * beyond it the others of the last LSN, so that a reader can go on from it. Fewer than `limit`: there are no more.
   */
  changes(selection: ChangeSelection & { readonly now: number }, after: number, limit: number): Change[];
  /** Up to `limit` items whose `expiresAt` is `now` (seconds) or earlier, the earliest first. */
  expired(now: number, limit: number): StoredItem[];
  /** How much the container holds. */
  usage(container: number): ItemUsage;
  /** Removes every item of the container, with its unique keys and its change log. */
  clear(container: number): void;
}

export interface UniqueKeyStore {
  /** The number of the item that holds `value` in the partition; `undefined` when no item holds it. */
  holder(container: number, partitionKey: string, value: string): number | undefined;
  /** No item may hold the value yet. */
  claim(claim: UniqueKeyClaim): void;
  /** Frees every value that the item holds. */
  release(container: number, item: number): void;
}

export interface UniqueKeyClaim {
  readonly container: number;
  readonly partitionKey: string;
  /** One unique key of the policy with the item's values, as compact JSON. */
  readonly value: string;
  readonly item: number;
}

/** One change, kept only for containers with a change feed policy (all versions and deletes). */
export interface LoggedChange {
  readonly container: number;
  readonly range: number;
  readonly epk: string;
  /** As in `ItemKey`. */
  readonly partitionKey: string;
  readonly lsn: number;
  /** Seconds since the Unix epoch. */
  readonly ts: number;
  /** The entry of the feed as JSON text. */
  readonly body: string;
}

export interface ChangeLog {
  append(change: LoggedChange): void;
  /** As `ItemStore.changes`; entries of one LSN in the order in which they were appended. */
  read(selection: ChangeSelection, after: number, limit: number): Change[];
  /** The LSN of the first entry of the physical partition written at `since` (seconds) or later; `undefined` when there is none. */
  firstLsn(partition: { readonly container: number; readonly range: number }, since: number): number | undefined;
  /** Removes the container's entries with a `ts` below `before` (seconds). */
  prune(container: number, before: number): void;
}
