import type { PathCondition } from '../query/index.ts';
import type { KeyRange } from './index-key.ts';
import type { ItemSelection } from './item-selection.ts';

/** What a query needs of an item. */
export interface QueriedItem {
  readonly number: number;
  readonly body: string;
}

/** Which items a query reads. */
export interface QueriedSelection extends ItemSelection {
  /** Only the logical partition with this key, as compact JSON. */
  readonly partitionKey?: string;
  /** Only items that have not expired at this time, in seconds since the Unix epoch. */
  readonly now: number;
  /** What must hold of the items wanted. A store may leave out items that fail them, and need not. */
  readonly conditions: readonly PathCondition[];
}

/** Items with numbers from `first` to `last`, both included. */
export interface NumberWindow {
  readonly first: number;
  readonly last: number;
}

/** Reading for queries: what the store port has besides, for reading many items. */
export interface ItemQueries {
  /** The lowest and the highest number of an item in the physical partition; `undefined` when it is empty. */
  bounds(selection: ItemSelection): NumberWindow | undefined;
  /** Up to `limit` items of the window, by ascending number or, `descending`, from the highest. */
  scan(selection: QueriedSelection, window: NumberWindow, options: ScanOptions): QueriedItem[];
  /** Those of these items that are in the selection, in no particular order. */
  read(selection: QueriedSelection, numbers: readonly number[]): QueriedItem[];
  /** The numbers of the items with an effective partition key in the selection, in no order; `undefined` when there are more than `limit`. */
  numbers(selection: QueriedSelection, limit: number): number[] | undefined;
  /** How many items the physical partition has, at most `limit`. */
  count(selection: ItemSelection, limit: number): number;
}

export interface ScanOptions {
  readonly limit: number;
  readonly descending: boolean;
}

/** What an index is of. */
export interface IndexedPath {
  /** Property names from the item down. */
  readonly path: readonly string[];
  /** Whether each effective partition key has an order of its own; else each physical partition has. */
  readonly byPartition: boolean;
}

/** The values of one property path of a container's items, in order. */
export interface ItemIndex extends IndexedPath {
  readonly id: number;
  readonly container: number;
  /** Whether it holds every item of the container. */
  readonly isComplete: boolean;
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
  /** An index that holds nothing yet. */
  create(container: number, indexed: IndexedPath): ItemIndex;
  /**
   * Takes in some more items, about `limit`, each read once for all of these indexes of one container; those that are
   * behind the others catch up first. Returns whether all of them hold every item now.
   */
  extend(indexes: readonly number[], limit: number): boolean;
  drop(index: number): void;
  /** Up to `limit` entries in order of key and number, or in the opposite one, behind `after`. */
  entries(selection: IndexSelection, options: ScanOptions & { readonly after?: IndexEntry }): IndexEntry[];
  /** The numbers of the items with these keys, in no order; `undefined` when there are more than `limit`. */
  numbers(selection: IndexSelection, limit: number): number[] | undefined;
  /** How many entries there are. */
  count(selection: IndexSelection): number;
}
