import type { OperationChange } from './operation-change.ts';
import { ALL_SCOPE, isWatched, type SubscriptionKey, scopeOf } from './subscription.ts';
import type { WatcherDirectory } from './subscription-repository.ts';

/** The subscriptions that any of the changes concerns, each once. */
export async function findWatchers(
  changes: readonly OperationChange[],
  directory: WatcherDirectory,
): Promise<readonly SubscriptionKey[]> {
  if (changes.length === 0) return [];
  const byScope = Map.groupBy(changes, ({ chatId }) => scopeOf({ kind: 'chat', chatId }));
  byScope.set(ALL_SCOPE, [...changes]);
  const keys: SubscriptionKey[] = [];
  for await (const page of directory.watchersOf([...byScope.keys()]))
    for (const watcher of page)
      if (byScope.get(watcher.key.scope)?.some((change) => isWatched(watcher, change))) keys.push(watcher.key);
  return keys;
}
