import type { PathCondition } from '../query/plan/filters.ts';

/** Which items of one physical partition: all, or those between two effective partition keys. */
export interface ItemSelection {
  readonly container: number;
  readonly range: number;
  /** The lowest effective partition key, included. */
  readonly minEpk?: string;
  /** The effective partition key where it ends, not included. */
  readonly maxEpk?: string;
}

/** The part of an item that a query reads. */
export interface QueriedItem {
  readonly number: number;
  /** Absent where it has more than {@link MAX_LISTED_BYTES}, so that a list of items stays small: see `ItemQueries.body`. */
  readonly body?: string;
}

/** The longest body that a list of items holds, in bytes. A store may list longer ones that are in memory anyway. */
export const MAX_LISTED_BYTES = 64 * 1024;

/** Which items a query reads. */
export interface QueriedSelection extends ItemSelection {
  /** Only the logical partition with this key, as compact JSON. */
  readonly partitionKey?: string;
  /** Only items that have not expired at this time, in seconds since the Unix epoch. */
  readonly now: number;
  /** Conditions on the wanted items. A store may leave out items that do not meet them, but need not. */
  readonly conditions: readonly PathCondition[];
}

/** Items with numbers from `first` to `last`, both included. */
export interface NumberWindow {
  readonly first: number;
  readonly last: number;
}

/** The part of the store port that reads many items for queries. */
export interface ItemQueries {
  /** The lowest and the highest number of an item in the physical partition; `undefined` when it is empty. */
  bounds(selection: ItemSelection): NumberWindow | undefined;
  /** Up to `limit` items of the window, by ascending number or, `descending`, from the highest. */
  scan(selection: QueriedSelection, window: NumberWindow, options: ScanOptions): QueriedItem[];
  /** The items with these numbers that are in the selection, in no particular order. */
  read(selection: QueriedSelection, numbers: readonly number[]): QueriedItem[];
  /** The body of one item; `undefined` when it is gone. */
  body(container: number, number: number): string | undefined;
  /** The numbers of the items with an effective partition key in the selection, in no order; `undefined` when there are more than `limit`. */
  numbers(selection: QueriedSelection, limit: number): number[] | undefined;
  /** How many items the physical partition has, at most `limit`. */
  count(selection: ItemSelection, limit: number): number;
}

export interface ScanOptions {
  readonly limit: number;
  readonly descending: boolean;
}

/** What an index contains. */
export interface IndexedPath {
  /** Property names from the item down. */
  readonly path: readonly string[];
  /** Whether entries are ordered per effective partition key; otherwise they are ordered per physical partition. */
  readonly byPartition: boolean;
}

/** The values of one property path of a container's items, in order. */
export interface ItemIndex extends IndexedPath {
  readonly id: number;
  readonly container: number;
  /** Whether it holds every item of the container. */
  readonly isComplete: boolean;
}

/** Keys from `lower` (included) to `upper` (excluded). */
export interface KeyRange {
  readonly lower: Uint8Array;
  readonly upper: Uint8Array;
}

/** Some entries of an index. */
export interface IndexSelection {
  readonly index: number;
  /** The physical partition. */
  readonly range: number;
  /** The effective partition key, of an index by partition; of another it is absent. */
  readonly epk?: string;
  readonly keys: KeyRange;
}

export interface IndexEntry {
  readonly key: Uint8Array;
  readonly number: number;
}

/** Indexes are kept up to date by the writes of items; `create`, `extend` and `drop` are called inside a transaction. */
export interface ItemIndexes {
  list(container: number): readonly ItemIndex[];
  /** Creates an empty index. */
  create(container: number, indexed: IndexedPath): ItemIndex;
  /**
   * Adds about `limit` further items, each read once for all of these indexes of one container. Indexes that lag behind catch up
   * first. Returns whether all of the indexes are complete now.
   */
  extend(indexes: readonly number[], limit: number): boolean;
  drop(index: number): void;
  /** Up to `limit` entries after `after`, in ascending or descending order of key and number. */
  entries(selection: IndexSelection, options: ScanOptions & { readonly after?: IndexEntry }): IndexEntry[];
  /** The numbers of the items with these keys, in no order; `undefined` when there are more than `limit`. */
  numbers(selection: IndexSelection, limit: number): number[] | undefined;
  /** How many entries there are. */
  count(selection: IndexSelection): number;
}
