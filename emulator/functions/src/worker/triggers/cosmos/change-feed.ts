/** A part of a container that is read on its own; it keeps its bounds for ever. */
export interface FeedRange {
  readonly minInclusive: string;
  readonly maxExclusive: string;
}

/** Where reading begins for a range that has no checkpoint yet. */
export type StartFrom = 'now' | 'beginning' | { readonly time: Date };

export interface ChangePage {
  /** The latest versions of changed items, in the order of their changes; empty when there is nothing new. */
  readonly items: readonly unknown[];
  /** Reading goes on from here. */
  readonly continuation: string;
  /** As many as were asked for: there may be more. */
  readonly isFull: boolean;
}

/** The change feed of one container. */
export interface ChangeFeed {
  ranges(): Promise<readonly FeedRange[]>;
  /** @param from a continuation, or where to begin */
  read(range: FeedRange, from: { readonly continuation: string } | StartFrom): Promise<ChangePage>;
}
