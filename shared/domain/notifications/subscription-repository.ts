import { ownerOf } from '../teams/operations-owner.ts';
import type { OperationChange } from './operation-change.ts';
import {
  ALL_SCOPE,
  ALL_TEAMS_SCOPE,
  type Interest,
  isWatched,
  type Subscription,
  type SubscriptionKey,
  type SubscriptionOwner,
  scopeOf,
} from './subscription.ts';

export interface StoredSubscription {
  readonly subscription: Subscription;
  /** Opaque; changes with every write. */
  readonly etag: string;
}

export interface SubscriptionPage {
  /** Up to the limit; fewer, even none, does not mean the end. */
  readonly subscriptions: readonly Subscription[];
  /** The id behind which the next page begins. Null: nothing is left. */
  readonly next: string | null;
}

export interface PageRequest {
  /** An id. Null: from the beginning. */
  readonly after: string | null;
  /** At least 1. */
  readonly limit: number;
}

/** Somebody whom a change may concern. */
export interface Watcher extends Interest {
  readonly key: SubscriptionKey;
}

/**
 * Where subscriptions are kept. One that has expired is not there for anybody, whether it has been removed yet or not.
 * Every method can also throw ThrottledError (the store is busy) and UnavailableError (it cannot be reached).
 */
export interface SubscriptionRepository {
  /** @param place the end of the log: what follows is delivered */
  create(subscription: Subscription, place: string): Promise<void>;
  /** Null when the owner has none of this id. */
  get(owner: SubscriptionOwner, id: string): Promise<StoredSubscription | null>;
  /** In the order of the ids. */
  list(owner: SubscriptionOwner, page: PageRequest): Promise<SubscriptionPage>;
  count(owner: SubscriptionOwner): Promise<number>;
  /** The id of another one by which its owner watches the same for the same changes. Null: there is none. */
  findSame(subscription: Subscription): Promise<string | null>;
  /** False: it is not the one any more that `etag` names, or is gone. */
  replace(subscription: Subscription, etag: string): Promise<boolean>;
  /** With all that was still to be delivered. Nothing happens when it is gone. */
  delete(key: SubscriptionKey): Promise<void>;
}

/** Whether two subscriptions tell of the same changes; the list of changes is in one order always. */
export function isSameInterest(one: Interest, other: Interest): boolean {
  return textOf(one) === textOf(other);
}

function textOf({ watched, changeTypes }: Interest): string {
  const chatId = watched.kind === 'all' ? null : watched.chatId;
  const operationId = watched.kind === 'operation' ? watched.operationId : null;
  return JSON.stringify([watched.kind, chatId, operationId, changeTypes]);
}

/** Who is concerned by changes, whoever owns the subscription. */
export interface WatcherDirectory {
  /** All subscriptions of the scopes that have not expired, in pages. */
  watchersOf(scopes: readonly string[]): AsyncIterable<readonly Watcher[]>;
}

/** The subscriptions that any of the changes concerns, each once. */
export async function findWatchers(
  changes: readonly OperationChange[],
  directory: WatcherDirectory,
): Promise<readonly SubscriptionKey[]> {
  if (changes.length === 0) return [];
  const byScope = Map.groupBy(changes, ({ chatId }) => scopeOf({ kind: 'chat', chatId }));
  const ofSets = Map.groupBy(changes, ({ chatId }) => (ownerOf(chatId).set === 'teams' ? ALL_TEAMS_SCOPE : ALL_SCOPE));
  for (const [scope, ofSet] of ofSets) byScope.set(scope, ofSet);
  const keys: SubscriptionKey[] = [];
  for await (const page of directory.watchersOf([...byScope.keys()]))
    for (const watcher of page)
      if (byScope.get(watcher.key.scope)?.some((change) => isWatched(watcher, change))) keys.push(watcher.key);
  return keys;
}
