import type { OperationChange } from './operation-change.ts';
import type { SubscribedResource } from './subscription.ts';

/** What followed a place in the log, and the place behind it. */
export interface ChangePage {
  /** Those of one operation are in the order in which they happened. Can be empty although more follow. */
  readonly changes: readonly OperationChange[];
  /** Opaque: where to read on. */
  readonly next: string;
  /** False: nothing had followed when it was read. */
  readonly hasMore: boolean;
}

/** The changes of operations, in order, for as many readers as want them; each keeps its own place. Kept for days. */
export interface ChangeLog {
  /** The place behind the last change there is. */
  end(watched: SubscribedResource): Promise<string>;
  /** Of those who watch one operation the page has the whole chat's changes. At most `limit` changes. */
  read(watched: SubscribedResource, place: string, limit: number): Promise<ChangePage>;
}
