/** A part of a container that is read on its own. Its bounds never change. */
export interface FeedRange {
  readonly minInclusive: string;
  readonly maxExclusive: string;
}

/** Where to begin reading a range without a checkpoint. */
export type StartFrom = 'now' | 'beginning' | { readonly time: Date };

export interface ChangePage {
  /** The latest versions of changed items, in the order of their changes; empty when nothing changed. */
  readonly items: readonly unknown[];
  /** Where the next read begins. */
  readonly continuation: string;
  /** The page has the maximum number of items: there may be more. */
  readonly isFull: boolean;
}

/** Port: the change feed of one container. */
export interface ChangeFeed {
  ranges(): Promise<readonly FeedRange[]>;
  /** @param from a continuation, or where to begin */
  read(range: FeedRange, from: { readonly continuation: string } | StartFrom): Promise<ChangePage>;
}
